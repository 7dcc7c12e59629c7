"""Environments of their own for what tests are compared with or run in."""

import subprocess
import sys
from pathlib import Path

from convscope.settings import PACKAGE

HERE = Path(__file__).parent


def python_with(folder: Path, *packages: str) -> str:
    """A Python that has these packages, and Convscope and all that it needs from this one."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "this.pth").write_text(f"{PACKAGE.parent}\n{here}\n")
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    constraints = [HERE / "constraints.txt", HERE.parents[1] / "constraints.txt"]
    given = [word for file in constraints for word in ("--constraint", str(file))]
    subprocess.run([*pip, *given, *packages], check=True, timeout=240)
    return python

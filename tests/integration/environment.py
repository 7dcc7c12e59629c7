"""Environments for packages that only a test needs, over the torch that is here."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def python_with(folder: Path, *packages: str) -> str:
    """A Python that has these packages, and all that this one has."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "torch.pth").write_text(f"{here}\n")
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    constraints = [HERE / "constraints.txt", HERE.parents[1] / "constraints.txt"]
    given = [word for file in constraints for word in ("--constraint", str(file))]
    subprocess.run([*pip, *given, *packages], check=True, timeout=240)
    return python

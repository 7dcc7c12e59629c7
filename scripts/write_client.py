"""Make convscope.client.synchronous of convscope.client.asynchronous, by unasync and ruff.

    python -m scripts.write_client

tests/test_generated.py says when it is stale.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import unasync  # type: ignore[import-untyped]

PACKAGE = Path(__file__).resolve().parents[1] / "app/convscope/client"
SOURCE, TARGET = PACKAGE / "asynchronous", PACKAGE / "synchronous"
NAMES = {
    "AsyncBaseTransport": "BaseTransport",
    "AsyncClient": "Client",
    "AsyncConnection": "Connection",
    "AsyncRun": "Run",
    "aclose": "close",
    "aiter_bytes": "iter_bytes",
    "aread": "read",
    "asynchronous": "synchronous",
    "asyncio": "sync",
}
ABOUT = '"""Made of convscope.client.asynchronous by `python -m scripts.write_client`."""\n'


def write(target: Path = TARGET) -> None:
    """All of it, in place of what is there."""
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder, "asynchronous")
        shutil.copytree(SOURCE, copies, ignore=shutil.ignore_patterns("__pycache__"))
        rule = unasync.Rule(f"{copies}/", f"{folder}/synchronous/", NAMES)
        unasync.unasync_files([str(path) for path in copies.glob("*.py")], [rule])
        made = Path(folder, "synchronous")
        (made / "__init__.py").write_text(ABOUT)
        ruff = [str(Path(sys.executable).with_name("ruff"))]
        config = ["--config", str(PACKAGE.parents[2] / "pyproject.toml")]
        for command in (["check", "--fix", "--exit-zero"], ["format"]):
            subprocess.run([*ruff, *command, "--quiet", *config, str(made)], check=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))


if __name__ == "__main__":
    write()

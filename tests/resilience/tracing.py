"""A running server under strace: what it asks of the system, and faults that it is answered."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resilience.tools import must_have

PATIENCE_S = 60.0


def must_trace() -> None:
    """Skip the test where processes cannot be traced, and say why; see `must_have`."""
    must_have("strace", "strace")
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.decode().strip()[:200]}")


@contextlib.contextmanager
def strace(pid: int, output: Path, *options: str) -> Iterator[None]:
    """A process with all its threads is traced, from when this is entered."""
    command = ["strace", "-f", "-y", "-s", "200", "-o", str(output), *options, "-p", str(pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        _wait_until_traced(pid, tracer)
        yield
    finally:
        tracer.send_signal(signal.SIGINT)  # it lets go, and the process goes on
        tracer.wait(PATIENCE_S)
        assert tracer.stderr is not None
        tracer.stderr.close()


def _wait_until_traced(pid: int, tracer: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + PATIENCE_S
    while not all(_is_traced(pid, task) for task in os.listdir(f"/proc/{pid}/task")):
        if tracer.poll() is not None:
            pytest.skip("strace may not attach to a process here")
        assert time.monotonic() < end, "strace did not attach"
        time.sleep(0.02)


def _is_traced(pid: int, task: str) -> bool:
    try:
        status = Path(f"/proc/{pid}/task/{task}/status").read_text()
    except OSError:  # a thread that ended meanwhile
        return True
    return "TracerPid:\t0\n" not in status

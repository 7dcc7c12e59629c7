"""This user's own server: found, or started for the occasion."""

import subprocess
import sys
import time
from pathlib import Path

from convscope.client.notebook import embedding_options
from convscope.client.questions import local_address
from convscope.errors import UnavailableError

START_S = 30.0
LOOK_EVERY_S = 0.1
ENDS_AFTER_S = 600  # without a viewer and a loop


def server_address() -> str:
    """Where this user's server is; one is started where there is none. UnavailableError where that
    did not help."""
    found = local_address(None)
    if found:
        return found
    started = _start()
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if found := local_address(None):
            return found
        if started.poll() is not None:
            break
        time.sleep(LOOK_EVERY_S)
    raise UnavailableError("a server was started here, and did not come up")


def _start() -> "subprocess.Popen[bytes]":
    """In a session of its own, so that what ends the loop does not end it; never forked."""
    command = [sys.executable, "-P", "-m", "convscope", "--port", "0"]
    return subprocess.Popen(
        [*command, "--end-when-idle", str(ENDS_AFTER_S), *embedding_options()],
        cwd=Path.home(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

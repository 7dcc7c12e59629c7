"""Two servers on one folder: the second says so and stops."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.device import DEVICE
from tests.support.server import Server


def second(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "convscope", "--port", "0", "--device", DEVICE]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def test_the_second_server_on_a_folder_names_the_first_and_stops(tmp_path: Path) -> None:
    first = Server(tmp_path)
    run = first.run()
    refused = second(tmp_path)
    assert refused.returncode == 1
    assert f"Another Convscope (process {first.process.pid}, at {first.url}" in refused.stderr
    assert "--state-dir" in refused.stderr
    assert run.get()["id"] == run.id, "the first is not disturbed"
    first.stop()


@pytest.mark.alone
def test_after_the_first_was_killed_another_starts_at_once(tmp_path: Path) -> None:
    first = Server(tmp_path)
    run_id = first.run().id
    first.kill()  # its forkserver and worker may still be ending
    began = time.monotonic()
    again = Server(tmp_path)
    assert time.monotonic() - began < 10
    assert [run["id"] for run in again.http.get("/runs").json()["runs"]] == [run_id]
    again.stop()

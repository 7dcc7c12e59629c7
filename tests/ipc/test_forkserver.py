"""How a worker's process is made, without making one; tests/live has real ones."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convscope.ipc import forkserver


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_worker_is_forked_on_cuda_too_and_ends_with_the_server(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    class Process:
        def __init__(self, **given: Any) -> None:
            made.append(given | {"started": False})

        def start(self) -> None:
            made[-1]["started"] = True

    monkeypatch.setattr(forkserver, "ForkServerProcess", Process)
    ours, theirs = socket.socketpair()
    with ours:
        forkserver.spawn_worker(theirs, device)
        assert ours.recv(1) == b"", "the server keeps no copy of the worker's end"
    assert made == [
        {
            "target": forkserver.enter,
            "args": (theirs, device),
            "daemon": True,
            "started": True,
        }
    ]


@pytest.mark.parametrize(("device", "visible"), [("cpu", ""), ("cuda", "0")])
def test_a_forkserver_for_cpus_sees_no_gpu_which_its_forks_could_not_use(
    device: str, visible: str
) -> None:
    said = f"forkserver.configure({device!r}); print(os.environ['CUDA_VISIBLE_DEVICES'])"
    code = f"import os; from convscope.ipc import forkserver; {said}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == visible


@pytest.mark.parametrize("driver", [True, False])
def test_auto_is_cuda_where_its_driver_is_and_what_was_asked_for_stays(
    driver: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda path: driver and str(path) == "/dev/nvidiactl")
    assert forkserver.pick_device("auto") == ("cuda" if driver else "cpu")
    assert forkserver.pick_device("cpu") == "cpu"
    assert forkserver.pick_device("cuda") == "cuda"

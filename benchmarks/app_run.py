"""The app as a user starts it, and a run of it that is trained flat out."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from benchmarks.measure import Effort, rate
from tests.support.server import LiveRun, Server

PATIENCE_S = 60.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own for all that a server writes; its data sets are below `cache`."""
    with tempfile.TemporaryDirectory(prefix="convscope-") as made:
        yield Path(made)


@contextmanager
def server(home: Path, device: str = "cpu") -> Iterator[Server]:
    """A server on a free port, its forkserver warm: a first run has trained a step, and is gone."""
    started = Server(home, device=device)
    try:
        run = started.run()
        run.post("/step", steps=1)
        run.delete()
        yield started
    finally:
        started.stop()


def flat_out_run(started: Server, network: str) -> LiveRun:
    """A new run that trains as fast as it can once it is played."""
    run = started.run(network=network)
    answer = run.send("PATCH", json={"steps_per_second": None})
    assert answer.is_success, answer.text
    return run


def stream_address(run: LiveRun) -> str:
    """Of its WebSocket."""
    return f"{run.server.url}/api/v1/runs/{run.id}/stream".replace("http", "ws", 1)


def step_now(run: LiveRun) -> int:
    """The worker's own count of steps, at the moment when it answers (`GET /runs/{id}` tells what
    the server last heard, up to 0.1 s ago)."""
    return int(run.get("/predictions")["step"])


def processor_s(pid: int) -> float:
    """The time that a process has had a processor, in itself and in the kernel for it."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_S


def trained(run: LiveRun, worker: int, effort: Effort) -> tuple[float, float]:
    """Steps a second of a run that is played, by its worker's own counter and after a warm-up, and
    the milliseconds that the worker's process had a processor for each."""
    sleep(effort.warm_s)
    first, began_s = step_now(run), processor_s(worker)
    speed = rate(lambda: step_now(run), effort.window_s)
    used_s, steps = processor_s(worker) - began_s, step_now(run) - first
    return speed, used_s / steps * 1e3


def rest(run: LiveRun) -> None:
    """Pause, and wait until the held-out accuracy that a pause measures has been measured."""
    step = run.post("/pause")["step"]
    end = monotonic() + PATIENCE_S
    while run.get()["held_out_step"] != step:
        assert monotonic() < end, "the held-out accuracy was not measured"
        sleep(0.02)

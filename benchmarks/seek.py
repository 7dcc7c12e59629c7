"""How soon a past step is shown while somebody drags over 10,000 of them, what keeping them costs a
training run, and how large its file is.

A client of the stream asks for steps as a page does whose slider is dragged: it moves on every
16 ms and rests; what counts is the time from its last move to that step's frame. The run trains on,
flat out. What storage costs is measured beside a server without it.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

from websockets.sync.client import ClientConnection

from benchmarks.app_run import flat_out_run, folder, rest, server, step_now
from benchmarks.measure import Bar, Effort, Figure, alternate, percentile, rate, ratios
from tests.support.server import LiveRun, Server, next_frame

SEEK_BAR = Bar(300)
KEEPING_BAR = Bar(0.97, at_least=True)
SIZE_BAR = Bar(30)
MOVE_S = 0.016
MOVES = 12  # of the pointer before it rests
NAMES = ({"tensor": "weight"}, {"tensor": "output"}, {"tensor": "input"})
TENSORS = [*NAMES, {"tensor": "weight", "of": "gradient"}]


def measure(effort: Effort) -> list[Figure]:
    """All of them; the file is measured at the end, when the server has let go of it."""
    with folder() as home:
        with server(home) as started:
            run = flat_out_run(started, "default")
            _train(run, effort.history)
            size_mb = _size_mb(home) * 10_000 / effort.history
            run.post("/play")
            rounds = [_drags(run, effort) for _ in range(effort.rounds)]
            run.post("/pause")
        speeds = _speeds(home, effort)
    jumps, drags = zip(*rounds, strict=True)
    return [
        Figure("a step shown while dragging, 95th percentile", "ms", _p(drags, 95), SEEK_BAR),
        Figure("a step shown while dragging, median", "ms", _p(drags, 50)),
        Figure("any step shown at a click, 95th percentile", "ms", _p(jumps, 95), SEEK_BAR),
        Figure("any step shown at a click, median", "ms", _p(jumps, 50)),
        Figure("10,000 steps on the disk", "MB", [size_mb], SIZE_BAR),
        Figure("speed kept ÷ not kept", "×", ratios(*speeds.values()), KEEPING_BAR),
    ]


def _p(rounds: "tuple[list[float], ...]", percent: float) -> list[float]:
    return [percentile(times, percent) for times in rounds]


def _train(run: LiveRun, steps: int) -> None:
    while (here := run.get()["step"]) < steps:
        run.post("/step", steps=min(1000, steps - here))


def _size_mb(home: Path) -> float:
    """All that the run takes: its file and the WAL beside it."""
    return sum(path.stat().st_size for path in home.rglob("runs/*")) / 1e6


def _drags(run: LiveRun, effort: Effort) -> tuple[list[float], list[float]]:
    """Times in ms: of single jumps, and of the last moves of drags, all over the history."""
    draw = random.Random(effort.history)
    with run.stream() as socket:
        jumps = [_jump(socket, draw.randint(0, effort.history)) for _ in range(effort.starts)]
        drags = [_drag(socket, draw, effort.history) for _ in range(effort.starts)]
    return jumps, drags


def _jump(socket: ClientConnection, step: int) -> float:
    began = perf_counter()
    _ask(socket, step)
    _until_shown(socket, step)
    return (perf_counter() - began) * 1e3


def _drag(socket: ClientConnection, draw: random.Random, last: int) -> float:
    start, to = draw.randint(0, last), draw.randint(0, last)
    for move in range(MOVES):
        _ask(socket, start + (to - start) * move // MOVES)
        sleep(MOVE_S)
    return _jump(socket, to)


def _ask(socket: ClientConnection, step: int) -> None:
    socket.send(json.dumps({"type": "watch", "tensors": TENSORS, "step": step, "max_fps": 60}))


def _until_shown(socket: ClientConnection, step: int) -> None:
    while (header := next_frame(socket)[0])["reason"] != "seek" or header["step"] != step:
        pass


@contextmanager
def _two(home: Path) -> Iterator[dict[str, LiveRun]]:
    """A run of a server as it is, and of one without storage."""
    with ExitStack() as stack:
        kept = stack.enter_context(server(home))
        unkept = Server(home / "unkept", module="benchmarks.no_storage")
        stack.callback(unkept.stop)
        yield {"kept": flat_out_run(kept, "default"), "unkept": flat_out_run(unkept, "default")}


def _speeds(home: Path, effort: Effort) -> dict[str, list[float]]:
    """Steps a second of both, in turn."""
    with _two(home) as runs:
        parts: dict[str, Callable[[], float]]
        parts = {name: partial(_speed, run, effort) for name, run in runs.items()}
        return alternate(parts, effort.rounds)


def _speed(run: LiveRun, effort: Effort) -> float:
    run.post("/play")
    sleep(effort.warm_s)
    try:
        return rate(lambda: step_now(run), effort.window_s)
    finally:
        rest(run)

"""How soon it is answered what was learned, and why, while the network trains flat out."""

from collections.abc import Callable
from itertools import cycle
from time import perf_counter, sleep
from typing import Any

from benchmarks.app_run import flat_out_run, folder, server
from benchmarks.measure import Bar, Effort, Figure, percentile
from convscope.types import AttributionMethod
from tests.support.server import LiveRun

PAUSE_S = 0.1  # between two questions, as a page asks that follows a run
Ask = Callable[[], Any]
BARS = {
    "why": Bar(150),
    "patches": Bar(3000),
    "health": Bar(300),
    "confusion": Bar(400),
    "maps": Bar(2000),
}


def measure(effort: Effort) -> list[Figure]:
    """One run that plays throughout; each round puts every question several times."""
    with folder() as home, server(home) as started:
        run = flat_out_run(started, "default")
        run.post("/step", steps=1)
        run.post("/play")
        sleep(effort.warm_s)
        asks = questions(run)
        found: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(effort.rounds):
            for name, ask in asks.items():
                found[name].append(percentile(_times(ask, effort.starts // 2), 95))
        steps = run.post("/pause")["step"]
        assert steps > effort.rounds, "it did not train"
    return [
        Figure(f"{name}, 95th percentile", "ms", times, BARS.get(name))
        for name, times in found.items()
    ]


def _times(ask: Ask, count: int) -> list[float]:
    times = []
    for _ in range(count):
        began = perf_counter()
        ask()
        times.append((perf_counter() - began) * 1e3)
        sleep(PAUSE_S)
    return times


def maps_of_many(run: LiveRun) -> None:
    """What conv1 gives for 1,000 images, all of its bytes."""
    answer = run.send("POST", "/feature-maps?data=test&count=1000&layers=conv1")
    assert answer.is_success, answer.text


def questions(run: LiveRun) -> dict[str, Ask]:
    """Each by its name; attributions by turns, patches of 10,000 images."""
    methods, filters = cycle(AttributionMethod), cycle(range(16))
    among = {"data": "train", "among": 10_000}
    return {
        "why": lambda: run.get("/attributions", method=next(methods)),
        "health": lambda: run.get("/health"),
        "confusion": lambda: run.get("/confusion"),
        "patches": lambda: run.get(f"/layers/conv2/filters/{next(filters)}/patches", **among),
        "maps": lambda: maps_of_many(run),
        "maximization": lambda: run.get(f"/layers/conv2/filters/{next(filters)}/maximization"),
        "ablation": lambda: run.get("/layers/conv2/ablation"),
        "embedding": lambda: run.get("/embedding"),
    }

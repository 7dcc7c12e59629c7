"""How soon a number opens while the network that has it trains flat out."""

from collections.abc import Callable
from functools import partial
from itertools import count
from time import perf_counter, sleep
from typing import Any

from benchmarks.app_run import flat_out_run, folder, server
from benchmarks.measure import Bar, Effort, Figure, percentile
from tests.live.server import LiveRun

BAR = Bar(20)
PAUSE_S = 0.02  # between two questions, as a pointer that moves asks
Ask = Callable[[int], Any]


def measure(effort: Effort) -> list[Figure]:
    """One run that plays throughout; each round asks for many outputs and many weights."""
    with folder() as home, server(home) as started:
        run = flat_out_run(started, "default")
        run.post("/step", steps=1)
        run.post("/play")
        sleep(effort.warm_s)
        rounds = [(_round(partial(_output, run), effort), _round(partial(_weight, run), effort))
                  for _ in range(effort.rounds)]  # fmt: skip
        steps = run.post("/pause")["step"]
        assert steps > effort.rounds, "it did not train"
    outputs, weights = zip(*rounds, strict=True)
    return [
        Figure("explain/output, 95th percentile", "ms", [percentile(o, 95) for o in outputs], BAR),
        Figure("explain/output, median", "ms", [percentile(o, 50) for o in outputs]),
        Figure("explain/weight, 95th percentile", "ms", [percentile(w, 95) for w in weights], BAR),
        Figure("explain/weight, median", "ms", [percentile(w, 50) for w in weights]),
    ]


def _round(ask: Ask, effort: Effort) -> list[float]:
    times = []
    for number, _ in zip(count(), range(effort.starts * 5), strict=False):
        began = perf_counter()
        ask(number)
        times.append((perf_counter() - began) * 1e3)
        sleep(PAUSE_S)
    return times


def _output(run: LiveRun, number: int) -> None:
    """Values of both convolutions and of the scores, by turns, all over the maps."""
    layer, channels, side = (("conv1", 8, 28), ("conv2", 16, 14), ("linear1", 10, 1))[number % 3]
    where = {"channel": number % channels, "y": 3 * number % side, "x": 7 * number % side}
    run.get("/explain/output", layer=layer, **where)


def _weight(run: LiveRun, number: int) -> None:
    """Weights of both convolutions, by turns."""
    layer, filters, channels = (("conv1", 8, 1), ("conv2", 16, 8))[number % 2]
    where = {"out": number % filters, "in": number % channels, "ky": number % 3, "kx": 1}
    run.get("/explain/weight", layer=layer, **where)

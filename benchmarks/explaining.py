"""How soon a number opens while the network that has it trains flat out."""

from collections.abc import Callable
from itertools import count
from time import perf_counter, sleep
from typing import Any

from benchmarks.app_run import flat_out_run, folder, server
from benchmarks.measure import Bar, Effort, Figure, percentile
from tests.support.server import LiveRun

BAR = Bar(20)
PAUSE_S = 0.02  # between two questions, as a pointer that moves asks
Ask = Callable[[int], Any]


def measure(effort: Effort) -> list[Figure]:
    """One run that plays throughout; each round asks for many outputs and many weights, of every
    kind that the network has."""
    with folder() as home, server(home) as started:
        run = flat_out_run(started, "default")
        run.post("/step", steps=1)
        run.post("/play")
        sleep(effort.warm_s)
        asks = outputs_of(run), weights_of(run)
        rounds = [[_round(ask, effort) for ask in asks] for _ in range(effort.rounds)]
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


def outputs_of(run: LiveRun) -> Ask:
    """Values of every layer and of the softmax, by turns, all over their maps."""
    shapes = {one["name"]: one["output_shape"] for one in run.get("/layers")["layers"]}
    shapes["softmax"] = list(shapes.values())[-1]
    layers = list(shapes)

    def ask(number: int) -> Any:
        layer = layers[number % len(layers)]
        channels, height, width = (*shapes[layer], 1, 1)[:3]
        turn = 7 * (number // len(layers))
        where = {"channel": turn % channels, "y": turn % height, "x": 3 * turn % width}
        return run.get("/explain/output", layer=layer, **where)

    return ask


def weights_of(run: LiveRun) -> Ask:
    """Weights and biases of every layer that has some, by turns: gradient and update."""
    shapes = {
        (one["name"], tensor): one[f"{tensor}_shape"]
        for one in run.get("/layers")["layers"]
        for tensor in one["tensors"]
    }
    tensors = list(shapes)

    def ask(number: int) -> Any:
        layer, tensor = tensors[number % len(tensors)]
        turn = 7 * (number // len(tensors))
        names = ("out", "in", "ky", "kx")
        sizes = dict(zip(names, shapes[layer, tensor], strict=False))
        where = {name: turn % size for name, size in sizes.items()}
        return run.get("/explain/weight", layer=layer, tensor=tensor, **where)

    return ask

"""How numbers are spread: histograms of weights, gradients, updates and maps."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from convscope.frames.quantize import Floats
from convscope.learn.data import Pixels
from convscope.learn.observe import Observer
from convscope.types import Of


@dataclass(frozen=True)
class Histogram:
    """Of the finite ones of some numbers; where there is none, `edges` is empty and so is the rest.

    Bin i is from edges[i] to edges[i + 1], of equal widths; the last one holds its end too.
    """

    count: int  # all numbers
    finite: int
    mean: float | None
    std: float | None
    edges: list[float]  # one more than counts
    counts: list[int]


@dataclass(frozen=True)
class Distribution:
    """What the numbers are, and how they are spread."""

    layer: str
    tensor: str  # by torch's name, or `output`: the layer's maps for the image
    of: str
    histogram: Histogram


def histogram(values: Floats, bins: int) -> Histogram:
    """Of float32 values of any shape, in so many bins from the least to the largest."""
    every = values.ravel().astype(np.float64)
    finite = every[np.isfinite(every)]
    if not finite.size:
        return Histogram(every.size, 0, None, None, [], [])
    counts, edges = np.histogram(finite, bins)
    mean, std = float(finite.mean()), float(finite.std())
    return Histogram(every.size, finite.size, mean, std, edges.tolist(), counts.tolist())


def distributions(observer: Observer, pixels: Pixels, bins: int) -> Iterator[Distribution]:
    """Of each layer, from the input on: its parameters, their gradients and updates where a step
    led to this state, and its output for an image."""
    outputs = observer.outputs([pixels], observer.plans)
    for layer, module in observer.trainer.network.named_children():
        for name, parameter in module.named_parameters():
            for of in _kept(observer, parameter):
                found = histogram(observer.tensor(layer, name, of), bins)
                yield Distribution(layer, name, of, found)
        yield Distribution(layer, "output", Of.VALUE, histogram(outputs[layer][0], bins))


def _kept(observer: Observer, parameter: nn.Parameter) -> tuple[Of, ...]:
    return tuple(Of) if observer.has_change(parameter) else (Of.VALUE,)

"""Values that come from one input value, or from all: activations, norm, linear, flatten."""

from collections.abc import Callable
from math import exp, sqrt

import numpy as np
from torch import nn

from convscope.learn.explain.check import added_up, check_sum
from convscope.learn.explain.value_location import ValueLocation, learned
from convscope.learn.observe import to_numpy
from convscope.types import JsonObject

MOST_TERMS = 1_000  # of a weighted sum; a flattened layer may have a hundred thousand


def _single(place: ValueLocation) -> float:
    """The one input value that an elementwise layer reads here."""
    return float(place.inputs[place.index])


def function_of(
    name: str, function: Callable[[float, nn.Module], float]
) -> Callable[[ValueLocation], JsonObject]:
    """An elementwise function as an explanation, computed in float64."""

    def explain(place: ValueLocation) -> JsonObject:
        value = _single(place)
        result = function(value, place.module)
        slope = getattr(place.module, "negative_slope", None)
        own = {} if slope is None else {"slope": slope}
        return {"kind": name, "input": value} | own | check_sum(place.value, [result])

    return explain


def leaky(value: float, module: nn.Module) -> float:
    """x where positive, slope · x elsewhere."""
    assert isinstance(module, nn.LeakyReLU)
    return value if value >= 0 else module.negative_slope * value


def sigmoid(value: float, _: nn.Module) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))


def norm(place: ValueLocation) -> JsonObject:
    """(x - mean) / √(variance + eps) · scale + shift, with the running statistics."""
    module = place.module
    assert isinstance(module, nn.BatchNorm2d)
    assert module.running_mean is not None
    assert module.running_var is not None
    mean, variance = (float(b[place.channel]) for b in (module.running_mean, module.running_var))
    given = [learned(module, name, place.channel) for name in ("weight", "bias")]
    scale, shift = given[0] if given[0] is not None else 1.0, given[1] or 0.0
    spread, value = sqrt(variance + module.eps), _single(place)
    factor = scale / spread
    numbers = {"input": value, "mean": mean, "variance": variance, "eps": module.eps}
    return (
        {"kind": "batch_norm", "scale": scale, "shift": shift, "affine": module.affine}
        | numbers
        | check_sum(place.value, [value * factor, -mean * factor, shift])
    )


def linear(place: ValueLocation) -> JsonObject:
    """Σ input × weight, + bias; its terms the largest first, at most MOST_TERMS of them.

    What is beyond is `rest`: how many there are, and what their products add up to.
    """
    module = place.module
    assert isinstance(module, nn.Linear)
    weights = to_numpy(module.weight)[place.channel].astype(np.float64)
    inputs = place.inputs.astype(np.float64)
    products = inputs * weights
    order = np.argsort(-np.abs(products), kind="stable")
    terms = [
        {"index": int(n), "input": inputs[n], "weight": weights[n], "product": products[n]}
        for n in order[:MOST_TERMS]
    ]
    beyond = products[order[MOST_TERMS:]]
    rest = {"count": len(beyond), "sum": added_up(beyond)} if len(beyond) else None
    bias = learned(module, "bias", place.channel)
    parts = [*products, *([] if bias is None else [bias])]
    found = {"kind": "linear", "terms": terms, "rest": rest, "bias": bias}
    return found | check_sum(place.value, parts)


def flatten(place: ValueLocation) -> JsonObject:
    """The same number under another index: channel-first, row after row."""
    shape = place.inputs.shape
    source = [int(n) for n in np.unravel_index(place.channel, shape)]
    value = float(place.inputs[tuple(source)])
    return {"kind": "identity", "source": source, "input": value} | check_sum(place.value, [value])


def same(place: ValueLocation) -> JsonObject:
    """Dropout lets everything through when it is not training."""
    value = _single(place)
    return {"kind": "identity", "input": value} | check_sum(place.value, [value])

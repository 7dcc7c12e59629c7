"""One value of a layer's output, for one picture, as arithmetic: state k, evaluation mode.

Everything is computed again in float64 from the layer's own float32 input and weights, and set
beside the float32 value that the network has.
"""

from collections.abc import Callable
from math import tanh
from typing import Final

import numpy as np
import torch
from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.frames.quantize import Floats
from convscope.learn.data import Pixels
from convscope.learn.explain import pointwise, windowed
from convscope.learn.explain.check import check_sum
from convscope.learn.explain.value_location import ValueLocation
from convscope.learn.observe import Observer, softmax, to_numpy
from convscope.types import JsonObject, Shape, shape_text

ACTIVATIONS = ("ReLU", "LeakyReLU", "Tanh", "Sigmoid")


def explain_output(
    observer: Observer,
    layer: str,
    where: tuple[int, int, int],
    pixels: Pixels,
    *,
    silent: bool = False,
) -> JsonObject:
    """The value at `where` = (channel, y, x) of a layer's output for a picture.

    `silent` says that the filter is silenced: its arithmetic is shown, and that it counts for
    nothing. In a flat layer y and x are 0. `softmax` is a layer here, after the last.
    NotFoundError, with the shape, for a place outside.
    """
    if layer == "softmax" and layer not in observer.plans:
        return _softmax(observer, where[0], pixels)
    observer.module(layer)
    names = list(observer.plans)
    plan = observer.plans[layer]
    check_place(layer, plan.output_shape, where)
    around = names[max(plan.index - 1, 0) : plan.index + 2]
    outputs = observer.outputs([pixels], around)
    before = outputs[names[plan.index - 1]] if plan.index else None
    inputs = to_numpy(observer.input([pixels]))[0] if before is None else before[0]
    module = observer.twin.get_submodule(layer)
    output = _unsilenced(module, inputs, observer.device) if silent else outputs[layer][0]
    place = ValueLocation(plan, module, inputs, output, *where)
    found = EXPLAINERS[plan.type](place)
    if silent:
        found |= {"silenced": True, "would_be": found["total"], "value": 0.0, "total": 0.0}
    return about(place) | found | {"activation": _activation(observer, place, outputs)}


def _unsilenced(module: nn.Module, inputs: Floats, device: torch.device) -> Floats:
    """What a layer would give without the hook that silences some of its filters."""
    with torch.no_grad():
        given = torch.from_numpy(np.array(inputs))[None].to(device)
        output: Floats = module.forward(given)[0].to("cpu").contiguous().numpy()
    return output


def check_place(layer: str, shape: Shape, where: tuple[int, int, int]) -> None:
    """NotFoundError, with the shape, unless channel, y and x lie in it."""
    full = (*shape, 1, 1)[:3]
    if not all(0 <= place < size for place, size in zip(where, full, strict=True)):
        raise NotFoundError(
            f"{layer} gives {shape_text(shape)}: there is no channel {where[0]}, row "
            f"{where[1]}, column {where[2]} in that."
        )


def about(place: ValueLocation) -> JsonObject:
    """Which value it is."""
    plan = place.plan
    where = {"channel": place.channel, "y": place.y, "x": place.x}
    return {"layer": plan.name, "type": plan.type} | where


def _activation(
    observer: Observer, place: ValueLocation, outputs: dict[str, Floats]
) -> JsonObject | None:
    """What the next layer makes of this value, where that is an activation."""
    own = observer.plans[place.plan.name].index
    after = [plan for plan in observer.plans.values() if plan.index == own + 1]
    if not after or after[0].type not in ACTIVATIONS:
        return None
    value = float(outputs[after[0].name][0][place.index])
    return {"layer": after[0].name, "type": after[0].type, "value": value}


EXPLAINERS: Final[dict[str, Callable[[ValueLocation], JsonObject]]] = {
    "Conv2d": windowed.convolution,
    "BatchNorm2d": pointwise.norm,
    "ReLU": pointwise.function_of("relu", lambda value, _: max(value, 0.0)),
    "LeakyReLU": pointwise.function_of("leaky_relu", pointwise.leaky),
    "Tanh": pointwise.function_of("tanh", lambda value, _: tanh(value)),
    "Sigmoid": pointwise.function_of("sigmoid", pointwise.sigmoid),
    "MaxPool2d": windowed.max_pool,
    "AvgPool2d": windowed.avg_pool,
    "AdaptiveAvgPool2d": windowed.adaptive_pool,
    "Dropout": pointwise.same,
    "Flatten": pointwise.flatten,
    "Linear": pointwise.linear,
}


def _softmax(observer: Observer, index: int, pixels: Pixels) -> JsonObject:
    return softmax_of(observer.outputs([pixels], [])[""][0], index)


def softmax_of(logits: Floats, index: int) -> JsonObject:
    """exp(score - largest) over the sum of all such, so that large scores do no harm; `logits` are
    the scores (N,)."""
    if logits.ndim != 1:
        raise ConflictError("This network has no class output, so there is no softmax of it.")
    check_place("softmax", logits.shape, (index, 0, 0))
    largest = float(logits.max())
    exponentials = np.exp(logits.astype(np.float64) - largest)
    total = float(exponentials.sum())
    terms = [
        {"index": n, "score": float(score), "exponential": float(exponentials[n])}
        for n, score in enumerate(logits)
    ]
    value = float(softmax(logits)[index])
    about = {"layer": "softmax", "type": "Softmax", "channel": index, "y": 0, "x": 0}
    found = {"kind": "softmax", "largest": largest, "sum": total, "terms": terms}
    checked = check_sum(value, [exponentials[index] / total], roundings=len(terms))
    return about | found | {"activation": None} | checked

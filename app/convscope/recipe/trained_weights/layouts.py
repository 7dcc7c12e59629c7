"""How frameworks lay out a layer's tensors: PyTorch's names and axes, and Keras's beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final, Literal

from convscope.recipe.any_layer import flattened_from
from convscope.recipe.plan import LayerPlan
from convscope.recipe.trained_weights.numbers import Floats
from convscope.types import Shape

Layout = Literal["torch", "keras"]
# Keras's names, as `weight.path` gives them, to torch's
KERAS_NAMES: Final = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


@dataclass(frozen=True)
class Reading:
    """One shape in which a file may hold a tensor, and the way from it to torch's."""

    shape: Shape
    to_torch: Callable[[Floats], Floats]


def torch_name(name: str, layout: Layout) -> str:
    """A tensor's name as torch would have it: `conv2d/kernel:0` -> `conv2d.weight`."""
    if layout == "torch":
        return name
    layer, dot, tensor = name.removesuffix(":0").replace("/", ".").rpartition(".")
    return f"{layer}{dot}{KERAS_NAMES.get(tensor, tensor)}"


def readings(
    plans: Sequence[LayerPlan], plan: LayerPlan, tensor: str, layout: Layout
) -> tuple[Reading, ...]:
    """The shapes in which a layer's tensor may come; the first is the usual one."""
    shape = plan.tensors[tensor]
    if layout == "keras" and tensor == "weight" and plan.type == "Conv2d":
        return _keras_convolution(plan, shape)
    if layout == "keras" and tensor == "weight" and plan.type == "Linear":
        return (_keras_dense(shape, flattened_from(plans, plan)),)
    return (Reading(shape, lambda given: given),)


def _keras_convolution(plan: LayerPlan, shape: Shape) -> tuple[Reading, ...]:
    """HWIO; that of a DepthwiseConv2D is (kh, kw, in, multiplier)."""
    out, each, height, width = shape
    usual = Reading((height, width, each, out), lambda given: given.transpose(3, 2, 0, 1))
    channels = plan.input_shape[0]
    if each != 1 or channels == 1 or plan.arguments["groups"] != channels:
        return (usual,)
    depthwise = (height, width, channels, out // channels)
    return (
        Reading(depthwise, lambda given: given.transpose(2, 3, 0, 1).reshape(shape)),
        usual,
    )


def _keras_dense(shape: Shape, maps: Shape | None) -> Reading:
    """(in, out); behind Flatten Keras goes through the channels fastest, torch through columns."""
    out, inputs = shape
    if maps is None or prod(maps) != inputs:
        return Reading((inputs, out), lambda given: given.T)
    channels, height, width = maps

    def to_torch(given: Floats) -> Floats:
        channels_last = given.T.reshape(out, height, width, channels)
        return channels_last.transpose(0, 3, 1, 2).reshape(shape)

    return Reading((inputs, out), to_torch)

"""The layers that a network can be made of, named as in `torch.nn`: their arguments, the shape each
gives, its tensors, and what it costs, by integer arithmetic.

Shapes are those of one image, without the batch: (C, H, W) for maps, (N,) once flat.
Sources: the shape formulas of the PyTorch documentation of each module.
"""

from math import prod
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat

from convscope.errors import RecipeError
from convscope.recipe.base import (
    LayerBase,
    Size,
    SizePair,
    SpanPair,
    Window,
    check_given,
    need_maps,
    slide,
    window_pair,
)
from convscope.types import Shape, shape_text


class Conv2d(LayerBase):
    """A convolution, which PyTorch computes as cross-correlation (no flip)."""

    prefix = "conv"
    type: Literal["Conv2d"]
    in_channels: Size | None = None
    out_channels: Size
    kernel_size: SizePair
    stride: SizePair = (1, 1)
    padding: SpanPair = (0, 0)
    dilation: SizePair = (1, 1)
    groups: Size = 1
    bias: StrictBool = True

    def output(self, shape: Shape) -> Shape:
        """(C, H, W) -> (out_channels, H', W')."""
        need_maps(shape, self.type)
        check_given("in_channels", self.in_channels, shape[0])
        for count, what in ((shape[0], "input channels"), (self.out_channels, "filters")):
            if count % self.groups:
                raise RecipeError(f"groups is {self.groups}, which does not divide {count} {what}.")
        sides = zip(
            shape[1:], self.kernel_size, self.stride, self.padding, self.dilation, strict=True
        )
        return (self.out_channels, *(slide(*side) for side in sides))

    def tensors(self, shape: Shape) -> dict[str, Shape]:
        """weight (out, in / groups, kh, kw) and bias (out,)."""
        weight = (self.out_channels, shape[0] // self.groups, *self.kernel_size)
        return {"weight": weight} | ({"bias": (self.out_channels,)} if self.bias else {})

    def macs(self, shape: Shape) -> int:
        """One product for each weight at each position."""
        return prod(self.tensors(shape)["weight"]) * prod(self.output(shape)[1:])

    def inferred(self, shape: Shape) -> dict[str, int]:
        """in_channels."""
        return {"in_channels": shape[0]}

    def counted(self, shape: Shape) -> str:
        """filters x (channels x kh x kw weights + 1 bias) = total."""
        _, channels, height, width = self.tensors(shape)["weight"]
        one = f"{channels} channel{'s' * (channels > 1)} × {height} × {width} weights"
        bias = " + 1 bias" if self.bias else ""
        total = sum(map(prod, self.tensors(shape).values()))
        return f"{self.out_channels} filters × ({one}{bias}) = {total:,}"

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """The dilated kernel."""
        (kh, kw), (dh, dw) = self.kernel_size, self.dilation
        extents = dh * (kh - 1) + 1, dw * (kw - 1) + 1
        return window_pair(extents, self.stride, self.padding)


class BatchNorm2d(LayerBase):
    """Batch normalisation, one mean, variance, scale and shift a channel."""

    prefix = "norm"
    type: Literal["BatchNorm2d"]
    num_features: Size | None = None
    eps: Annotated[StrictFloat, Field(gt=0, le=1)] = 1e-5
    momentum: Annotated[StrictFloat, Field(ge=0, le=1)] = 0.1
    affine: StrictBool = True

    def output(self, shape: Shape) -> Shape:
        """(C, H, W) -> the same."""
        need_maps(shape, self.type)
        check_given("num_features", self.num_features, shape[0])
        return shape

    def tensors(self, shape: Shape) -> dict[str, Shape]:
        """weight and bias if affine, and the running statistics, each (C,)."""
        learned = ("weight", "bias") if self.affine else ()
        return dict.fromkeys((*learned, "running_mean", "running_var"), shape[:1])

    def inferred(self, shape: Shape) -> dict[str, int]:
        """num_features."""
        return {"num_features": shape[0]}

    def counted(self, shape: Shape) -> str:
        """Only scale and shift are learned."""
        if not self.affine:
            return "no weights: running mean and variance are measured, not learned"
        return f"{shape[0]} channels × (1 scale + 1 shift) = {2 * shape[0]:,}"


class ReLU(LayerBase):
    """max(0, x)."""

    prefix = "relu"
    type: Literal["ReLU"]
    inplace: StrictBool = False


class LeakyReLU(LayerBase):
    """x where positive, negative_slope · x elsewhere."""

    prefix = "leaky_relu"
    type: Literal["LeakyReLU"]
    negative_slope: Annotated[StrictFloat, Field(ge=0, le=10)] = 0.01
    inplace: StrictBool = False


class Tanh(LayerBase):
    """The hyperbolic tangent."""

    prefix = "tanh"
    type: Literal["Tanh"]


class Sigmoid(LayerBase):
    """1 / (1 + exp(-x))."""

    prefix = "sigmoid"
    type: Literal["Sigmoid"]


class _Pool(LayerBase):
    prefix = "pool"
    kernel_size: SizePair
    stride: SizePair | None = None
    padding: SpanPair = (0, 0)

    def output(self, shape: Shape) -> Shape:
        """(C, H, W) -> (C, H', W')."""
        need_maps(shape, type(self).__name__)
        for kernel, padding in zip(self.kernel_size, self.padding, strict=True):
            if 2 * padding > kernel:
                raise RecipeError(
                    f"padding is {padding}: expected at most half the kernel, {kernel}."
                )
        sides = zip(
            shape[1:], self.kernel_size, self.stride or self.kernel_size, self.padding, strict=True
        )
        return (shape[0], *(slide(*side, 1) for side in sides))

    def macs(self, shape: Shape) -> int:
        """One comparison or addition for each value under each window."""
        return prod(self.output(shape)) * prod(self.kernel_size)

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """The pooling window."""
        return window_pair(self.kernel_size, self.stride or self.kernel_size, self.padding)


class MaxPool2d(_Pool):
    """The largest value under each window."""

    type: Literal["MaxPool2d"]


class AvgPool2d(_Pool):
    """The mean of the values under each window."""

    type: Literal["AvgPool2d"]
    count_include_pad: StrictBool = True


class AdaptiveAvgPool2d(LayerBase):
    """The mean over as many equal regions as the output has."""

    prefix = "pool"
    type: Literal["AdaptiveAvgPool2d"]
    output_size: SizePair

    def output(self, shape: Shape) -> Shape:
        """(C, H, W) -> (C, *output_size)."""
        need_maps(shape, self.type)
        return (shape[0], *self.output_size)

    def macs(self, shape: Shape) -> int:
        """At most every value once for each output."""
        return prod(shape) + prod(self.output(shape))

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """Equal regions; None where they differ, since the output does not divide the input."""
        if any(side % out for side, out in zip(shape[1:], self.output_size, strict=True)):
            return None
        regions = shape[1] // self.output_size[0], shape[2] // self.output_size[1]
        return window_pair(regions, regions, (0, 0))


class Dropout(LayerBase):
    """Zeroes each value with probability p while training; nothing when looked at."""

    prefix = "dropout"
    type: Literal["Dropout"]
    p: Annotated[StrictFloat, Field(ge=0, lt=1)] = 0.5


class Flatten(LayerBase):
    """All maps of an image as one vector, channel first."""

    prefix = "flatten"
    type: Literal["Flatten"]

    def output(self, shape: Shape) -> Shape:
        """(C, H, W) -> (C · H · W,)."""
        return (prod(shape),)

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """A vector has no place."""
        return None


class Linear(LayerBase):
    """Every output a weighted sum of all inputs."""

    prefix = "linear"
    type: Literal["Linear"]
    in_features: Size | None = None
    out_features: Size
    bias: StrictBool = True

    def output(self, shape: Shape) -> Shape:
        """(N,) -> (out_features,)."""
        if len(shape) != 1:
            raise RecipeError(
                f"Linear expects a flat vector, got maps of {shape_text(shape)}: "
                "put Flatten before it."
            )
        check_given("in_features", self.in_features, shape[0])
        return (self.out_features,)

    def tensors(self, shape: Shape) -> dict[str, Shape]:
        """weight (out, in) and bias (out,)."""
        weight = (self.out_features, shape[0])
        return {"weight": weight} | ({"bias": (self.out_features,)} if self.bias else {})

    def macs(self, shape: Shape) -> int:
        """One product a weight."""
        return self.out_features * shape[0]

    def inferred(self, shape: Shape) -> dict[str, int]:
        """in_features."""
        return {"in_features": shape[0]}

    def counted(self, shape: Shape) -> str:
        """outputs x (inputs + 1 bias) = total."""
        bias = " + 1 bias" if self.bias else ""
        total = sum(map(prod, self.tensors(shape).values()))
        return f"{self.out_features} outputs × ({shape[0]:,} weights{bias}) = {total:,}"

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """Sees everything."""
        return None


Layer = Annotated[
    Conv2d
    | BatchNorm2d
    | ReLU
    | LeakyReLU
    | Tanh
    | Sigmoid
    | MaxPool2d
    | AvgPool2d
    | AdaptiveAvgPool2d
    | Dropout
    | Flatten
    | Linear,
    Field(discriminator="type"),
]

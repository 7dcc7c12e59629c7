"""The layers of the small Keras, in numpy and channels last.

Weights have Keras's shapes, and `set_weights` refuses any other; so is an argument refused that
Keras has no place for, or that nothing here would heed.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def pair(value: Any) -> tuple[int, int]:
    """A number for both sides, or one for each."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def windows(
    maps: Floats, size: tuple[int, int], strides: tuple[int, int], dilation: tuple[int, int]
) -> Floats:
    """What lies under a window at each place, (B, H', W', kh, kw, C)."""
    index = []
    for side, kernel, stride, spread in zip(maps.shape[1:3], size, strides, dilation, strict=True):
        places = (side - spread * (kernel - 1) - 1) // stride + 1
        index.append(stride * np.arange(places)[:, None] + spread * np.arange(kernel))
    rows, columns = index
    found: Floats = maps[:, rows[:, None, :, None], columns[None, :, None, :]]
    return found


INITIALIZERS = {f"{kind}_{form}" for kind in ("glorot", "he") for form in ("uniform", "normal")} | {
    "orthogonal", "zeros", "random_normal", "random_uniform"
}  # fmt: skip


def begun(weights: tuple[str, ...]) -> set[str]:
    """The arguments that say how weights begin, and what is added to the loss for them."""
    return {f"{weight}_{what}" for weight in weights for what in ("initializer", "regularizer")}


class Layer:
    """A layer: weights are made when it first sees its input's shape."""

    first: ClassVar[tuple[str, ...]] = ()  # what must be given, in Keras's order
    options: Mapping[str, Any] = {}  # what may be, by name; of a layer what was given too
    shaped: ClassVar[tuple[str, ...]] = ()  # weights that have an initialiser and a penalty

    def __init__(self, *arguments: Any, name: str = "", **options: Any) -> None:
        self.name = name
        named = dict(zip(self.first, arguments, strict=False)) | options
        if len(arguments) > len(self.first) or self.first - named.keys():
            raise TypeError(f"{type(self).__name__} expects {self.first}, got {arguments}.")
        known = {*self.first, *self.options, *begun(self.shaped)}
        if unknown := named.keys() - known:
            raise ValueError(f"Unrecognized arguments of {type(self).__name__}: {sorted(unknown)}")
        for key in named.keys() & {f"{weight}_initializer" for weight in self.shaped}:
            if named[key] not in INITIALIZERS:
                raise ValueError(f"Could not interpret {key}: {named[key]!r}")
        self.options = {**self.options, **named}
        self.weights: list[Floats] = []
        self.output_shape: tuple[int, ...] = ()

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The shapes of its weights."""
        return []

    def set_weights(self, arrays: list[npt.NDArray[Any]]) -> None:
        """As Keras: the very shapes."""
        assert [array.shape for array in arrays] == [own.shape for own in self.weights], self.name
        self.weights = [np.asarray(array, np.float64) for array in arrays]

    def __call__(self, values: Floats) -> Floats:
        """Forward, in evaluation mode."""
        if not self.weights:
            self.weights = [np.zeros(shape) for shape in self.build(values.shape)]
        out = self.forward(values)
        self.output_shape = out.shape[1:]
        return out

    def forward(self, values: Floats) -> Floats:
        """What it makes of its input."""
        return values


class Conv2D(Layer):
    """kernel (kh, kw, in / groups, out)."""

    first = ("filters", "kernel_size")
    options: Mapping[str, Any] = {
        "strides": 1, "padding": "valid", "dilation_rate": 1, "groups": 1, "use_bias": True
    }  # fmt: skip
    shaped = ("kernel", "bias")

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """kernel and bias."""
        out, size = self.options["filters"], pair(self.options["kernel_size"])
        kernel = (*size, shape[-1] // self.options["groups"], out)
        return [kernel, (out,)] if self.options["use_bias"] else [kernel]

    def forward(self, values: Floats) -> Floats:
        """Group by group."""
        strides, dilation = pair(self.options["strides"]), pair(self.options["dilation_rate"])
        assert max(strides) == 1 or max(dilation) == 1, "Keras refuses both"
        size, padding = pair(self.options["kernel_size"]), self.options["padding"]
        assert padding in ("valid", "same"), "Keras refuses any other"
        if padding == "same":
            values = np.pad(values, ((0, 0), *same(values, size, strides, dilation), (0, 0)))
        kernel, groups = self.weights[0], self.options["groups"]
        inputs = np.split(windows(values, size, strides, dilation), groups, axis=-1)
        kernels = np.split(kernel, groups, axis=-1)
        parts = [
            np.einsum("byxijc,ijco->byxo", *both) for both in zip(inputs, kernels, strict=True)
        ]
        bias = self.weights[1] if len(self.weights) > 1 else 0.0
        out: Floats = np.concatenate(parts, axis=-1) + bias
        return out


def same(values: Floats, size: Any, strides: Any, dilation: Any) -> list[tuple[int, int]]:
    """TensorFlow's padding "same": what is odd goes after."""
    padding = []
    for side, kernel, stride, spread in zip(
        values.shape[1:3], size, strides, dilation, strict=True
    ):
        extent = spread * (kernel - 1) + 1
        whole = max((-(-side // stride) - 1) * stride + extent - side, 0)
        padding.append((whole // 2, whole - whole // 2))
    return padding


class Dense(Layer):
    """kernel (in, out)."""

    first = ("units",)
    options: Mapping[str, Any] = {"use_bias": True}
    shaped = ("kernel", "bias")

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """kernel and bias."""
        out = self.options["units"]
        return [(shape[-1], out), (out,)][: 1 + self.options["use_bias"]]

    def forward(self, values: Floats) -> Floats:
        """x W + b."""
        out: Floats = values @ self.weights[0] + sum(self.weights[1:])
        return out


class BatchNormalization(Layer):
    """gamma, beta, moving mean, moving variance."""

    options: Mapping[str, Any] = {"momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True}
    shaped = ("beta", "gamma")

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """One number a channel."""
        return [shape[-1:]] * (2 + self.options["scale"] + self.options["center"])

    def forward(self, values: Floats) -> Floats:
        """With the moving statistics."""
        *learned, mean, variance = self.weights
        gamma, beta = learned or (np.float64(1), np.float64(0))
        out: Floats = (values - mean) / np.sqrt(variance + self.options["epsilon"]) * gamma + beta
        return out


class ZeroPadding2D(Layer):
    """The same on both ends of a side."""

    first = ("padding",)

    def forward(self, values: Floats) -> Floats:
        """Rows, then columns."""
        rows, columns = pair(self.options["padding"])
        return np.pad(values, ((0, 0), (rows, rows), (columns, columns), (0, 0)))


class Pooling(Layer):
    """Valid windows, which stand side by side unless strides say otherwise."""

    first = ("pool_size",)
    options: Mapping[str, Any] = {"strides": None}
    reduce: Callable[..., Any]

    def forward(self, values: Floats) -> Floats:
        """Of each window."""
        size = pair(self.options["pool_size"])
        under = windows(values, size, pair(self.options["strides"] or size), (1, 1))
        out: Floats = type(self).reduce(under, axis=(3, 4))
        return out


class MaxPooling2D(Pooling):
    """The largest."""

    reduce = staticmethod(np.max)


class AveragePooling2D(Pooling):
    """The mean."""

    reduce = staticmethod(np.mean)


class GlobalAveragePooling2D(Layer):
    """The mean of each map."""

    options: Mapping[str, Any] = {"keepdims": False}

    def forward(self, values: Floats) -> Floats:
        """Keeps the sides as ones."""
        assert self.options["keepdims"]
        out: Floats = values.mean(axis=(1, 2), keepdims=True)
        return out


class Flatten(Layer):
    """Channels fastest."""

    def forward(self, values: Floats) -> Floats:
        """(B, H, W, C) -> (B, H · W · C)."""
        return values.reshape(len(values), -1)


class Lambda(Layer):
    """A function as a layer."""

    first = ("function",)

    def forward(self, values: Floats) -> Floats:
        """Calls it."""
        out: Floats = self.options["function"](values)
        return out


class ReLU(Layer):
    """max(0, x)."""

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        return np.maximum(values, 0)


class LeakyReLU(Layer):
    """negative_slope · x below 0."""

    options: Mapping[str, Any] = {"negative_slope": 0.3}

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        return np.where(values > 0, values, self.options["negative_slope"] * values)


class Activation(Layer):
    """tanh or sigmoid."""

    first = ("activation",)

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        known: dict[str, Callable[[Floats], Floats]] = {
            "tanh": np.tanh,
            "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        }
        return known[self.options["activation"]](values)


class Dropout(Layer):
    """Lets everything through."""

    first = ("rate",)


KINDS: tuple[type[Layer], ...] = (
    Conv2D,
    Dense,
    BatchNormalization,
    ZeroPadding2D,
    MaxPooling2D,
    AveragePooling2D,
    GlobalAveragePooling2D,
    Flatten,
    Lambda,
    ReLU,
    LeakyReLU,
    Activation,
    Dropout,
)

"""As much of Keras as generated code calls, in numpy and channels last, written from Keras's
documentation: shapes and values of a network without the package.

Weights have Keras's shapes, and `set_weights` refuses any other.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

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


class Layer:
    """A layer: weights are made when it first sees its input's shape."""

    def __init__(self, *arguments: Any, name: str = "", **options: Any) -> None:
        self.name = name
        self.arguments = arguments
        self.options = {k: v for k, v in options.items() if not k.endswith("izer")}
        self.weights: list[Floats] = []
        self.output_shape: tuple[int, ...] = ()

    def option(self, name: str, default: Any) -> Any:
        """An option, which must be known here."""
        return self.options.get(name, default)

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

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """kernel and bias."""
        out, size = self.arguments[0], pair(self.arguments[1])
        kernel = (*size, shape[-1] // self.option("groups", 1), out)
        return [kernel, (out,)] if self.option("use_bias", True) else [kernel]

    def forward(self, values: Floats) -> Floats:
        """Group by group."""
        strides, dilation = pair(self.option("strides", 1)), pair(self.option("dilation_rate", 1))
        assert max(strides) == 1 or max(dilation) == 1, "Keras refuses both"
        size = pair(self.arguments[1])
        if self.option("padding", "valid") == "same":
            values = np.pad(values, ((0, 0), *same(values, size, strides, dilation), (0, 0)))
        kernel, groups = self.weights[0], self.option("groups", 1)
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

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """kernel and bias."""
        (out,) = self.arguments
        return [(shape[-1], out), (out,)][: 1 + self.option("use_bias", True)]

    def forward(self, values: Floats) -> Floats:
        """x W + b."""
        out: Floats = values @ self.weights[0] + sum(self.weights[1:])
        return out


class BatchNormalization(Layer):
    """gamma, beta, moving mean, moving variance."""

    def build(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        """One number a channel."""
        return [shape[-1:]] * (2 + self.option("scale", True) + self.option("center", True))

    def forward(self, values: Floats) -> Floats:
        """With the moving statistics."""
        *learned, mean, variance = self.weights
        gamma, beta = learned or (np.float64(1), np.float64(0))
        out: Floats = (values - mean) / np.sqrt(variance + self.options["epsilon"]) * gamma + beta
        return out


class ZeroPadding2D(Layer):
    """The same on both ends of a side."""

    def forward(self, values: Floats) -> Floats:
        """Rows, then columns."""
        rows, columns = pair(self.arguments[0])
        return np.pad(values, ((0, 0), (rows, rows), (columns, columns), (0, 0)))


class Pooling(Layer):
    """Valid windows, which stand side by side unless strides say otherwise."""

    reduce: Callable[..., Any]

    def forward(self, values: Floats) -> Floats:
        """Of each window."""
        size = pair(self.arguments[0])
        under = windows(values, size, pair(self.option("strides", size)), (1, 1))
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

    def forward(self, values: Floats) -> Floats:
        """Calls it."""
        out: Floats = self.arguments[0](values)
        return out


class ReLU(Layer):
    """max(0, x)."""

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        return np.maximum(values, 0)


class LeakyReLU(Layer):
    """negative_slope · x below 0."""

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        return np.where(values > 0, values, self.options["negative_slope"] * values)


class Activation(Layer):
    """tanh or sigmoid."""

    def forward(self, values: Floats) -> Floats:
        """Elementwise."""
        known: dict[str, Callable[[Floats], Floats]] = {
            "tanh": np.tanh,
            "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        }
        return known[self.arguments[0]](values)


class Sequential:
    """Layers in order; built at once, since the first says its shape."""

    def __init__(self, parts: list[Any]) -> None:
        shape, *self.layers = parts
        names = [layer.name for layer in self.layers]
        assert len(set(names)) == len(names), "Keras refuses a name twice"
        self(np.zeros((1, *shape)))

    def __call__(self, values: Floats) -> Floats:
        """Forward."""
        for layer in self.layers:
            values = layer(values)
        return values

    def get_layer(self, name: str) -> Layer:
        """By its name."""
        (found,) = [layer for layer in self.layers if layer.name == name]
        assert isinstance(found, Layer)
        return found


def average_pool(values: Floats, size: Any, strides: Any, padding: str) -> Floats:
    """keras.ops.average_pool."""
    assert padding == "valid"
    out: Floats = windows(values, size, strides, (1, 1)).mean(axis=(3, 4))
    return out


def make_modules() -> dict[str, ModuleType]:
    """`keras` and `keras.layers`."""
    keras, layers, ops = (ModuleType(n) for n in ("keras", "keras.layers", "keras.ops"))
    known = (Conv2D, Dense, BatchNormalization, ZeroPadding2D, MaxPooling2D, AveragePooling2D)
    more = (GlobalAveragePooling2D, Flatten, Lambda, ReLU, LeakyReLU, Activation)
    for kind in (*known, *more, type("Dropout", (Layer,), {})):
        setattr(layers, kind.__name__, kind)
    vars(ops).update(pad=pad, ones_like=np.ones_like, einsum=np.einsum, average_pool=average_pool)
    own = {"layers": layers, "ops": ops, "Input": lambda shape: shape, "Sequential": Sequential}
    vars(keras).update(own | {"regularizers": Anything(), "initializers": Anything()})
    return {"keras": keras, "keras.layers": layers}


def pad(values: Floats, width: Any, constant_values: float = 0.0) -> Floats:
    """keras.ops.pad."""
    return np.pad(values, width, constant_values=constant_values)


class Anything:
    """Takes any call, and is looked at no further."""

    def __getattr__(self, name: str) -> Callable[..., str]:
        return lambda *_, **__: name


@contextmanager
def installed() -> Iterator[None]:
    """`import keras` gives this one."""
    before = {name: sys.modules.get(name) for name in ("keras", "keras.layers")}
    sys.modules.update(make_modules())
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module:
                sys.modules[name] = module

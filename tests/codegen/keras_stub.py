"""As much of Keras as generated code calls, in numpy, written from Keras's documentation: shapes
and values of a network without the package. What Keras has no place for is refused.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from tests.codegen.keras_layers import KINDS, Floats, Layer, windows


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
    vars(layers).update({kind.__name__: kind for kind in KINDS})
    vars(ops).update(pad=pad, ones_like=np.ones_like, einsum=np.einsum, average_pool=average_pool)
    vars(ops).update(array=lambda numbers: np.array(numbers, np.float32), cast=np.ndarray.astype)
    own = {"layers": layers, "ops": ops, "Input": lambda shape: shape, "Sequential": Sequential}
    named = {"regularizers": Regularizers, "initializers": Initializers, "optimizers": Optimizers}
    vars(keras).update(own | named)
    return {"keras": keras, "keras.layers": layers}


def pad(values: Floats, width: Any, constant_values: float = 0.0) -> Floats:
    """keras.ops.pad."""
    return np.pad(values, width, constant_values=constant_values)


class Regularizers:
    """keras.regularizers; what it would do to training is looked at no further."""

    @staticmethod
    def L2(l2: float = 0.01) -> str:
        """l2 · Σ w²."""
        return "l2"


class Initializers:
    """keras.initializers, by their names."""

    @staticmethod
    def RandomNormal(mean: float = 0.0, stddev: float = 0.05) -> str:
        """Gaussian."""
        return "random_normal"

    @staticmethod
    def RandomUniform(minval: float = -0.05, maxval: float = 0.05) -> str:
        """Between two bounds."""
        return "random_uniform"


class Optimizers:
    """keras.optimizers: what they are called with, no more."""

    @staticmethod
    def SGD(*, learning_rate: float, momentum: float = 0.0, nesterov: bool = False) -> str:
        """Stochastic gradient descent."""
        return "sgd"

    @staticmethod
    def Adam(*, learning_rate: float, beta_1: float, beta_2: float, epsilon: float) -> str:
        """Two moments."""
        return "adam"

    @staticmethod
    def AdamW(*, weight_decay: float, **adam: float) -> str:
        """Adam, with decay beside it."""
        return Optimizers.Adam(**adam) + "w"

    @staticmethod
    def RMSprop(*, learning_rate: float, rho: float, momentum: float, epsilon: float) -> str:
        """A running mean of squares."""
        return "rmsprop"


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

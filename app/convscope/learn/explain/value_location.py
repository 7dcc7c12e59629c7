"""One value of a layer's output: where it lies, what its layer reads, what is there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from convscope.frames.quantize import Floats
from convscope.recipe.any_layer import AnyLayer


@dataclass(frozen=True)
class ValueLocation:
    """One value: its layer, and where it lies in the layer's output."""

    plan: AnyLayer
    module: nn.Module
    inputs: Floats  # (C, H, W) or (N,), what the layer reads
    output: Floats  # (C', H', W') or (M,), what the network has there
    channel: int
    y: int
    x: int

    @property
    def index(self) -> tuple[int, ...]:
        """Its index into the output."""
        flat = self.output.ndim == 1
        return (self.channel,) if flat else (self.channel, self.y, self.x)

    @property
    def value(self) -> float:
        """The number itself."""
        return float(self.output[self.index])


def nested(values: Any) -> Any:
    """An array as nested lists of float64."""
    return np.asarray(values, np.float64).tolist()


def learned(module: nn.Module, name: str, channel: int) -> float | None:
    """One number of a layer's `weight` or `bias` vector, or None where it has none."""
    tensors = dict(module.named_parameters())
    return float(tensors[name].detach()[channel]) if name in tensors else None

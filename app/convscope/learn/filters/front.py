"""The part of a network up to a layer, and images on their way through it piece by piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from convscope.data.idx import Bytes
from convscope.learn.data import to_input
from convscope.recipe import LayerPlan, Preprocessing

Numbers = npt.NDArray[np.int64]
MOST_IMAGES = 200
MOST_VALUES = 8_000_000  # of one layer's output at once, 32 MB


@dataclass(frozen=True)
class Front:
    """A network's layers up to one with filters, in evaluation mode, and what comes after them."""

    layers: nn.Sequential
    after: nn.Sequential
    plans: Sequence[LayerPlan]  # of the whole network
    device: torch.device
    preprocessing: Preprocessing | None

    @property
    def plan(self) -> LayerPlan:
        """The layer's own."""
        return self.plans[len(self.layers) - 1]

    @property
    def filters(self) -> int:
        """How many it has."""
        return self.plan.output_shape[0]

    def pieces(self, chosen: Numbers) -> Iterator[Numbers]:
        """Images' numbers in their order, as many at once as the layers leave room for."""
        largest = max(prod(plan.output_shape) for plan in self.plans)
        size = max(1, min(MOST_IMAGES, MOST_VALUES // largest))
        for start in range(0, len(chosen), size):
            yield chosen[start : start + size]

    def enter(self, pixels: Bytes) -> torch.Tensor:
        """uint8 images (B, C, H, W) as they enter the network."""
        return to_input(pixels, self.device, self.preprocessing)

    def maps(self, pixels: Bytes) -> torch.Tensor:
        """The layer's maps of uint8 images (B, C, H, W), (B, filters, H, W)."""
        with torch.inference_mode():
            found: torch.Tensor = self.layers(self.enter(pixels))
        return found


def front_of(
    network: nn.Sequential,
    plans: Sequence[LayerPlan],
    layer: str,
    device: torch.device,
    preprocessing: Preprocessing | None = None,
) -> Front:
    """Up to the layer of this name."""
    layers = list(network)
    after = [plan.name for plan in plans].index(layer) + 1
    front, rest = nn.Sequential(*layers[:after]), nn.Sequential(*layers[after:])
    return Front(front, rest, plans, device, preprocessing)

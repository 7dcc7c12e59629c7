"""The receptive field by arithmetic: which pixels of the input one value of a layer depends on.

Sizes and jumps multiply as in Araujo, Norris & Sim 2019, "Computing Receptive Fields of
Convolutional Neural Networks".
"""

from dataclasses import dataclass

from convscope.recipe.base import LayerBase, Window
from convscope.recipe.layers import AdaptiveAvgPool2d
from convscope.types import Shape


@dataclass(frozen=True)
class Axis:
    """Along one axis: the pixels of a map's first value, and how far on its neighbour's lie."""

    first: int = 0  # the first pixel; below 0 in padding
    size: int = 1
    jump: int = 1

    def through(self, window: Window) -> "Axis":
        """Of a layer that reads this one through a window."""
        first = self.first - window.padding * self.jump
        size = self.size + (window.extent - 1) * self.jump
        return Axis(first, size, self.jump * window.stride)

    def seen_from(self, place: int, side: int) -> slice:
        """The pixels of a side of the input that the value at a place depends on."""
        first = self.first + place * self.jump
        return slice(min(max(first, 0), side), min(max(first + self.size, 0), side))

    def covers(self, side: int) -> bool:
        """Whether the first value depends on all pixels of a side of the input."""
        return self.first <= 0 and self.first + self.size >= side


Fields = tuple[Axis, Axis]  # along the rows, along the columns


def fields_after(before: Fields, layer: LayerBase, shape: Shape, pixels: Shape) -> Fields | None:
    """The receptive field of a layer that is given maps of `shape`, in a network whose input is
    `pixels` (C, H, W); None where it is the whole input, or differs between places."""
    windows = layer.windows(shape)
    if windows is None:
        return None
    rows, columns = (axis.through(window) for axis, window in zip(before, windows, strict=True))
    one_region = isinstance(layer, AdaptiveAvgPool2d) and layer.output_size == (1, 1)
    if one_region and rows.covers(pixels[1]) and columns.covers(pixels[2]):
        return None
    return rows, columns

"""A layer, whoever made its network."""

from collections.abc import Sequence
from typing import Protocol

from convscope.errors import ConflictError, NotFoundError
from convscope.types import Shape, shape_text


class AnyLayer(Protocol):
    """A layer of a run of any kind."""

    @property
    def name(self) -> str:
        """Unique in its network."""

    @property
    def type(self) -> str:
        """The class's name."""

    @property
    def input_shape(self) -> Shape:
        """Of one image."""

    @property
    def output_shape(self) -> Shape:
        """Of one image."""

    @property
    def tensors(self) -> dict[str, Shape]:
        """The shapes of its parameters and buffers."""

    @property
    def parameters(self) -> int:
        """How many numbers training changes here."""


def filter_count(layer: AnyLayer) -> int:
    """How many filters it has; ConflictError where it has none."""
    if layer.type != "Conv2d":
        raise ConflictError(f"{layer.name} ({layer.type}) has no filters: a Conv2d has.")
    return layer.output_shape[0]


def must_have_filter(layer: AnyLayer, number: int) -> None:
    """NotFoundError unless it has a filter of this number, and ConflictError without any."""
    count = filter_count(layer)
    if number >= count:
        raise NotFoundError(
            f"{layer.name} has {count} filters, 0 to {count - 1} (its weight is "
            f"{shape_text(layer.tensors['weight'])}): there is no filter {number}."
        )


def flattened_from(layers: Sequence[AnyLayer], reader: AnyLayer) -> Shape | None:
    """The maps (C, H, W) that a linear layer reads flattened; None where it reads a vector."""
    return _flattened(layers[: _place(layers, reader)])


def flattened_into(layers: Sequence[AnyLayer], giver: AnyLayer) -> Shape | None:
    """The maps (C, H, W) that a layer gives flattened; None where it gives something else."""
    return _flattened(layers[: _place(layers, giver) + 1])


def _place(layers: Sequence[AnyLayer], layer: AnyLayer) -> int:
    return [one.name for one in layers].index(layer.name)


def _flattened(layers: Sequence[AnyLayer]) -> Shape | None:
    for before in reversed(layers):
        if before.type == "Linear":
            return None
        if before.type == "Flatten" and len(before.input_shape) == 3:
            return before.input_shape
    return None

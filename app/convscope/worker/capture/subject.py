"""What frames are taken of: a session, or the model in somebody's own training loop."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch

from convscope.frames.quantize import Floats
from convscope.ipc.commands import Window
from convscope.recipe.any_layer import AnyLayer
from convscope.types import Of

Places = Mapping[str, Sequence[tuple[int, torch.Tensor]]]


class Observable(Protocol):
    """The present state of a network."""

    @property
    def plans(self) -> Mapping[str, AnyLayer]:
        """Its layers by name."""

    def parameter(self, layer: str, name: str) -> torch.Tensor:
        """A layer's weight or bias, which is there: the very tensor that is trained."""

    def has_change(self, parameter: torch.Tensor, of: Of) -> bool:
        """Whether its gradient, or its last update, is known."""

    def last_gradient(self, parameter: torch.Tensor) -> torch.Tensor:
        """The gradient that the last update used, which is known."""

    def before(self, parameter: torch.Tensor) -> torch.Tensor:
        """The value before the last update, which is known."""

    def input(self, pixels: Sequence[Any]) -> torch.Tensor:
        """Some pictures as the network reads them, (P, C, H, W)."""

    def write_outputs(
        self, images: torch.Tensor, places: Places, windows: Mapping[str, Window]
    ) -> Floats:
        """Write what layers give for pictures (P, C, H, W) where they go, or the maps in a window
        of it; the network's output."""


class Pictures(Protocol):
    """Those that it is looked at through, by id."""

    @property
    def version(self) -> int:
        """Another number once they are others."""

    def get(self, image: str) -> Any:
        """One of shape (C, H, W); NotFoundError where there is none."""


class Subject(Protocol):
    """What there is to look at."""

    @property
    def observer(self) -> Observable:
        """Its network."""

    @property
    def images(self) -> Pictures:
        """Its pictures."""

    @property
    def has_scores(self) -> bool:
        """Whether its network ends in class scores."""

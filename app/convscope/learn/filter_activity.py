"""Which filters give anything at all: whether a map behind a ReLU is above 0 anywhere."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import nn

from convscope.recipe import LayerPlan

CHANNEL_BY_CHANNEL = ("BatchNorm2d", "Dropout", "MaxPool2d", "AvgPool2d")


class FilterActivity:
    """Of the images that go through a network while it is watched.

    A filter of a Conv2d is active if its map is above 0 anywhere behind the ReLU that follows; of a
    Conv2d without a ReLU nothing is said.
    """

    def __init__(self, network: nn.Sequential, plans: Sequence[LayerPlan]) -> None:
        modules = dict(network.named_children())
        self._relus = {conv: modules[relu] for conv, relu in _relus(plans)}
        self._active: dict[str, torch.Tensor] = {}  # by layer: (filters,) of bool

    def begin(self) -> None:
        """Forget the images so far."""
        self._active = {}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What goes through the network meanwhile counts."""
        with ExitStack() as hooks:
            for layer, relu in self._relus.items():
                if not self._is_known(layer):
                    hooks.enter_context(_hooked(relu, partial(self._see, layer)))
            yield

    def _is_known(self, layer: str) -> bool:
        """Whether there is nothing left to find out."""
        return layer in self._active and bool(self._active[layer].all())

    def _see(self, layer: str, maps: torch.Tensor) -> None:
        # no value is below 0, so the sum tells; the largest takes torch some 60 times as long here
        active = maps.sum(dim=(0, 2, 3)) > 0
        before = self._active.get(layer)
        self._active[layer] = active if before is None else before | active

    def filters(self, *, active: bool) -> set[tuple[str, int]]:
        """(layer, filter) of those that are active, or of those that are not."""
        return {
            (layer, number)
            for layer, found in self._active.items()
            for number, each in enumerate(found.tolist())
            if each is active
        }


def _relus(plans: Sequence[LayerPlan]) -> Iterator[tuple[str, str]]:
    """The name of each Conv2d and of the ReLU behind it, where nothing between mixes maps."""
    conv: str | None = None
    for plan in plans:
        if plan.type == "Conv2d":
            conv = plan.name
        elif plan.type == "ReLU" and conv:
            yield conv, plan.name
            conv = None
        elif plan.type not in CHANNEL_BY_CHANNEL:
            conv = None


@contextmanager
def _hooked(module: nn.Module, see: Callable[[torch.Tensor], None]) -> Iterator[None]:
    hook = module.register_forward_hook(lambda _, __, maps: see(maps))
    try:
        yield
    finally:
        hook.remove()

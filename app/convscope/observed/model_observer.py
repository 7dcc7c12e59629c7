"""Everything about a model in somebody's own loop that can be shown."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import torch
from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Window
from convscope.learn.observe import to_numpy
from convscope.observed.layers import forward, seen
from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import Of
from convscope.worker.capture.subject import Places

WHOLE: Mapping[str, Window] = {}


class ModelObserver:
    """A model's parameters, and what it gives, through its twin."""

    def __init__(self, twin: nn.Module, layers: Sequence[ObservedLayer]) -> None:
        self.twin = twin
        self.plans: Mapping[str, ObservedLayer] = {layer.name: layer for layer in layers}
        self._tensors = dict(
            chain(
                twin.named_parameters(remove_duplicate=False),
                twin.named_buffers(remove_duplicate=False),
            )
        )
        self._before: dict[int, torch.Tensor] = {}  # by id of the parameter
        self._scale: torch.Tensor | None = None  # of the gradients
        self.stepped = False

    # --- around a step ----------------------------------------------------------------------------

    def keep(self, parameters: Iterable[torch.Tensor]) -> None:
        """An update is about to change these: what it adds will be asked."""
        for parameter in parameters:
            if parameter.requires_grad:
                self._before[id(parameter)] = parameter.detach().clone()

    def forget(self) -> None:
        """No update is known any more."""
        self._before.clear()

    def scaled_by(self, scale: torch.Tensor | None) -> None:
        """The gradients that are there now are the loss's times this; None: they are its own."""
        self._scale = scale

    # --- what is there ----------------------------------------------------------------------------

    def parameter(self, layer: str, name: str) -> torch.Tensor:
        """See Observable."""
        return self._tensors[f"{layer}.{name}"]

    def has_change(self, parameter: torch.Tensor, of: Of) -> bool:
        """See Observable."""
        if not self.stepped or parameter.grad is None:
            return False
        return of is Of.GRADIENT or id(parameter) in self._before

    def last_gradient(self, parameter: torch.Tensor) -> torch.Tensor:
        """See Observable."""
        assert parameter.grad is not None
        return parameter.grad if self._scale is None else parameter.grad / self._scale

    def before(self, parameter: torch.Tensor) -> torch.Tensor:
        """See Observable."""
        return self._before[id(parameter)]

    def tensor(self, layer: str, name: str, of: str) -> Floats:
        """A layer's parameter or buffer, its gradient or its last update, float32.

        NotFoundError for an unknown one; ConflictError where it is not known just now.
        """
        found = self._tensors.get(f"{layer}.{name}")
        if found is None:
            raise NotFoundError(f"There is no tensor {layer}.{name} in this network.")
        if of == Of.VALUE:
            return to_numpy(found)
        if of not in (Of.GRADIENT, Of.UPDATE):
            raise ConflictError(f"Of an observed run there is no {of}: ask value or gradient.")
        if not self.has_change(found, Of(of)):
            raise ConflictError(
                f"{layer}.{name} has no {of} just now: it is there right after a step, while "
                "somebody watches it."
            )
        if of == Of.GRADIENT:
            return to_numpy(self.last_gradient(found))
        return to_numpy(found.detach() - self.before(found))

    # --- what it gives ----------------------------------------------------------------------------

    def input(self, pixels: Sequence[torch.Tensor]) -> torch.Tensor:
        """See Observable."""
        return torch.stack(list(pixels))

    def write_outputs(
        self, images: torch.Tensor, places: Places, windows: Mapping[str, Window] = WHOLE
    ) -> Floats:
        """See Observable; of a layer that runs more than once the first time counts."""
        left = dict(places)

        def see(name: str, _: torch.Tensor, output: torch.Tensor) -> None:
            window = windows.get(name)
            for number, place in left.pop(name, ()):
                maps = output[number]
                place.copy_(maps if window is None else maps[window.filter_slice])

        with seen(self.twin, see):
            return to_numpy(forward(self.twin, images))

    def feature_maps(self, layer: str, image: torch.Tensor) -> Floats:
        """One layer's output for one image, (C, H, W) or (N,)."""
        return self.through(layer, image)[1]

    def through(self, layer: str, image: torch.Tensor) -> tuple[Floats, Floats]:
        """What a layer reads of one image, and what it gives, at its first call."""
        if layer not in self.plans:
            raise NotFoundError(f"There is no layer {layer!r} in this network.")
        found: list[tuple[Floats, Floats]] = []

        def see(name: str, given: torch.Tensor, output: torch.Tensor) -> None:
            if name == layer and not found:
                found.append((to_numpy(given[0]), to_numpy(output[0])))

        with seen(self.twin, see):
            forward(self.twin, image[None])
        return found[0]

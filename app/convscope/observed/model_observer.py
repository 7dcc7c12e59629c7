"""Everything about a model in somebody's own loop that can be shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Window
from convscope.learn.observe import to_numpy
from convscope.observed.gradients import Gradients
from convscope.observed.layers import forward, map_shape, named_layers, seen
from convscope.observed.scores import are_probabilities, logarithms
from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import Of
from convscope.worker.capture.subject import Places

WHOLE: Mapping[str, Window] = {}


class ModelObserver:
    """A model's parameters, and what it gives, through its twin."""

    def __init__(
        self, twin: nn.Module, layers: Sequence[ObservedLayer], output: torch.Tensor
    ) -> None:
        """`output` is what the twin gave for all images."""
        self.twin = twin
        self.plans: Mapping[str, ObservedLayer] = {layer.name: layer for layer in layers}
        self._modules = dict(named_layers(twin))
        self._tensors = dict(_tensors(twin))
        self._ends_in_probabilities = are_probabilities(output)
        self._before: dict[int, torch.Tensor] = {}  # by id of the parameter
        self._gradients = Gradients()
        self.stepped = False

    # --- around a step ----------------------------------------------------------------------------

    def keep(self, parameters: Iterable[torch.Tensor]) -> None:
        """An update is about to change these: what it adds will be asked."""
        for parameter in parameters:
            if parameter.grad is not None:
                kind = torch.promote_types(parameter.dtype, torch.float32)  # holds differences
                self._before[id(parameter)] = parameter.detach().to(kind, copy=True)

    def forget(self) -> None:
        """No update is known any more, and no gradient."""
        self._before.clear()
        self._gradients.clear()

    def keep_gradients(self, parameters: Iterable[torch.Tensor]) -> None:
        """An update has used these, and what comes before the step is over may change them."""
        self._gradients.keep(parameters)

    def note_gradients(self, parameters: Iterable[torch.Tensor]) -> None:
        """The step is over: these are known as long as nobody adds to them."""
        self._gradients.note(parameters)

    # --- what is there ----------------------------------------------------------------------------

    def parameter(self, layer: str, name: str) -> torch.Tensor:
        """See Observable."""
        return self._tensors[layer, name]

    def module(self, layer: str) -> nn.Module:
        """The twin's; there is one of that name."""
        return self._modules[layer]

    def has_change(self, parameter: torch.Tensor, of: Of) -> bool:
        """See Observable."""
        if of is Of.GRADIENT:
            return self.stepped and self._gradients.has(parameter)
        return of is Of.UPDATE and self.stepped and id(parameter) in self._before

    def last_gradient(self, parameter: torch.Tensor) -> torch.Tensor:
        """See Observable."""
        return self._gradients.of(parameter)

    def before(self, parameter: torch.Tensor) -> torch.Tensor:
        """See Observable."""
        return self._before[id(parameter)]

    def tensor(self, layer: str, name: str, of: str) -> Floats:
        """A layer's parameter or buffer, its gradient or its last update, float32.

        NotFoundError for an unknown one; ConflictError where it is not known just now.
        """
        found = self._tensors.get((layer, name))
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

        def see(name: str, _: Any, output: Any) -> None:
            window = windows.get(name)
            for number, place in left.pop(name, ()):
                maps = output[number]
                place.copy_(maps if window is None else maps[window.filter_slice])

        with seen(self.twin, see):
            scores = to_numpy(forward(self.twin, images))
        return logarithms(scores) if self._ends_in_probabilities else scores

    def feature_maps(self, layer: str, image: torch.Tensor) -> Floats:
        """One layer's output for one image, (C, H, W) or (N,)."""
        return self.through(layer, image)[1]

    def through(self, layer: str, image: torch.Tensor) -> tuple[Floats, Floats]:
        """What a layer reads of one image, and what it gives, at its first call."""
        if layer not in self.plans:
            raise NotFoundError(f"There is no layer {layer!r} in this network.")
        found: list[tuple[Any, Any]] = []

        def see(name: str, given: Any, output: Any) -> None:
            if name == layer and not found:
                found.append((given, output))

        with seen(self.twin, see):
            forward(self.twin, image[None])
        if not found or map_shape(found[0][1], 1) is None:
            raise ConflictError(f"{layer} gives neither a list of numbers nor maps.")
        given, output = found[0]
        read = to_numpy(given[0]) if isinstance(given, torch.Tensor) else np.empty(0, np.float32)
        return read, to_numpy(output[0])


def _tensors(twin: nn.Module) -> Iterator[tuple[tuple[str, str], torch.Tensor]]:
    """Parameters and buffers, by layer and name."""
    for layer, module in named_layers(twin):
        for name, tensor in chain(
            module.named_parameters(recurse=False), module.named_buffers(recurse=False)
        ):
            yield (layer, name), tensor

"""A model that is watched: its twin, its layers, and the images that it is looked at through."""

from collections.abc import Container, Iterable
from itertools import zip_longest

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from convscope.observed.layers import Walk, layers_with_weights, walk
from convscope.observed.model_observer import ModelObserver
from convscope.observed.probe import ProbeImages
from convscope.observed.twin import tensors_of, twin_of, unwrapped
from convscope.observed.warn import warn
from convscope.recipe.class_names import score_count
from convscope.recipe.observed_layer import ObservedLayer

NO_TWIN = (
    "convscope cannot run this model beside its training ({why}): its weights and gradients are "
    "shown, and no feature maps."
)
REPLACED = (
    "convscope shows {names} no more: others took their place in the model. Call convscope.watch "
    "again to see those."
)


class WatchedModel:
    """What frames are taken of; see Subject."""

    def __init__(
        self, model: nn.Module, probe: torch.Tensor | None, only: Container[str] | None = None
    ) -> None:
        """`probe` is (P, …) as the model takes it; `only` names the layers that are to be shown,
        where not all are. ValueError for a model that has no shape yet."""
        self.model = unwrapped(model)
        self.name = type(self.model).__name__
        if any(map(is_lazy, tensors_of(self.model))):
            raise ValueError("Expected a model that knows its shapes: give it a first batch.")
        images = torch.empty(0) if probe is None else probe.detach()
        self.images = ProbeImages(_where(images, self.model))
        self.version = 0  # another number once its layers or tensors are others
        found = self._look()
        self.told = [one for one in found if only is None or one.name in only]
        self._choose(found)

    def _look(self) -> list[ObservedLayer]:
        """Its twin and its layers; a warning where it has none."""
        self._tensors, self._place = list(tensors_of(self.model)), _place(self.model)
        twin, found = self._twin_and_walk() if len(self.images) else (self.model, None)
        if found is None:
            found = Walk(layers_with_weights(self.model), frozenset(), torch.empty(0))
        self.with_maps = found.with_maps
        self.observer = ModelObserver(twin, found.layers, found.output)
        self._scores = tuple(found.output.shape[1:])
        return found.layers

    def _twin_and_walk(self) -> tuple[nn.Module, Walk | None]:
        try:
            twin = twin_of(self.model)
            return twin, walk(twin, self.images.batch)
        except Exception as error:  # of somebody's own code: it may be anything
            first = (str(error).strip() or type(error).__name__).splitlines()[0]
            warn(NO_TWIN.format(why=first))
            self.images = ProbeImages(torch.empty(0))
            return self.model, None

    def _choose(self, found: Iterable[ObservedLayer]) -> None:
        """Of the layers that were told, those that there still are."""
        now = {one.name: one for one in found}
        self.layers = [one for one in self.told if _is_alike(one, now.get(one.name))]
        last = self.told[-1].output_shape if self.told else ()
        self.has_scores = score_count(last) > 1 and self._scores == last

    def refresh(self) -> None:
        """After layers were put in others' places, or all were moved to another device."""
        if self._is_as_it_was():
            return
        stepped, before = self.observer.stepped, {one.name for one in self.layers}
        self.images = ProbeImages(_where(self.images.batch, self.model))
        self._choose(self._look())
        self.observer.stepped = stepped
        self.version += 1
        if lost := before - {one.name for one in self.layers}:
            warn(REPLACED.format(names=", ".join(sorted(lost))))

    def _is_as_it_was(self) -> bool:
        now = tensors_of(self.model)
        same = all(a is b for a, b in zip_longest(self._tensors, now))
        return same and self._place == _place(self.model)

    def parameters(self, entries: Iterable[tuple[str, str]]) -> list[torch.Tensor]:
        """Those of (layer, tensor) that there are."""
        return [self.observer.parameter(*entry) for entry in entries]


def _is_alike(one: ObservedLayer, other: ObservedLayer | None) -> bool:
    return other is not None and (one.type, one.tensors, one.output_shape) == (
        other.type,
        other.tensors,
        other.output_shape,
    )


def _place(model: nn.Module) -> tuple[torch.device, torch.dtype] | None:
    """Where its numbers are, and of what type."""
    first = next(tensors_of(model), None)
    return None if first is None else (first.device, first.dtype)


def _where(images: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """The images where the model is, and of its type of numbers."""
    place = _place(model)
    if place is None:
        return images.clone()
    device, kind = place
    floats = kind.is_floating_point and images.is_floating_point()
    return images.to(device, kind if floats else images.dtype, copy=True)

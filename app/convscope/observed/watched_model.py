"""A model that is watched: its twin, its layers, and the images that it is looked at through."""

from collections.abc import Container, Iterable

import torch
from torch import nn

from convscope.observed.layers import layers_of, layers_with_weights
from convscope.observed.model_observer import ModelObserver
from convscope.observed.probe import ProbeImages
from convscope.observed.twin import is_twin_of, tensors_of, twin_of, unwrapped
from convscope.observed.warn import warn
from convscope.recipe.class_names import score_count

NO_TWIN = (
    "convscope cannot run this model beside its training ({why}): its weights and gradients are "
    "shown, and no feature maps."
)


class WatchedModel:
    """What frames are taken of; see Subject."""

    def __init__(
        self, model: nn.Module, probe: torch.Tensor | None, only: Container[str] | None = None
    ) -> None:
        """`probe` is (P, C, H, W) or (P, N), as the model takes it; `only` names the layers that
        are to be shown, where not all are."""
        self.model = unwrapped(model)
        self.name = type(self.model).__name__
        self._only = only
        images = torch.empty(0) if probe is None else probe.detach()
        self.images = ProbeImages(_where(images, self.model))
        self._look()

    def _look(self) -> None:
        """Its twin and its layers; a warning where it has none."""
        twin, layers = self.model, layers_with_weights(self.model)
        self.has_twin = False
        if len(self.images):
            try:
                twin = twin_of(self.model)
                layers = layers_of(twin, self.images.batch)
                self.has_twin = True
            except Exception as error:  # of somebody's own code: it may be anything
                twin = self.model
                first = (str(error).strip() or type(error).__name__).splitlines()[0]
                warn(NO_TWIN.format(why=first))
                self.images = ProbeImages(torch.empty(0))
        self.layers = [one for one in layers if self._only is None or one.name in self._only]
        self.observer = ModelObserver(twin, self.layers)
        self.has_scores = bool(layers) and score_count(layers[-1].output_shape) > 0

    def refresh(self) -> None:
        """After layers were put in others' places, or all were moved to another device."""
        if self.has_twin and not is_twin_of(self.observer.twin, self.model):
            stepped = self.observer.stepped
            self.images = ProbeImages(_where(self.images.batch, self.model))
            self._look()
            self.observer.stepped = stepped

    def parameters(self, entries: Iterable[tuple[str, str]]) -> list[torch.Tensor]:
        """Those of (layer, tensor) that there are."""
        return [self.observer.parameter(*entry) for entry in entries]


def _where(images: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """The images where the model is, and of its type of numbers."""
    first = next(tensors_of(model), None)
    if first is None:
        return images.clone()
    kind = first.dtype if first.is_floating_point() and images.is_floating_point() else None
    return images.to(first.device, kind or images.dtype, copy=True)

"""How a run is, in numbers: sizes of weights, gradients and updates, and what filters' maps do."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import held_out_sample
from convscope.learn.filters.front import Front
from convscope.learn.observe import Observer


@dataclass(frozen=True)
class LayerSizes:
    """Root mean squares of a layer's weight, its gradient and its last update; None where no step
    led to this state. A filter's ratio is its update's to its weight's."""

    layer: str
    weight: float
    gradient: float | None
    update: float | None
    filter_ratios: list[float] | None

    @property
    def ratio(self) -> float | None:
        """Update ÷ weight."""
        return None if self.update is None else self.update / max(self.weight, 1e-12)


def layer_sizes(observer: Observer) -> Iterator[LayerSizes]:
    """Of each layer with a weight that is learned, from the input on."""
    for name, module in observer.trainer.network.named_children():
        weight = getattr(module, "weight", None)
        if not isinstance(weight, nn.Parameter):
            continue
        if not observer.has_change(weight):
            yield LayerSizes(name, _rms(weight), None, None, None)
            continue
        assert weight.grad is not None
        update = weight.detach() - observer.before(weight)
        ratios = None
        if isinstance(module, nn.Conv2d):
            sizes = [_by_filter(values) for values in (update, weight.detach())]
            ratios = (sizes[0] / sizes[1].clamp_min(1e-12)).tolist()
        yield LayerSizes(name, _rms(weight), _rms(weight.grad), _rms(update), ratios)


def _rms(values: torch.Tensor) -> float:
    return values.detach().double().square().mean().sqrt().item()


def _by_filter(values: torch.Tensor) -> torch.Tensor:
    return values.flatten(1).double().square().mean(dim=1).sqrt()


@dataclass(frozen=True)
class MapHealth:
    """Of the sample of held-out images."""

    images: int
    alive: dict[str, torch.Tensor]  # by convolution: (filters,) of bool, above 0 behind its ReLU
    clamped: dict[str, float]  # by ReLU: the share of its values that are 0
    alike: dict[str, torch.Tensor]  # by convolution: (filters, filters), cosines of the maps


def map_health_in_pieces(front: Front, data: Dataset) -> Iterator[MapHealth | None]:
    """Yields None after each piece of the images, and at last what was seen; `front` is the whole
    network. Cosines are of a filter's maps over all images and places, before the ReLU."""
    seen = _Seen()
    chosen = held_out_sample(len(data.test_labels))
    for numbers in front.pieces(chosen):
        values = front.enter(data.test_images[numbers])
        with torch.inference_mode():
            for plan, layer in zip(front.plans, front.layers, strict=True):
                values = layer(values)
                seen.look(plan.name, layer, values)
        yield None
    yield seen.health(len(chosen))


class _Seen:
    """Sums over the images so far."""

    def __init__(self) -> None:
        self._products: dict[str, torch.Tensor] = {}
        self._clamped: dict[str, tuple[int, int]] = {}  # how many are 0, of how many
        self._alive: dict[str, torch.Tensor] = {}
        self._behind: str | None = None  # the convolution whose maps these still are

    def look(self, name: str, layer: nn.Module, values: torch.Tensor) -> None:
        """A layer's output for a piece of the images."""
        if isinstance(layer, nn.Conv2d):
            self._behind = name
            flat = values.transpose(0, 1).flatten(1).double()
            self._products[name] = self._products.get(name, 0) + flat @ flat.T
        elif isinstance(layer, nn.ReLU):
            at_0, count = self._clamped.get(name, (0, 0))
            self._clamped[name] = (at_0 + int((values == 0).sum()), count + values.numel())
            if self._behind and values.ndim == 4:
                active = values.amax(dim=(0, 2, 3)) > 0
                before = self._alive.get(self._behind)
                self._alive[self._behind] = active if before is None else active | before
            self._behind = None
        elif not isinstance(layer, nn.BatchNorm2d | nn.Dropout | nn.MaxPool2d | nn.AvgPool2d):
            self._behind = None

    def health(self, images: int) -> MapHealth:
        """What they come to."""
        return MapHealth(
            images,
            {name: alive.cpu() for name, alive in self._alive.items()},
            {name: at_0 / count for name, (at_0, count) in self._clamped.items()},
            {name: cosines(products) for name, products in self._products.items()},
        )


def cosines(products: torch.Tensor) -> torch.Tensor:
    """Of vectors whose inner products (N, N) these are; 0 where one of them is 0."""
    lengths = products.diagonal().sqrt()
    scale = torch.outer(lengths, lengths)
    return torch.where(scale > 0, products / scale.clamp_min(1e-300), 0.0).cpu()


def weight_cosines(weight: torch.Tensor) -> torch.Tensor:
    """Of a convolution's filters, (filters, filters)."""
    flat = weight.detach().flatten(1).double()
    return cosines(flat @ flat.T)

"""Images in the plane: what the last layer with weights is given, by its two main components."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import held_out_sample
from convscope.learn.filters.front import Front, Numbers


@dataclass(frozen=True)
class Embedding:
    """The images' numbers, their places (N, 2), and which share of the variance each axis holds."""

    numbers: Numbers
    places: torch.Tensor
    explained: torch.Tensor  # (2,)
    layer: str  # whose output it is


def embedding_in_pieces(front: Front, data: Dataset, count: int) -> Iterator[Embedding | None]:
    """Yields None after each piece of the first `count` images of the fixed held-out sample."""
    chosen = held_out_sample(len(data.test_labels))[:count]
    found: list[torch.Tensor] = []
    for numbers in front.pieces(chosen):
        found.append(front.maps(data.test_images[numbers]).flatten(1).double())
        yield None
    places, explained = main_components(torch.cat(found))
    yield Embedding(chosen, places.cpu(), explained.cpu(), front.plan.name)


def last_with_weights(network: nn.Sequential) -> int:
    """The place of the last layer that has weights."""
    return max(at for at, layer in enumerate(network) if any(True for _ in layer.parameters()))


def main_components(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Principal component analysis of (N, D) float64: places (N, 2) on the two axes of largest
    variance, and the share that each holds. Of the two ways round each axis has the one in which
    the farthest place is on its positive side."""
    centred = rows - rows.mean(dim=0)
    few = centred.shape[0] < centred.shape[1]
    products = centred @ centred.T if few else centred.T @ centred
    values, vectors = torch.linalg.eigh(products)  # ascending
    values, vectors = values[-2:].flip(0).clamp_min(0), vectors[:, -2:].flip(1)
    places = vectors * values.sqrt() if few else centred @ vectors
    places = nn.functional.pad(places, (0, 2 - places.shape[1]))
    farthest = places.gather(0, places.abs().argmax(dim=0, keepdim=True))
    total = products.diagonal().sum()
    shares = nn.functional.pad(values, (0, 2 - len(values))) / total.clamp_min(1e-300)
    return places * torch.where(farthest < 0, -1.0, 1.0), shares

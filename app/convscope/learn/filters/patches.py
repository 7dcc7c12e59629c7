"""The images whose patches excite a layer's filters most and least, in one pass over many."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from convscope.data.idx import Bytes
from convscope.learn.filters.front import Front


@dataclass(frozen=True)
class Ranked:
    """The first few images of each filter, (filters, n) each; one place an image, its extreme."""

    values: torch.Tensor
    images: torch.Tensor  # their numbers
    places: torch.Tensor  # row × width + column of the map

    def merged(self, values: torch.Tensor, images: torch.Tensor, places: torch.Tensor) -> "Ranked":
        """The largest of these and some more; of equal ones the earlier stays before the later."""
        count = self.values.shape[1]
        every = torch.cat([self.values, values], dim=1)
        order = every.sort(dim=1, descending=True, stable=True).indices[:, :count]
        return Ranked(
            every.gather(1, order),
            torch.cat([self.images, images], dim=1).gather(1, order),
            torch.cat([self.places, places], dim=1).gather(1, order),
        )


@dataclass(frozen=True)
class Patches:
    """Of each filter of a layer; `least` has its values negated."""

    best: Ranked
    least: Ranked
    highest: torch.Tensor  # (filters, N): each image's highest value
    classes: torch.Tensor  # (filters, classes): the mean of those of a class's images


def patches_in_pieces(
    front: Front, images: Bytes, labels: Bytes, *, classes: int, count: int
) -> Iterator[Patches | None]:
    """Yields None after each piece of the images (N, C, H, W), and at last what was found.

    Of equal values the lower image number comes first, and of equal places the upper left one.
    """
    filters, device = front.filters, front.device
    best = least = _nothing(filters, count, device)
    highest: list[torch.Tensor] = []
    sums, seen = torch.zeros(filters, classes, device=device), torch.zeros(classes, device=device)
    for numbers in front.pieces(np.arange(len(images))):
        maps = front.maps(images[numbers])
        flat = maps.reshape(len(numbers), filters, -1).transpose(0, 1)  # (filters, B, places)
        named = torch.from_numpy(numbers).to(device).expand(filters, -1)
        high, low = flat.max(dim=2), (-flat).max(dim=2)
        highest.append(high.values)
        best = best.merged(high.values, named, high.indices)
        least = least.merged(low.values, named, low.indices)
        of = torch.from_numpy(labels[numbers].astype(np.int64)).to(device)
        sums.index_add_(1, of, high.values)
        seen += torch.bincount(of, minlength=classes)
        yield None
    yield Patches(_found(best), _found(least), torch.cat(highest, dim=1), sums / seen)


def _nothing(filters: int, count: int, device: torch.device) -> Ranked:
    none = torch.full((filters, count), -1, dtype=torch.int64, device=device)
    return Ranked(torch.full((filters, count), -torch.inf, device=device), none, none)


def _found(ranked: Ranked) -> Ranked:
    """Without the places that were never taken, since there are fewer images."""
    there = int((ranked.images[0] >= 0).sum())
    return Ranked(ranked.values[:, :there], ranked.images[:, :there], ranked.places[:, :there])

"""What each filter of a layer is worth: the accuracy that is lost when it alone gives nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import held_out_sample
from convscope.learn.filters.front import Front


@dataclass(frozen=True)
class Ablation:
    """Of how many images of each class are named rightly: as it is, and without each filter."""

    seen: torch.Tensor  # (classes,)
    right: torch.Tensor  # (classes,)
    without: torch.Tensor  # (filters, classes)


def ablation_in_pieces(front: Front, data: Dataset) -> Iterator[Ablation | None]:
    """Yields None after each piece of the fixed sample of held-out images, and at last the counts.

    The layers up to the filters are computed once; those after them once for each filter, with its
    map 0.
    """
    classes = len(data.classes)
    counts = torch.zeros(front.filters + 2, classes, dtype=torch.int64)  # seen, right, without each
    for numbers in front.pieces(held_out_sample(len(data.test_labels))):
        labels = torch.from_numpy(data.test_labels[numbers].astype(np.int64))
        counts[0] += torch.bincount(labels, minlength=classes)
        maps = front.maps(data.test_images[numbers])
        for row, silenced in enumerate((None, *range(front.filters)), start=1):
            right = _named(front.after, maps, silenced).cpu() == labels
            counts[row] += torch.bincount(labels[right], minlength=classes)
        yield None
    yield Ablation(counts[0], counts[1], counts[2:])


@torch.inference_mode()
def _named(after: nn.Sequential, maps: torch.Tensor, silenced: int | None) -> torch.Tensor:
    """The class that each image is taken for, (B,)."""
    if silenced is None:
        scores: torch.Tensor = after(maps)
        return scores.argmax(dim=1)
    kept = maps[:, silenced].clone()
    maps[:, silenced] = 0
    scores = after(maps)
    maps[:, silenced] = kept
    return scores.argmax(dim=1)

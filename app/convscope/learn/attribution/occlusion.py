"""Occlusion: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks" (2014),
section 4.2."""

from collections.abc import Iterator

import torch
from torch import nn

from convscope.learn.attribution.score import scores_of

PARTS = 7  # of a picture's side that a window covers one of
MOST_VALUES = 4_000_000  # of the covered pictures that are computed at once


def occlusion(
    network: nn.Sequential, image: torch.Tensor, baseline: torch.Tensor, number: int
) -> torch.Tensor:
    """How far the score falls while a window over the image shows the baseline, (H, W).

    The window is a seventh of a side and moves by half of itself, the last one up to the edge; a
    pixel has the mean over the windows that cover it. All channels are covered together.
    """
    windows = list(windows_of(image.shape[2], image.shape[3]))
    total, count = torch.zeros_like(image[0, 0]), torch.zeros_like(image[0, 0])
    at_once = max(1, MOST_VALUES // image.numel())
    with torch.no_grad():
        for first in range(0, len(windows), at_once):
            part = windows[first : first + at_once]
            # the image itself is of the same batch: a window that changes nothing gives 0 exactly
            covered = image.repeat(1 + len(part), 1, 1, 1)
            for row, place in zip(covered[1:], part, strict=True):
                row[(..., *place)] = baseline[(0, ..., *place)]
            scores = scores_of(network, covered, number)
            for place, fall in zip(part, scores[0] - scores[1:], strict=True):
                total[place] += fall
                count[place] += 1
    return total / count


def windows_of(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """The windows in their order, row by row."""
    for rows in _places(height):
        for columns in _places(width):
            yield rows, columns


def _places(side: int) -> Iterator[slice]:
    size = max(1, round(side / PARTS))
    stride = max(1, size // 2)
    for begin in range(0, max(1, side - size + stride), stride):
        yield slice(begin, min(begin + size, side))

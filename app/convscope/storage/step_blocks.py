"""Blocks of steps: what the points of a long curve stand for, the same wherever they are made.

The page makes the very same ones as steps come in (`static/js/shared/metric-history.js`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

HEAD_OF = 64  # of so many points one is for each doubling of the steps


@dataclass(frozen=True)
class Blocks:
    """Steps 1, 2, … in blocks of 2**`widest`, which begin at multiples of their size.

    The first are smaller, so that the beginning stays readable: none is longer than 1/`head` of
    the steps before it. `head` is a power of two; 0: all are of one size.
    """

    widest: int
    head: int

    def number(self, step: ArrayLike) -> NDArray[np.int64]:
        """Of the block that a step is in, counted from 0."""
        before = np.asarray(step, np.int64) - 1
        if not self.head:
            return before >> self.widest
        size = np.clip(np.frexp(before)[1] - self.head.bit_length(), 0, self.widest)
        numbers: NDArray[np.int64] = size * self.head + (before >> size)
        return numbers

    def count(self, first: int, last: int) -> int:
        """How many hold a step from `first` to `last`."""
        return int(self.number(last) - self.number(first)) + 1


def blocks_for(first: int, last: int, most: int) -> Blocks:
    """The smallest blocks of which at most `most` (at least 1) hold steps `first` to `last`."""
    if last - first < most:
        return Blocks(0, 0)
    head = 1 << (most // HEAD_OF).bit_length() >> 1
    least = ((last - first) // most).bit_length() - 1  # smaller ones are too many for certain
    every = (Blocks(widest, head) for widest in range(max(least, 0), 64))
    return next(blocks for blocks in every if blocks.count(first, last) <= most)

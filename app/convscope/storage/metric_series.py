"""Loss and accuracy of a run: a point a step, and in a long run one for several of the older."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import nan

import numpy as np
from numpy.typing import NDArray

from convscope.storage.step_blocks import Blocks, blocks_for

MOST_POINTS = 2_000_000  # 8 bytes each in a file, 16 in memory


def float32(values: Iterable[float | None]) -> "array[float]":
    """A column of it; NaN stands for what nobody told."""
    return array("f", [nan if value is None else value for value in values])


@dataclass
class MetricSeries:
    """Points in the order of their steps, without a gap.

    A point is named by the `last` of its steps. Its `loss` is their mean, and its `accuracy`,
    itself a running mean, that of the last one.
    """

    before: int = 0  # the step before the first point's
    last: "array[int]" = field(default_factory=lambda: array("q"))
    loss: "array[float]" = field(default_factory=lambda: array("f"))
    accuracy: "array[float]" = field(default_factory=lambda: array("f"))

    def __len__(self) -> int:
        return len(self.last)

    @property
    def step(self) -> int:
        """How far it goes."""
        return self.last[-1] if self.last else self.before

    def extend(self, last: Iterable[int], loss: Iterable[float], accuracy: Iterable[float]) -> None:
        """Points that follow on it."""
        self.last.extend(last)
        self.loss.extend(loss)
        self.accuracy.extend(accuracy)

    def widths(self) -> NDArray[np.int64]:
        """How many steps each point stands for."""
        last: NDArray[np.int64] = np.append(self.before, np.array(self.last, np.int64))
        return last[1:] - last[:-1]

    def back_to(self, step: int) -> None:
        """Forget the steps after `step`; a point that spans it stands for fewer steps then, with
        the numbers that it had."""
        kept = bisect_right(self.last, step)
        spanning = [column[kept : kept + 1] for column in (self.loss, self.accuracy)]
        for column in (self.last, self.loss, self.accuracy):
            del column[kept:]
        if spanning[0] and self.step < step:
            self.extend([step], *spanning)

    def between(self, first: int, last: int) -> "MetricSeries":
        """Its points that are named by steps from `first` to `last`."""
        some = slice(bisect_left(self.last, first), bisect_right(self.last, last))
        before = self.last[some.start - 1] if some.start else self.before
        return MetricSeries(before, self.last[some], self.loss[some], self.accuracy[some])

    def starts(self, blocks: Blocks) -> NDArray[np.int64]:
        """Which of its points are the first of a block."""
        numbers = blocks.number(np.array(self.last, np.int64))
        return np.flatnonzero(np.diff(numbers, prepend=-1))

    def merged(self, most_points: int = MOST_POINTS) -> "MetricSeries":
        """Where it has more points, those of the older half become half as many or fewer: one
        for each block of steps, and of the first steps more than of later ones."""
        if len(self) <= most_points:
            return self
        older = len(self) // 2
        blocks = blocks_for(1, self.last[older - 1], max(older // 2, 1))
        starts = self.starts(blocks)
        return self._at(np.r_[starts[starts < older], older : len(self)])

    def means(self, values: Iterable[float], starts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of one value a point, over the steps of the points that begin with these; NaN for those
        of which none was told."""
        column = np.asarray(values, np.float64)
        told = ~np.isnan(column)
        widths = np.where(told, self.widths(), 0)
        sums = np.add.reduceat(np.where(told, column, 0.0) * widths, starts)
        steps = np.add.reduceat(widths, starts)
        means = np.full(len(steps), np.nan)
        np.divide(sums, steps, out=means, where=steps > 0)
        return means

    def ends(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The last point of each of those that begin with these."""
        return np.append(starts[1:], len(self)) - 1

    def _at(self, starts: NDArray[np.int64]) -> "MetricSeries":
        """Points that begin with these of the present ones."""
        ends = self.ends(starts)
        return MetricSeries(
            self.before,
            array("q", np.array(self.last, np.int64)[ends].tobytes()),
            array("f", self.means(self.loss, starts).astype(np.float32).tobytes()),
            array("f", np.array(self.accuracy, np.float32)[ends].tobytes()),
        )

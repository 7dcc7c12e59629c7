"""Loss and accuracy of a run: a point a step, and in a long run one for several of the older."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 2_000_000  # 8 bytes each in a file, 16 in memory


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

    def joined(self, most_points: int) -> "MetricSeries":
        """The same steps in at most `most_points` points (at least 1)."""
        together = max(-(-len(self) // most_points), 1)
        return self._at(np.arange(0, len(self), together)) if together > 1 else self

    def merged(self, most_points: int = MOST_POINTS) -> "MetricSeries":
        """Where it has more points, every two neighbours of the older half become one."""
        if len(self) <= most_points:
            return self
        older = len(self) // 4 * 2
        return self._at(np.r_[0:older:2, older : len(self)])

    def _at(self, starts: NDArray[np.int64]) -> "MetricSeries":
        """Points that begin with these of the present ones."""
        widths, loss = self.widths(), np.array(self.loss, np.float64)
        means = np.add.reduceat(loss * widths, starts) / np.add.reduceat(widths, starts)
        ends = np.append(starts[1:], len(self)) - 1
        return MetricSeries(
            self.before,
            array("q", np.array(self.last, np.int64)[ends].tobytes()),
            array("f", means.astype(np.float32).tobytes()),
            array("f", np.array(self.accuracy, np.float32)[ends].tobytes()),
        )

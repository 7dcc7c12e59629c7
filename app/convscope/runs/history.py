"""The metric history of a run: loss and accuracy of each step, and each held-out accuracy."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, repeat
from math import isnan, nan
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convscope.ipc.reports import Metrics
from convscope.storage.metric_series import MetricSeries, float32
from convscope.storage.step_blocks import Blocks, blocks_for
from convscope.types import JsonObject

Measured = Iterable[tuple[int, float, float | None]]  # step, accuracy, balanced accuracy
Row = tuple[int, float | None, float | None, float | None, float | None]
STEP = itemgetter(0)
FRAME_POINTS = 200  # in one frame's header
PAGE_POINTS = 4096  # of a curve on the page


class HeldOutAt(NamedTuple):
    """What was last measured on held-out pictures; None where nothing was."""

    step: int | None
    accuracy: float | None
    balanced_accuracy: float | None


class History:
    """A curve, whose older points stand for several steps in a long run, and what was measured on
    held-out pictures; float32, as it came."""

    def __init__(self, series: MetricSeries | None = None, held_out: Measured = ()) -> None:
        self._series = series or MetricSeries()
        self._held_out_step = array("q")
        self._held_out = array("f")
        self._balanced = array("f")  # NaN where there is none
        self._measure(held_out)

    @property
    def steps(self) -> int:
        """How far it goes."""
        return self._series.step

    def apply(self, metrics: Metrics) -> None:
        """Take in what a worker's message brought; a step that was taken back is overwritten."""
        if metrics.step:
            self.back_to(metrics.step[0] - 1)
        self._series.extend(metrics.step, float32(metrics.loss), float32(metrics.accuracy))
        self._series = self._series.merged()
        self._measure(metrics.held_out)

    def _measure(self, held_out: Measured) -> None:
        for step, accuracy, balanced in held_out:
            self._held_out_step.append(step)
            self._held_out.append(accuracy)
            self._balanced.append(nan if balanced is None else balanced)

    def back_to(self, step: int) -> None:
        """Forget the steps after `step`."""
        self._series.back_to(step)
        measured = bisect_right(self._held_out_step, step)
        del self._held_out_step[measured:]
        del self._held_out[measured:]
        del self._balanced[measured:]

    def span(self, first: int, last: int, max_points: int) -> JsonObject:
        """Steps `first` to `last` in at most `max_points` points (at least 1), each of a block.

        A point is named by the last of its `steps`. Its loss is their mean, between the `lowest`
        and the `highest`; its accuracy, itself a running mean, is the last one's, beside the mean.
        """
        first, last = max(first, 1), min(last, self.steps)
        return self._points(first, last, blocks_for(first, last, max_points))

    def news(self, heard: int, last: int) -> JsonObject:
        """The steps after `heard` up to `last`, as a frame tells them: each one while they are few;
        many in the blocks of the page's own curve, and all of a long run (`heard` 0) in few."""
        first = heard + 1
        if heard == 0 or last - heard <= FRAME_POINTS:
            return self.span(first, last, FRAME_POINTS)
        return self._points(first, last, blocks_for(1, last, PAGE_POINTS))

    def _points(self, first: int, last: int, blocks: Blocks) -> JsonObject:
        series = self._series.between(first, last)
        points = _joined(series, series.starts(blocks)) if blocks.widest else _each(series)
        return points | {"held_out": self._held_out_span(0 if first == 1 else first, last)}

    def _held_out_span(self, first: int, last: int) -> JsonObject:
        low = bisect_left(self._held_out_step, first)
        high = bisect_right(self._held_out_step, last)
        return {
            "step": self._held_out_step[low:high].tolist(),
            "accuracy": self._held_out[low:high].tolist(),
            "balanced_accuracy": [*map(_there, self._balanced[low:high])],
        }

    def rows(self, first: int, last: int) -> Iterator[Row]:
        """(step, loss, accuracy, held-out accuracy, balanced one) of each point and each
        measurement from `first` to `last`; what was not measured at a step is None, as loss and
        accuracy are at step 0."""
        series, measured = self._series.between(first, last), self._held_out_span(first, last)
        told = _told(series.loss), _told(series.accuracy)
        points = zip(series.last, *told, repeat(None), repeat(None))
        on_held_out = (measured[name] for name in ("accuracy", "balanced_accuracy"))
        held_out = zip(measured["step"], repeat(None), repeat(None), *on_held_out)
        for step, found in groupby(merge(points, held_out, key=STEP), STEP):
            columns = zip(*found, strict=True)
            next(columns)
            loss, accuracy, measurement, balanced = map(_newest, columns)
            yield step, loss, accuracy, measurement, balanced

    def held_out_at(self, step: int) -> HeldOutAt:
        """The last held-out accuracy up to a step, the step that it was measured at, and the
        balanced accuracy of that measurement."""
        last = bisect_right(self._held_out_step, step) - 1
        if last < 0:
            return HeldOutAt(None, None, None)
        balanced = _there(self._balanced[last])
        return HeldOutAt(self._held_out_step[last], self._held_out[last], balanced)

    @property
    def held_out_count(self) -> int:
        """How many held-out accuracies there are."""
        return len(self._held_out)

    def held_out_since(self, count: int) -> JsonObject:
        """The held-out accuracies after the first `count`."""
        return {
            "step": self._held_out_step[count:].tolist(),
            "accuracy": self._held_out[count:].tolist(),
        }


def _each(series: MetricSeries) -> JsonObject:
    """Points as they are kept."""
    loss, accuracy = _told(series.loss), _told(series.accuracy)
    return {
        "step": series.last.tolist(),
        "steps": series.widths().tolist(),
        "loss": loss,
        "lowest": loss,
        "highest": loss,
        "accuracy": accuracy,
        "mean_accuracy": accuracy,
    }


def _joined(series: MetricSeries, starts: NDArray[np.int64]) -> JsonObject:
    """One point for those that begin with each of these."""
    ends = series.ends(starts)
    loss, accuracy = np.array(series.loss), np.array(series.accuracy)
    return {
        "step": np.array(series.last)[ends].tolist(),
        "steps": np.add.reduceat(series.widths(), starts).tolist(),
        "loss": _told(series.means(loss, starts)),
        "lowest": _told(np.fmin.reduceat(loss, starts)),
        "highest": _told(np.fmax.reduceat(loss, starts)),
        "accuracy": _told(accuracy[ends]),
        "mean_accuracy": _told(series.means(accuracy, starts)),
    }


def _told(column: ArrayLike) -> list[float | None]:
    """As a list, None for what is NaN: nobody told it."""
    values = np.asarray(column)
    missing = np.isnan(values)
    if not missing.any():
        return values.tolist()  # type: ignore[no-any-return]
    return [None if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def _there(value: float) -> float | None:
    return None if isnan(value) else value


def _newest(values: Iterable[float | None]) -> float | None:
    """A step may have been measured twice: after an intervention, too."""
    return next((value for value in reversed(list(values)) if value is not None), None)

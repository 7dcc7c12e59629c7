"""Curves whose older points stand for several steps: against numbers that were never joined."""

import numpy as np
import pytest

from convscope.storage.metric_series import MetricSeries

RNG = np.random.default_rng(7)


def grown(steps: int, most_points: int, *, pieces: int = 1) -> tuple[MetricSeries, list[float]]:
    """A curve that is thinned as it grows, and the loss of each step."""
    losses = [float(value) for value in RNG.random(steps).astype(np.float32)]
    series = MetricSeries()
    for first in range(1, steps + 1, pieces):
        last = range(first, min(first + pieces, steps + 1))
        series.extend(last, [losses[step - 1] for step in last], [step / 2**20 for step in last])
        series = series.merged(most_points)
    return series, losses


@pytest.mark.parametrize(("steps", "most", "pieces"), [(5000, 64, 1), (5001, 63, 7), (90, 100, 9)])
def test_each_point_has_the_mean_of_its_steps_and_the_accuracy_of_the_last(
    steps: int, most: int, pieces: int
) -> None:
    series, losses = grown(steps, most, pieces=pieces)
    widths = series.widths().tolist()
    assert (series.step, sum(widths)) == (steps, steps)
    for last, width, loss in zip(series.last, widths, series.loss, strict=True):
        assert loss == pytest.approx(np.mean(losses[last - width : last]), abs=1e-5)
    assert list(series.accuracy) == [last / 2**20 for last in series.last]


def test_it_has_no_more_points_than_it_may_and_the_youngest_are_steps() -> None:
    series, losses = grown(20_000, 100)
    assert 50 <= len(series) <= 100
    assert series.widths()[-30:].tolist() == [1] * 30
    assert list(series.loss[-30:]) == losses[-30:]


def test_of_a_very_long_run_the_first_steps_stay_and_no_point_grows_without_end() -> None:
    series, losses = grown(60_000, 2_000, pieces=20)
    widths = series.widths()
    assert len(series) <= 2_000
    assert list(series.loss[:8]) == losses[:8]
    assert widths.max() <= 8 * 60_000 / 2_000
    for last, width in zip(series.last, widths.tolist(), strict=True):
        size = 1 << (width - 1).bit_length()
        assert (last - 1) // size == (last - width) // size, "it reaches over no block's end"


@pytest.mark.parametrize("step", [0, 1, 500, 777, 4990, 5000, 6000])
def test_back_to_a_step_it_ends_there_also_inside_a_point(step: int) -> None:
    series, _ = grown(5000, 64)
    whole = list(series.last)
    series.back_to(step)
    assert series.step == min(step, 5000)
    assert list(series.last[:-1]) == [last for last in whole if last < series.step]
    series.extend([series.step + 1], [0.5], [0.5])
    assert series.widths()[-1] == 1


def test_some_of_it_stands_for_the_same_steps() -> None:
    series, _ = grown(5000, 64)
    some = series.between(1000, 4990)
    assert some.last[0] >= 1000
    assert some.step == 4990
    at = series.last.index(some.last[0])
    assert some.widths().tolist() == series.widths()[at : at + len(some)].tolist()

"""Curves whose older points stand for several steps: against numbers that were never joined."""

import numpy as np
import pytest

from convscope.journal.curve import Curve

RNG = np.random.default_rng(7)


def grown(steps: int, most_points: int, *, pieces: int = 1) -> tuple[Curve, list[float]]:
    """A curve that is thinned as it grows, and the loss of each step."""
    losses = [float(value) for value in RNG.random(steps).astype(np.float32)]
    curve = Curve()
    for first in range(1, steps + 1, pieces):
        last = range(first, min(first + pieces, steps + 1))
        curve.extend(last, [losses[step - 1] for step in last], [step / 2**20 for step in last])
        curve = curve.thinned(most_points)
    return curve, losses


@pytest.mark.parametrize(("steps", "most", "pieces"), [(5000, 64, 1), (5001, 63, 7), (90, 100, 9)])
def test_each_point_has_the_mean_of_its_steps_and_the_accuracy_of_the_last(
    steps: int, most: int, pieces: int
) -> None:
    curve, losses = grown(steps, most, pieces=pieces)
    widths = curve.widths().tolist()
    assert (curve.step, sum(widths)) == (steps, steps)
    for last, width, loss in zip(curve.last, widths, curve.loss, strict=True):
        assert loss == pytest.approx(np.mean(losses[last - width : last]), abs=1e-5)
    assert list(curve.accuracy) == [last / 2**20 for last in curve.last]


def test_it_has_no_more_points_than_it_may_and_the_youngest_are_steps() -> None:
    curve, losses = grown(20_000, 100)
    assert 70 <= len(curve) <= 100
    assert curve.widths()[-30:].tolist() == [1] * 30
    assert list(curve.loss[-30:]) == losses[-30:]
    widths = curve.widths()
    assert all(np.diff(widths[: len(curve) // 2]) <= 0), "the older, the more steps"


@pytest.mark.parametrize("step", [0, 1, 500, 777, 4990, 5000, 6000])
def test_back_to_a_step_it_ends_there_also_inside_a_point(step: int) -> None:
    curve, _ = grown(5000, 64)
    whole = list(curve.last)
    curve.back_to(step)
    assert curve.step == min(step, 5000)
    assert list(curve.last[:-1]) == [last for last in whole if last < curve.step]
    curve.extend([curve.step + 1], [0.5], [0.5])
    assert curve.widths()[-1] == 1


def test_some_of_it_stands_for_the_same_steps() -> None:
    curve, _ = grown(5000, 64)
    some = curve.between(1000, 4990)
    assert some.last[0] >= 1000
    assert some.step == 4990
    at = curve.last.index(some.last[0])
    assert some.widths().tolist() == curve.widths()[at : at + len(some)].tolist()
    few = some.joined(5)
    assert len(few) <= 5
    assert few.widths().sum() == some.widths().sum()
    total = np.dot(some.widths(), np.array(some.loss))
    assert np.dot(few.widths(), np.array(few.loss)) == pytest.approx(total, rel=1e-6)

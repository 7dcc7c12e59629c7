"""A path in the plane of its two main components, and where it turns."""

import numpy as np
import pytest

from convscope.api.filter_steps import doubling_steps, slowing_steps
from convscope.trajectory import in_plane, sharpest_bend


def test_a_path_in_a_plane_keeps_its_lengths_and_begins_at_0() -> None:
    rng = np.random.default_rng(2)
    flat = rng.normal(size=(20, 2)).cumsum(axis=0)
    basis, _ = np.linalg.qr(rng.normal(size=(9, 2)))
    places, shares = in_plane(flat @ basis.T + 3)
    assert shares.sum() == pytest.approx(1)
    assert places[0].tolist() == [0, 0]
    assert (places[-1] >= 0).all()
    ways = [np.linalg.norm(np.diff(path, axis=0), axis=1) for path in (places, flat)]
    np.testing.assert_allclose(ways[0], ways[1])


@pytest.mark.parametrize("count", [1, 2])
def test_a_path_of_few_steps_or_one_that_stays_is_a_path(count: int) -> None:
    places, shares = in_plane(np.ones((count, 9)))
    assert places.tolist() == [[0, 0]] * count
    assert shares.tolist() == [0, 0]
    assert sharpest_bend(places) is None


def test_it_bends_where_it_turns_most() -> None:
    corner = np.array([[0.0, 0], [1, 0], [2, 0.1], [3, 0], [3, 1], [3, 2]])
    assert sharpest_bend(corner) == 3
    assert sharpest_bend(np.array([[0.0, 0], [1, 1], [2, 2], [3, 3]])) is None


def test_steps_are_closer_together_at_first() -> None:
    assert list(doubling_steps(10)) == [0, 1, 2, 4, 8, 10]
    found = slowing_steps(1024)
    assert (found[0], found[1], found[-1], len(found)) == (0, 1, 1024, 33)
    assert slowing_steps(0) == [0]
    assert slowing_steps(3) == [0, 1, 2, 3]

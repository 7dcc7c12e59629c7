"""A run's history, thinned and not."""

import numpy as np
import pytest

from convscope.ipc.reports import Metrics
from convscope.runs.history import History

STEPS = 10
LOSSES = [float(2**step) for step in range(STEPS)]  # of step k: 2^(k-1), exact in float32
ACCURACIES = [step / 16 for step in range(1, STEPS + 1)]


def metrics(first: int, loss: list[float], held_out: list[tuple[int, float]]) -> Metrics:
    """What a worker tells of some steps."""
    steps = list(range(first, first + len(loss)))
    accuracy = [step / 16 for step in steps]
    return Metrics(step=steps, loss=loss, accuracy=accuracy, held_out=held_out)


@pytest.fixture
def history() -> History:
    """Ten steps, measured at 0, 4 and 8."""
    made = History()
    made.apply(metrics(1, LOSSES[:4], [(0, 0.125), (4, 0.5)]))
    made.apply(metrics(5, LOSSES[4:], [(8, 0.75)]))
    return made


def test_with_points_enough_every_step_is_there_as_it_came(history: History) -> None:
    found = history.span(1, STEPS, STEPS)
    assert found["step"] == list(range(1, STEPS + 1))
    assert found["loss"] == LOSSES
    assert found["accuracy"] == ACCURACIES


def test_a_point_for_several_steps_is_named_by_the_last_and_has_their_mean_loss(
    history: History,
) -> None:
    found = history.span(1, STEPS, 4)
    assert found["step"] == [3, 6, 9, 10]
    expected = [np.mean(LOSSES[a:b]) for a, b in ((0, 3), (3, 6), (6, 9), (9, 10))]
    assert found["loss"] == pytest.approx(expected, rel=1e-7)
    assert found["accuracy"] == [3 / 16, 6 / 16, 9 / 16, 10 / 16]


@pytest.mark.parametrize("points", range(1, 13))
def test_no_more_points_than_asked_for_and_the_last_step_is_always_there(
    history: History, points: int
) -> None:
    found = history.span(1, STEPS, points)
    assert 1 <= len(found["step"]) <= points
    assert found["step"][-1] == STEPS
    assert found["accuracy"][-1] == STEPS / 16
    assert len(found["loss"]) == len(found["step"])
    sizes = np.diff([0, *found["step"]])
    assert np.dot(sizes, found["loss"]) == pytest.approx(sum(LOSSES))


def test_a_span_has_its_own_steps_and_its_own_measurements(history: History) -> None:
    found = history.span(4, 7, 2)
    assert found["step"] == [5, 7]
    assert found["loss"] == [(8 + 16) / 2, (32 + 64) / 2]
    assert found["held_out"] == {"step": [4], "accuracy": [0.5]}


def test_the_measurement_at_step_0_belongs_to_a_span_from_the_first_step(history: History) -> None:
    assert history.span(1, STEPS, 5)["held_out"]["step"] == [0, 4, 8]
    assert history.span(2, STEPS, 5)["held_out"]["step"] == [4, 8]


def test_a_span_past_the_end_stops_there_and_one_beyond_it_is_empty(history: History) -> None:
    assert history.span(9, 99, 10)["step"] == [9, 10]
    beyond = history.span(50, 99, 10)
    assert (beyond["step"], beyond["loss"], beyond["accuracy"]) == ([], [], [])


def test_steps_that_were_taken_back_are_overwritten(history: History) -> None:
    history.apply(metrics(9, [0.5], []))
    assert history.steps == 9
    assert history.span(8, 99, 9)["loss"] == [LOSSES[7], 0.5]


def test_what_was_measured_since_is_told_once(history: History) -> None:
    assert history.held_out_count == 3
    assert history.held_out_since(1) == {"step": [4, 8], "accuracy": [0.5, 0.75]}
    assert history.held_out_since(3) == {"step": [], "accuracy": []}

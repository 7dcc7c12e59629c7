"""A run's history, thinned and not."""

import json
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import pytest

from convscope.ipc.reports import Metrics
from convscope.runs.history import PAGE_POINTS, History
from convscope.types import JsonObject

GOLDEN = Path(__file__).parents[1] / "golden" / "step-blocks.json"
RNG = np.random.default_rng(4)
STEPS = 10
LOSSES = [float(2**step) for step in range(STEPS)]  # of step k: 2^(k-1), exact in float32
ACCURACIES = [step / 16 for step in range(1, STEPS + 1)]


def metrics(
    first: int, loss: Sequence[float | None], held_out: list[tuple[int, float, float | None]]
) -> Metrics:
    """What a worker tells of some steps."""
    steps = list(range(first, first + len(loss)))
    accuracy: list[float | None] = [step / 16 for step in steps]
    return Metrics(step=steps, loss=[*loss], accuracy=accuracy, held_out=held_out)


@pytest.fixture
def history() -> History:
    """Ten steps, measured at 0, 4 and 8."""
    made = History()
    made.apply(metrics(1, LOSSES[:4], [(0, 0.125, None), (4, 0.5, 0.25)]))
    made.apply(metrics(5, LOSSES[4:], [(8, 0.75, 0.625)]))
    return made


def test_with_points_enough_every_step_is_there_as_it_came(history: History) -> None:
    found = history.span(1, STEPS, STEPS)
    assert found["step"] == list(range(1, STEPS + 1))
    assert found["steps"] == [1] * STEPS
    assert found["loss"] == found["lowest"] == found["highest"] == LOSSES
    assert found["accuracy"] == found["mean_accuracy"] == ACCURACIES


def test_a_point_for_several_steps_has_their_mean_between_the_lowest_and_the_highest(
    history: History,
) -> None:
    found = history.span(1, STEPS, 4)
    assert found["step"] == [4, 8, 10]
    assert found["steps"] == [4, 4, 2]
    blocks = [LOSSES[:4], LOSSES[4:8], LOSSES[8:]]
    assert found["loss"] == [sum(losses) / len(losses) for losses in blocks]
    assert found["lowest"] == [min(losses) for losses in blocks]
    assert found["highest"] == [max(losses) for losses in blocks]
    assert found["accuracy"] == [4 / 16, 8 / 16, 10 / 16]
    assert found["mean_accuracy"] == [2.5 / 16, 6.5 / 16, 9.5 / 16]


@pytest.mark.parametrize(("first", "points"), [(1, 4096), (1, 200), (1, 7), (4321, 300), (9, 1)])
def test_a_point_is_of_an_aligned_block_of_steps_and_short_where_the_curve_begins(
    first: int, points: int
) -> None:
    made = History()
    made.apply(metrics(1, RNG.random(20_000).astype(np.float32).tolist(), []))
    found = made.span(first, 20_000, points)
    assert found["step"][-1] == 20_000
    assert sum(found["steps"]) == 20_001 - first
    assert len(found["step"]) <= points
    for step, steps in zip(found["step"][1:-1], found["steps"][1:-1], strict=True):
        assert steps.bit_count() == 1
        assert step % steps == 0
        assert points < 64 or steps <= max(1, step * 128 / points)


@pytest.mark.parametrize("golden", json.loads(GOLDEN.read_text()), ids=itemgetter("steps"))
def test_the_points_of_a_page_are_those_that_javascript_makes_too(golden: JsonObject) -> None:
    made = History()
    made.apply(metrics(1, [1.0] * golden["steps"], []))
    steps = made.span(0, golden["steps"], PAGE_POINTS)["steps"]
    assert [[size, len(list(alike))] for size, alike in groupby(steps)] == golden["points"]


def test_a_frame_tells_each_step_while_they_are_few_and_many_as_the_page_has_them() -> None:
    made = History()
    made.apply(metrics(1, [1.0] * 100_000, []))
    assert made.news(99_800, 100_000)["steps"] == [1] * 200
    assert len(made.news(0, 100_000)["step"]) <= 200
    page = made.span(1, 100_000, 4096)
    news = made.news(60_000, 100_000)
    assert set(news["step"]) <= set(page["step"])
    assert sum(news["steps"]) == 40_000


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
    assert found["step"] == [4, 7]
    assert found["steps"] == [1, 3]
    assert found["loss"] == [8, (16 + 32 + 64) / 3]
    assert found["held_out"] == {"step": [4], "accuracy": [0.5], "balanced_accuracy": [0.25]}


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


def test_what_was_last_measured_up_to_a_step_is_known_with_its_balanced_accuracy(
    history: History,
) -> None:
    assert History().held_out_at(3) == (None, None, None)
    assert history.held_out_at(3) == (0, 0.125, None)
    assert history.held_out_at(7) == (4, 0.5, 0.25)
    history.back_to(5)
    assert history.held_out_at(9) == (4, 0.5, 0.25)
    assert [row[3:] for row in history.rows(0, 9) if row[0] in (0, 3, 4)] == [
        (0.125, None),
        (None, None),
        (0.5, 0.25),
    ]


def test_what_was_measured_since_is_told_once(history: History) -> None:
    assert history.held_out_count == 3
    assert history.held_out_since(1) == {"step": [4, 8], "accuracy": [0.5, 0.75]}
    assert history.held_out_since(3) == {"step": [], "accuracy": []}

"""Interventions: they do what they say, training goes on from them, and undo puts them back."""

import json
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import torch

from convscope.errors import ConflictError, InvalidError, NotFoundError
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.preset_kernels import KERNELS, centred
from convscope.worker.session import Session
from tests.support.networks import recipe
from tests.support.sessions import session, weights

CACHE = Path(mkdtemp())


@pytest.fixture
def made() -> Session:
    """The default run after three steps."""
    started = session(recipe(), CACHE)
    for _ in range(3):
        started.advance()
    return started


def do(made: Session, kind: str, **command: Any) -> Any:
    """One change."""
    return apply_intervention(made.interventions, {"type": kind} | command)


def test_a_weight_is_set_and_the_maps_follow(made: Session) -> None:
    pixels = made.images.get("test-0")
    before = made.observer.feature_maps("conv1", pixels)
    intervention = do(made, "set", layer="conv1", tensor="bias", index=[2], value=3.0)
    after = made.observer.feature_maps("conv1", pixels)
    assert (intervention.step, intervention.id) == (3, 1)
    np.testing.assert_array_equal(np.delete(after, 2, 0), np.delete(before, 2, 0))
    assert (after[2] > before[2]).all()


def test_after_an_edit_there_is_no_gradient_until_the_next_step(made: Session) -> None:
    do(made, "set", layer="conv1", tensor="weight", index=[0, 0, 1, 1], value=0.5)
    with pytest.raises(ConflictError, match="no gradient at step 3"):
        made.observer.tensor("conv1", "weight", "gradient")
    made.advance()
    assert made.explainer.weight("conv1", "weight", (0, 0, 1, 1), 0)["update"]["before"] == 0.5


@pytest.mark.parametrize("name", ["sobel_x", "sobel_y", "blur", "sharpen", "outline"])
def test_a_kernel_is_filled_with_a_known_one(made: Session, name: str) -> None:
    do(made, "fill", layer="conv2", filter=5, channel=3, **{"with": name})
    kernel = made.observer.tensor("conv2", "weight")[5, 3]
    np.testing.assert_allclose(kernel, np.array(KERNELS[name][1]), rtol=1e-6)


def test_the_left_sobel_negated_gives_the_published_map() -> None:
    rows = ["11100", "01110", "00111", "00110", "01100"]
    image = torch.tensor([[float(cell) for cell in row] for row in rows])[None, None]
    kernel = centred(KERNELS["sobel_x"][1] or (), 3, 3)[None, None]
    found = torch.nn.functional.conv2d(image, -kernel)[0, 0]
    assert found.tolist() == [[-3, 0, 3], [-4, -3, 2], [-4, -2, 3]]


def test_a_known_kernel_lies_in_the_middle_of_a_larger_one() -> None:
    placed = centred(((1.0, 2.0, 3.0),) * 3, 7, 5)
    assert placed[2:5, 1:4].tolist() == [[1, 2, 3]] * 3
    assert placed.sum() == 18


def test_all_kernels_of_a_filter_are_filled_at_once(made: Session) -> None:
    do(made, "fill", layer="conv2", filter=1, channel=None, **{"with": "zero"})
    assert (made.observer.tensor("conv2", "weight")[1] == 0).all()
    assert (made.observer.tensor("conv2", "weight")[2] != 0).any()


def test_a_silenced_filter_gives_zeros_learns_nothing_and_explains_itself(made: Session) -> None:
    pixels = made.images.get("test-0")
    do(made, "silence", layer="conv1", filter=4, on=True)
    assert (made.observer.feature_maps("conv1", pixels)[4] == 0).all()
    assert made.interventions.silenced() == [{"layer": "conv1", "filter": 4}]
    made.advance()
    assert (made.observer.tensor("conv1", "weight", "gradient")[4] == 0).all()
    found = made.explainer.weight("conv1", "weight", (4, 0, 0, 0), 0)["gradient"]
    assert found["matches"]
    assert found["total"] == 0
    other = made.explainer.weight("conv1", "weight", (3, 0, 0, 0), 0)["gradient"]
    assert other["matches"]
    value = made.explainer.output("conv1", (4, 9, 9), pixels)
    assert (value["silenced"], value["value"]) == (True, 0.0)
    assert value["would_be"] != 0
    do(made, "silence", layer="conv1", filter=4, on=False)
    assert (made.observer.feature_maps("conv1", pixels)[4] != 0).any()


def test_a_frozen_filter_stays_while_the_others_learn_and_its_update_closes(made: Session) -> None:
    before = made.observer.tensor("conv2", "weight")
    do(made, "freeze", layer="conv2", filter=7, on=True)
    for _ in range(3):
        made.advance()
    after = made.observer.tensor("conv2", "weight")
    np.testing.assert_array_equal(after[7], before[7])
    assert (after[6] != before[6]).any()
    assert made.explainer.weight("conv2", "weight", (7, 0, 0, 0), 0)["update"]["matches"]
    made.interventions.undo()
    made.advance()
    assert (made.observer.tensor("conv2", "weight")[7] != before[7]).any()


def test_undo_puts_back_the_last_change_and_then_the_one_before(made: Session) -> None:
    first = weights(made)
    do(made, "set", layer="conv1", tensor="bias", index=[0], value=1.0)
    do(made, "fill", layer="conv1", filter=2, channel=0, **{"with": "outline"})
    do(made, "silence", layer="conv2", filter=0, on=True)
    undone = [made.interventions.undo().undoes for _ in range(3)]
    assert undone == [3, 2, 1]
    assert all(map(torch.equal, weights(made), first))
    assert made.interventions.silenced() == []
    assert [intervention.id for intervention in made.interventions.applied] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(ConflictError, match="nothing to undo"):
        made.interventions.undo()


def test_undo_after_more_training_puts_only_the_edited_values_back(made: Session) -> None:
    value = float(made.observer.tensor("conv1", "weight")[1, 0, 2, 2])
    do(made, "set", layer="conv1", tensor="weight", index=[1, 0, 2, 2], value=0.0)
    made.advance()
    trained = made.observer.tensor("conv1", "weight")
    made.interventions.undo()
    now = made.observer.tensor("conv1", "weight")
    assert float(now[1, 0, 2, 2]) == value
    assert (now != trained).sum() == 1


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (
            {"type": "set", "layer": "no", "tensor": "weight", "index": [0], "value": 0},
            NotFoundError,
        ),
        (
            {"type": "set", "layer": "relu1", "tensor": "weight", "index": [0], "value": 0},
            ConflictError,
        ),
        ({"type": "set", "layer": "conv1", "tensor": "x", "index": [0], "value": 0}, NotFoundError),
        (
            {"type": "set", "layer": "conv1", "tensor": "bias", "index": [8], "value": 0},
            NotFoundError,
        ),
        (
            {"type": "fill", "layer": "conv1", "filter": 9, "channel": 0, "with": "blur"},
            NotFoundError,
        ),
        (
            {"type": "fill", "layer": "conv1", "filter": 0, "channel": 1, "with": "blur"},
            NotFoundError,
        ),
        (
            {"type": "fill", "layer": "linear1", "filter": 0, "channel": 0, "with": "blur"},
            ConflictError,
        ),
        ({"type": "silence", "layer": "pool1", "filter": 0, "on": True}, ConflictError),
    ],
)
def test_what_cannot_be_changed_is_refused(
    made: Session, command: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        apply_intervention(made.interventions, command)
    assert made.interventions.applied == []


def test_a_known_kernel_does_not_fit_a_smaller_one() -> None:
    small = {
        "input": [1, 28, 28],
        "layers": [{"type": "Conv2d", "out_channels": 2, "kernel_size": [1, 5]}],
    }
    made = session(recipe(small), CACHE)
    with pytest.raises(InvalidError, match="1 × 5"):
        do(made, "fill", layer="conv1", filter=0, channel=0, **{"with": "blur"})


def test_the_same_changes_at_the_same_steps_give_the_same_bits(made: Session) -> None:
    other = session(recipe(), CACHE)
    for _ in range(3):
        other.advance()
    for run in (made, other):
        do(run, "fill", layer="conv2", filter=1, channel=None, **{"with": "random"})
        run.advance()
    assert all(map(torch.equal, weights(made), weights(other)))


def test_what_is_recalled_from_its_record_is_what_was_done_and_can_be_undone(made: Session) -> None:
    was = weights(made)
    do(made, "set", layer="conv1", tensor="bias", index=[0], value=1.0)
    do(made, "fill", layer="conv1", filter=2, channel=0, **{"with": "outline"})
    do(made, "silence", layer="conv2", filter=3, on=True)
    do(made, "freeze", layer="conv1", filter=1, on=True)
    do(made, "silence", layer="conv2", filter=5, on=True)
    made.interventions.undo()
    other = session(recipe(), CACHE)
    for _ in range(3):
        other.advance()
    other.trainer.network.load_state_dict(made.trainer.network.state_dict())
    for done in made.interventions.applied:
        other.interventions.recall(json.loads(json.dumps(done.record())))
    for run in (made, other):
        assert run.interventions.silenced() == [{"layer": "conv2", "filter": 3}]
        assert run.interventions.frozen() == [{"layer": "conv1", "filter": 1}]
        assert run.interventions.is_silent("conv2", 3)
        assert not run.interventions.is_silent("conv2", 5)
        assert [entry.undoes for entry in run.interventions.applied] == [None] * 5 + [5]
        assert [run.interventions.undo().undoes for _ in range(4)] == [4, 3, 2, 1]
        assert (run.interventions.silenced(), run.interventions.frozen()) == ([], [])
        assert all(map(torch.equal, weights(run), was))
        with pytest.raises(ConflictError, match="nothing to undo"):
            run.interventions.undo()


def test_a_silenced_filter_gives_zeros_even_where_it_would_give_no_finite_number(
    made: Session,
) -> None:
    do(made, "silence", layer="conv1", filter=0, on=True)
    with torch.no_grad():
        made.trainer.network.get_submodule("conv1").get_parameter("weight")[0] = torch.inf
    assert (made.observer.feature_maps("conv1", made.images.get("test-0"))[0] == 0).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"type": "set", "layer": "conv1", "tensor": "bias", "index": [0], "value": 0.123456},
            "conv1, bias [0]: 2 became 0.1235",
        ),
        (
            {"type": "fill", "layer": "conv2", "filter": 1, "channel": 7, "with": "blur"},
            "conv2, filter 1, kernel 7: filled with",
        ),
        (
            {"type": "fill", "layer": "conv2", "filter": 1, "channel": None, "with": "random"},
            "conv2, filter 1, all kernels: filled with random numbers",
        ),
        (
            {"type": "freeze", "layer": "conv1", "filter": 7, "on": True},
            "conv1, filter 7: frozen",
        ),
        (
            {"type": "freeze", "layer": "conv1", "filter": 7, "on": False},
            "conv1, filter 7: free to learn again",
        ),
        (
            {"type": "silence", "layer": "linear1", "filter": 9, "on": True},
            "linear1, filter 9: silenced",
        ),
        (
            {"type": "silence", "layer": "linear1", "filter": 9, "on": False},
            "linear1, filter 9: heard again",
        ),
    ],
)
def test_what_was_done_is_said_and_so_is_its_undoing(
    made: Session, change: dict[str, Any], says: str
) -> None:
    made.interventions.edit("conv1", "bias", (0,), 2.0)
    done = apply_intervention(made.interventions, change)
    assert done.says.startswith(says)
    assert made.interventions.undo().says == f"Undone: {done.says}"


def test_random_numbers_fill_from_minus_to_plus_a_half_and_are_others_each_time(
    made: Session,
) -> None:
    draws = []
    for _ in range(2):
        do(made, "fill", layer="conv2", filter=1, channel=None, **{"with": "random"})
        draws.append(made.observer.tensor("conv2", "weight")[1].copy())
    assert (draws[0] != draws[1]).all()
    for draw in draws:
        assert -0.5 <= draw.min() < -0.4
        assert 0.4 < draw.max() <= 0.5

"""From a checkpoint a run goes on to the same bits, whatever its optimiser keeps."""

from pathlib import Path
from typing import Any

import pytest
import torch

from convscope.learn.checkpoint import load_state, save_state
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.trainer import NotFiniteError
from convscope.worker.session import Session
from tests.support.networks import WITH_STATE, recipe
from tests.support.sessions import session, weights

OPTIMIZERS: list[dict[str, Any]] = [
    {"type": "SGD", "momentum": 0.0},
    {"type": "SGD", "momentum": 0.9, "weight_decay": 0.01},
    {"type": "SGD", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    {"type": "Adam", "weight_decay": 0.01},
    {"type": "AdamW", "weight_decay": 0.01},
    {"type": "RMSprop", "momentum": 0.0},
    {"type": "RMSprop", "momentum": 0.9, "weight_decay": 0.01},
]


def made(optimizer: dict[str, Any], folder: Path) -> Session:
    return session(recipe(WITH_STATE, optimizer=optimizer), folder)


def advance(run: Session, steps: int) -> None:
    for _ in range(steps):
        run.advance()


def assert_same(one: Session, other: Session) -> None:
    assert one.trainer.step == other.trainer.step
    assert (one.trainer.loss, one.trainer.accuracy) == (other.trainer.loss, other.trainer.accuracy)
    pairs = zip(weights(one), weights(other), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize("before", [0, 1, 7])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda it: "-".join(map(str, it.values())))
def test_a_run_goes_on_from_a_checkpoint_to_the_same_bits(
    optimizer: dict[str, Any], before: int, tmp_path: Path
) -> None:
    run, other = made(optimizer, tmp_path), made(optimizer, tmp_path)
    advance(run, before)
    about, tensors = save_state(run.trainer)
    load_state(other.trainer, about, tensors)
    assert_same(run, other)
    for _ in range(6):
        advance(run, 1)
        advance(other, 1)
        assert_same(run, other)


@pytest.mark.parametrize("kind", ["SGD", "RMSprop"])
def test_momentum_that_was_tuned_from_nothing_survives_a_checkpoint(
    kind: str, tmp_path: Path
) -> None:
    recipe = {"type": kind, "momentum": 0.0}
    run, other = made(recipe, tmp_path), made(recipe, tmp_path)
    advance(run, 3)
    for momentum in (0.9, 0.0, 0.5):
        run.tune({"momentum": momentum})
        advance(run, 2)
    about, tensors = save_state(run.trainer)
    other.tune({"momentum": 0.5})
    load_state(other.trainer, about, tensors)
    advance(run, 4)
    advance(other, 4)
    assert_same(run, other)


def test_what_was_done_by_hand_can_be_undone_after_a_checkpoint(tmp_path: Path) -> None:
    run, other = made({"type": "Adam"}, tmp_path), made({"type": "Adam"}, tmp_path)
    advance(run, 3)
    for change in (
        {"type": "fill", "layer": "conv1", "filter": 0, "channel": None, "with": "random"},
        {"type": "freeze", "layer": "conv1", "filter": 1, "on": True},
        {"type": "silence", "layer": "conv1", "filter": 2, "on": True},
    ):
        apply_intervention(run.interventions, change)
    advance(run, 2)
    about, tensors = save_state(run.trainer)
    for intervention in run.interventions.applied:
        other.interventions.recall(intervention.record())
    load_state(other.trainer, about, tensors)
    for _ in range(3):
        for each in (run, other):
            apply_intervention(each.interventions, {"type": "undo"})
            advance(each, 2)
        assert_same(run, other)
        assert run.interventions.silenced() == other.interventions.silenced()
        assert run.interventions.frozen() == other.interventions.frozen()


def test_a_state_that_was_reached_keeps_its_gradient_and_another_has_none(tmp_path: Path) -> None:
    run = made({"type": "SGD"}, tmp_path)
    advance(run, 2)
    about, tensors = save_state(run.trainer)
    load_state(run.trainer, about, tensors, reached=True)
    assert run.trainer.has_update
    load_state(run.trainer, about, tensors)
    assert not run.trainer.has_update


def test_after_a_loss_that_is_not_finite_the_state_is_that_of_the_step_before(
    tmp_path: Path,
) -> None:
    run, other = made({"type": "SGD"}, tmp_path), made({"type": "SGD"}, tmp_path)
    advance(run, 3)
    run.tune({"learning_rate": 1e38})
    with pytest.raises(NotFiniteError):
        advance(run, 50)
    other.tune({})
    for _ in range(run.trainer.step):
        if other.trainer.step == 3:
            other.tune({"learning_rate": 1e38})
        other.advance()
    pairs = zip(weights(run), weights(other), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)

"""Training accuracy: the mean of the last fifty batches, each by the weights before its step."""

import copy
from pathlib import Path

import pytest

from convscope.learn.trainer import Trainer
from tests.support.networks import recipe
from tests.support.sessions import session

STEPS = 60


def batch_accuracy(trainer: Trainer) -> float:
    """How much of the next batch the network has right before it learns from it."""
    assert trainer.batches is not None
    images, labels = trainer.batches.batch(trainer.step + 1)
    logits = copy.deepcopy(trainer.network)(images)
    right = [
        int(scores.argmax()) == int(label) for scores, label in zip(logits, labels, strict=True)
    ]
    return sum(right) / len(right)


def test_training_accuracy_is_the_mean_of_the_last_fifty_batches(tmp_path: Path) -> None:
    trainer = session(recipe(), tmp_path).trainer
    untrained = trainer.accuracy
    assert untrained is None
    batches: list[float] = []
    told: list[float] = []
    for _ in range(STEPS):
        batches.append(batch_accuracy(trainer))
        trainer.advance()
        told.append(trainer.accuracy or 0.0)
    expected = [
        sum(batches[max(step - 50, 0) : step]) / min(step, 50) for step in range(1, STEPS + 1)
    ]
    assert told == pytest.approx(expected, abs=1e-7)
    assert told[-1] != pytest.approx(sum(batches) / STEPS, abs=1e-4)

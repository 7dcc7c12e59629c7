"""Batches that draw classes evenly, and accuracy that weighs classes evenly."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from convscope.data.catalog import Dataset
from convscope.learn.class_tally import ClassTally
from convscope.learn.data import Batches
from convscope.learn.evaluate import accuracy_in_pieces, evaluation_in_pieces
from tests.support.networks import DEFAULT, recipe
from tests.support.sessions import session, weights

CPU = torch.device("cpu")
SIZES = (50, 3, 0, 20, 7)  # a class without training pictures


def uneven(sizes: tuple[int, ...] = SIZES, held_out: tuple[int, ...] = (6, 1, 3, 2, 0)) -> Dataset:
    """Pictures of one pixel, that many of each class, held out some more."""
    halves = [np.repeat(np.arange(len(n)), n).astype(np.uint8) for n in (sizes, held_out)]
    images = [labels.reshape(-1, 1, 1, 1) for labels in halves]
    names = tuple("abcdefgh"[: len(sizes)])
    return Dataset("uneven", names, images[0], halves[0], images[1], halves[1], "")


def labels_of(batches: Batches, step: int) -> list[int]:
    return batches.batch(step)[1].tolist()


@pytest.mark.parametrize("size", [1, 3, 4, 10, 80])
def test_each_batch_and_each_epoch_has_every_class_as_often_within_one(size: int) -> None:
    batches = Batches(uneven(), size, seed=4, device=CPU, balanced=True)
    per_epoch = sum(SIZES) // size
    for epoch in range(3):
        seen: Counter[int] = Counter()
        for step in range(epoch * per_epoch + 1, (epoch + 1) * per_epoch + 1):
            found = labels_of(batches, step)
            assert len(found) == size
            counts = [found.count(label) for label in (0, 1, 3, 4)]
            assert max(counts) - min(counts) <= 1
            seen.update(found)
        assert 2 not in seen
        assert max(seen.values()) - min(seen[label] for label in (0, 1, 3, 4)) <= 1


def test_no_picture_comes_again_before_all_of_its_class_have_come() -> None:
    data = uneven()
    batches = Batches(data, 10, seed=1, device=CPU, balanced=True)
    drawn = [int(n) for step in range(1, 9) for n in batches.indices(step)]
    for label in (0, 1, 3, 4):
        own = [number for number in drawn if data.train_labels[number] == label]
        size = SIZES[label]
        for first in range(0, len(own) - size, size):
            assert len(set(own[first : first + size])) == size
        assert max(Counter(own).values()) <= -(-len(own) // size)


def test_a_batch_is_a_function_of_seed_and_step_alone() -> None:
    made = [Batches(uneven(), 9, seed=seed, device=CPU, balanced=True) for seed in (7, 7, 8)]
    forward = [made[0].indices(step).tolist() for step in range(1, 40)]
    backward = [made[1].indices(step).tolist() for step in range(39, 0, -1)]
    assert forward == backward[::-1]
    assert forward != [made[2].indices(step).tolist() for step in range(1, 40)]
    per_epoch = sum(SIZES) // 9
    assert forward[0] != forward[per_epoch], "another epoch has another order"


class Says(nn.Module):
    """Names each picture by a table from its one pixel."""

    def __init__(self, table: list[int]) -> None:
        super().__init__()
        self.table = torch.tensor(table)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        named = self.table[(images.flatten() * 255).round().long()]
        return nn.functional.one_hot(named, len(self.table)).float()


def test_balanced_accuracy_is_the_mean_recall_of_the_classes_that_are_held_out() -> None:
    data = uneven(held_out=(6, 1, 3, 2, 0))
    network = nn.Sequential(Says([0, 0, 2, 3, 4]))  # class 1 is taken for class 0
    tally = ClassTally(data)
    *_, accuracy = accuracy_in_pieces(network, data, CPU, tally=tally)
    assert accuracy == 11 / 12
    assert tally.balanced_accuracy == (1 + 0 + 1 + 1) / 4
    *_, whole = evaluation_in_pieces(network, data, CPU)
    assert whole
    assert (whole.accuracy, whole.balanced_accuracy) == (11 / 12, 3 / 4)


def test_where_all_classes_have_as_many_pictures_it_would_say_no_more() -> None:
    data = uneven(held_out=(4, 4, 0, 4, 4))
    *_, whole = evaluation_in_pieces(nn.Sequential(Says([0, 0, 2, 3, 4])), data, CPU)
    assert whole
    assert (whole.accuracy, whole.balanced_accuracy) == (3 / 4, None)


def test_a_run_that_does_not_ask_for_it_is_as_before(tmp_path: Path) -> None:
    data = {"dataset": "fashion-mnist-10k"}
    assert recipe(DEFAULT, data=data | {"balanced": False}).data.model_dump() == data
    plain, said, even = (
        session(recipe(DEFAULT, data=data | how), tmp_path)
        for how in ({}, {"balanced": False}, {"balanced": True})
    )
    for run in (plain, said, even):
        run.advance()
    assert all(torch.equal(a, b) for a, b in zip(weights(plain), weights(said), strict=True))
    assert not torch.equal(weights(plain)[0], weights(even)[0])
    assert even.trainer.batches
    assert Counter(labels_of(even.trainer.batches, 1)).most_common()[-1][1] == 3, "32 of 10"

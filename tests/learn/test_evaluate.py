"""Held-out accuracy: of a fixed sample on the curve, of every picture when somebody asks."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import SAMPLE, held_out_sample
from convscope.learn.evaluate import PIECE, accuracy_in_pieces, evaluation_in_pieces
from convscope.learn.network import build
from convscope.recipe import plan
from tests.support.networks import network, recipe
from tests.support.sessions import session

CPU = torch.device("cpu")
CLASSES = 10
ONE_PIXEL: dict[str, Any] = {
    "input": [1, 1, 1],
    "layers": [{"type": "Flatten"}, {"type": "Linear", "out_features": CLASSES}],
}


def ordered(count: int) -> Dataset:
    """Held-out pictures of one pixel, one class after another, as many sets come."""
    labels = np.sort(np.arange(count) % CLASSES).astype(np.uint8)
    images = np.zeros((count, 1, 1, 1), np.uint8)
    names = tuple(map(str, range(CLASSES)))
    return Dataset("ordered", names, images[:0], labels[:0], images, labels, "")


def always(number: int) -> Any:
    """A network that says one class whatever it sees."""
    made = build(plan(network(**ONE_PIXEL)), CPU).eval()
    with torch.no_grad():
        made.get_submodule("linear1").get_parameter("bias").zero_()[number] = 50.0
    return made


def reads_the_class() -> Any:
    """A network that says the class whose number is the pixel's brightness in ninths: of the scores
    2·x·c − c², x² less than −(x − c)², the largest is the nearest class's."""
    made = build(plan(network(**ONE_PIXEL)), CPU).eval()
    classes = torch.arange(CLASSES) / 9
    with torch.no_grad():
        made.get_submodule("linear1").get_parameter("weight").copy_(2 * classes[:, None])
        made.get_submodule("linear1").get_parameter("bias").copy_(-(classes**2))
    return made


def painted(count: int, wrong: int) -> Dataset:
    """Pictures of their own class, the last `wrong` of them of the next class."""
    plain = ordered(count)
    shown = plain.test_labels.astype(np.int64)
    shown[count - wrong :] = (shown[count - wrong :] + 1) % CLASSES
    images = np.round(shown * 255 / 9).astype(np.uint8).reshape(count, 1, 1, 1)
    return dataclasses.replace(plain, test_images=images)


def last(pieces: Any) -> Any:
    return list(pieces)[-1]


@pytest.mark.parametrize("number", range(CLASSES))
def test_on_a_set_in_order_each_class_has_about_its_share_of_the_sample(number: int) -> None:
    found = last(accuracy_in_pieces(always(number), ordered(10_000), CPU))
    assert found == pytest.approx(1 / CLASSES, abs=0.03)  # three standard errors


@pytest.mark.parametrize("count", [1, 199, 200, 201, 399, 400, 401, 999, 1000])
@pytest.mark.parametrize("wrong", [0, 1])
def test_each_picture_counts_once_and_one_wrong_picture_shows(count: int, wrong: int) -> None:
    data, right = painted(count, wrong), (count - wrong) / count
    pieces = -(-count // PIECE)
    said = list(accuracy_in_pieces(reads_the_class(), data, CPU))
    assert said == [*[None] * pieces, right], "None after each piece"
    *before, whole = evaluation_in_pieces(reads_the_class(), data, CPU)
    assert before == [None] * pieces
    assert whole is not None
    assert (whole.count, whole.accuracy) == (count, right)


def test_of_a_large_set_the_pictures_of_the_sample_count_and_no_others() -> None:
    sample, data = held_out_sample(10_000), ordered(10_000)
    shown = data.test_labels.astype(np.int64)
    shown[sample[:3]] = (shown[sample[:3]] + 1) % CLASSES
    shown[np.setdiff1d(np.arange(10_000), sample)] = 0  # wrong, and not looked at
    images = np.round(shown * 255 / 9).astype(np.uint8).reshape(-1, 1, 1, 1)
    data = dataclasses.replace(data, test_images=images)
    assert last(accuracy_in_pieces(reads_the_class(), data, CPU)) == (SAMPLE - 3) / SAMPLE


@pytest.mark.parametrize("number", [0, 7])
def test_the_loss_is_the_mean_over_all_pictures(number: int) -> None:
    data = ordered(433)
    share = float((data.test_labels == number).mean())
    all_scores = math.log(math.exp(50) + CLASSES - 1)
    expected = share * (all_scores - 50) + (1 - share) * all_scores
    assert last(evaluation_in_pieces(always(number), data, CPU)).loss == pytest.approx(expected)


def test_the_sample_is_the_same_for_every_run_and_each_picture_is_in_it_once() -> None:
    sample = held_out_sample(10_000)
    held_out_sample.cache_clear()
    np.testing.assert_array_equal(sample, held_out_sample(10_000))
    assert len(np.unique(sample)) == len(sample) == SAMPLE
    assert sample.max() < 10_000


@pytest.mark.parametrize("count", [1, 250, 1000])
def test_of_a_small_set_it_is_all(count: int) -> None:
    np.testing.assert_array_equal(held_out_sample(count), np.arange(count))


def test_the_whole_half_is_measured_as_in_one_piece(tmp_path: Path) -> None:
    ours = session(recipe(), tmp_path)
    ours.advance()
    data = ours.data
    found = last(evaluation_in_pieces(ours.observer.twin, data, CPU))
    images = torch.from_numpy(data.test_images.astype(np.float32) / 255)
    labels = torch.from_numpy(data.test_labels.astype(np.int64))
    with torch.no_grad():
        logits = ours.observer.twin.double()(images.double())
    right = (logits.argmax(1) == labels).double().mean().item()
    assert found.count == len(labels)
    assert found.accuracy == pytest.approx(right, abs=0.5 / len(labels))  # to the picture
    assert found.loss == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-5)

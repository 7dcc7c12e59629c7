"""Held-out accuracy: of a fixed sample on the curve, of every picture when somebody asks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from convscope.data.catalog import Dataset
from convscope.data.held_out_sample import SAMPLE, held_out_sample
from convscope.learn.evaluate import accuracy_in_pieces, evaluation_in_pieces
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
        made.get_submodule("linear1").get_parameter("bias")[number] = 50.0
    return made


def last(pieces: Any) -> Any:
    return list(pieces)[-1]


@pytest.mark.parametrize("number", range(CLASSES))
def test_on_a_set_in_order_each_class_has_about_its_share_of_the_sample(number: int) -> None:
    found = last(accuracy_in_pieces(always(number), ordered(10_000), CPU))
    assert found == pytest.approx(1 / CLASSES, abs=0.03)  # three standard errors


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
    assert found.accuracy == pytest.approx(right, abs=1e-3)
    assert found.loss == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-5)

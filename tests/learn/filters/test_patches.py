"""Patches against every image one by one, and the pictures that a planted edge filter must like."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convscope.learn.filters import front as module
from convscope.learn.filters.front import front_of
from convscope.learn.filters.patches import Patches, patches_in_pieces
from convscope.learn.network import build
from convscope.recipe import plan
from tests.support.networks import DEFAULT, network

CPU = torch.device("cpu")
SOBEL = [[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]


def model() -> nn.Sequential:
    torch.manual_seed(2)
    return build(plan(network(**DEFAULT)), CPU).eval()


def found(of: nn.Sequential, layer: str, images: Any, labels: Any, count: int) -> Patches:
    front = front_of(of, plan(network(**DEFAULT)), layer, CPU)
    *between, last = patches_in_pieces(front, images, labels, classes=4, count=count)
    assert set(between) <= {None}
    assert last is not None
    return last


@pytest.mark.parametrize("at_once", [1, 7, 200])
def test_best_and_least_are_what_looking_at_each_image_alone_finds(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IMAGES", at_once)
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (30, 1, 28, 28), dtype=np.uint8)
    images[11] = images[4]  # of equal ones the lower number
    labels = rng.integers(0, 3, 30).astype(np.uint8)  # of the fourth class none
    whole = model()
    patches = found(whole, "conv2", images, labels, 9)
    with torch.no_grad():
        maps = nn.Sequential(*list(whole)[:4])(torch.from_numpy(images).float() / 255)
    for number in range(16):
        flat = maps[:, number].reshape(30, -1)
        for ranked, values, sign in ((patches.best, flat, 1), (patches.least, -flat, -1)):
            highest = values.max(dim=1).values.tolist()
            order = sorted(range(30), key=lambda n: (-round(highest[n], 5), n))[:9]
            assert ranked.images[number].tolist() == order
            for value, image, place in zip(
                ranked.values[number], ranked.images[number], ranked.places[number], strict=True
            ):
                assert value == pytest.approx(sign * flat[image, place].item(), abs=1e-5)
        for kind in range(3):
            mean = flat.max(dim=1).values[torch.from_numpy(labels == kind)].mean()
            assert patches.classes[number, kind] == pytest.approx(mean.item(), abs=1e-4)
    assert bool(patches.classes[:, 3].isnan().all())


def test_an_edge_filter_likes_the_picture_with_the_edge_at_the_edge() -> None:
    images = np.full((12, 1, 28, 28), 100, np.uint8)
    images[7, 0, 10:14, :15] = 255  # falls to the right at column 15, four rows high
    images[7, 0, 10:14, 15:] = 0
    whole = model()
    with torch.no_grad():
        whole.get_parameter("conv1.weight")[3, 0] = torch.tensor(SOBEL)
    patches = found(whole, "conv1", images, np.zeros(12, np.uint8), 3)
    assert patches.best.images[3, 0] == 7
    assert divmod(int(patches.best.places[3, 0]), 28) == (11, 14)


def test_of_fewer_images_than_were_asked_for_there_are_as_many() -> None:
    images = np.zeros((2, 1, 28, 28), np.uint8)
    patches = found(model(), "conv1", images, np.zeros(2, np.uint8), 9)
    assert patches.best.images.tolist() == [[0, 1]] * 8

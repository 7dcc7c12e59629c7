"""The small picture of filters: one tile a kernel, the same colours, nothing else."""

import io

import numpy as np
import pytest
from PIL import Image

from convscope.heatmap import filters_png
from convscope.heatmap.colour import paint


def pixels(weight: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Image.Image:
    return Image.open(io.BytesIO(filters_png(weight)))


def test_each_kernel_is_a_tile_and_what_lies_between_is_clear() -> None:
    weight = np.random.default_rng(0).normal(size=(8, 1, 3, 3))
    image = pixels(weight)
    shown = np.asarray(image)
    limit = float(np.abs(weight).max())
    wide = (image.width + 3) // 4 - 3  # four columns, three clear pixels between them
    cell = wide // 3
    assert image.size == (4 * wide + 9, 2 * wide + 3)
    for number in range(8):
        top, left = number // 4 * (wide + 3), number % 4 * (wide + 3)
        tile = shown[top : top + wide, left : left + wide]
        assert (tile[..., :3] == paint(weight[number, 0], limit, (cell, cell))).all()
        assert (tile[..., 3] == 255).all()
    assert (shown[wide : wide + 3, :, 3] == 0).all()


@pytest.mark.parametrize(
    "shape", [(1, 1, 1, 1), (16, 3, 7, 7), (512, 512, 3, 3), (4, 1, 300, 500), (10, 784), (2, 9000)]
)
def test_it_is_small_whatever_the_weight(shape: tuple[int, ...]) -> None:
    width, height = pixels(np.ones(shape)).size
    assert 0 < width <= 200
    assert 0 < height <= 100


def test_a_filters_channels_stand_side_by_side() -> None:
    weight = np.zeros((4, 3, 1, 1))
    weight[1] = 1.0
    shown = np.asarray(pixels(weight))
    blue = (shown[..., 3] == 255) & (shown[..., 0] < 100)
    assert len(np.unique(np.nonzero(blue)[0])) == 12  # px: one row of tiles


@pytest.mark.parametrize("shape", [(3,), (2, 3, 3), (0, 1, 3, 3)])
def test_what_is_no_weight_of_a_layer_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the weight of a layer"):
        filters_png(np.zeros(shape))

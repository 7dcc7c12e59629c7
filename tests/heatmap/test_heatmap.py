"""Heatmaps of tensors, read back from the PNG."""

import io

import numpy as np
import pytest
from PIL import Image

from convscope.heatmap import Scale, heatmap_png
from convscope.heatmap.colour import BROKEN, NEGATIVE, PAPER, POSITIVE
from convscope.heatmap.tiles import arrange

BLUE, ORANGE = POSITIVE[-1], NEGATIVE[-1]


def shown(values: object, scale: Scale = "layer", title: str = "conv1 weight") -> np.ndarray:
    data = heatmap_png(np.array(values, dtype=np.float32), title=title, scale=scale)
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))


def count(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((pixels == colour).all(axis=-1).sum())


def test_one_weight_at_the_end_of_the_scale_is_one_cell() -> None:
    values = np.zeros((2, 3, 3, 3))
    bare = shown(values)
    values[1, 2, 0, 1] = -0.5
    one = shown(values)
    # the colour bar has at most a row or two of each end
    assert count(one, ORANGE) - count(bare, ORANGE) == 24 * 24
    assert count(one, BLUE) == count(bare, BLUE)
    ys, xs = np.nonzero((one == ORANGE).all(axis=-1) & (bare != ORANGE).any(axis=-1))
    assert (ys.max() - ys.min(), xs.max() - xs.min()) == (23, 23)


def test_filters_go_down_and_channels_across() -> None:
    place = {}
    for filter_, channel in ((0, 0), (1, 0), (0, 2)):
        values = np.zeros((2, 3, 3, 3))
        values[filter_, channel] = 1
        ys, xs = np.nonzero((shown(values) == BLUE).all(axis=-1)[:, :260])
        place[filter_, channel] = (int(ys.min()), int(xs.min()))
    assert place[1, 0] == (place[0, 0][0] + 3 * 24 + 5, place[0, 0][1])
    assert place[0, 2] == (place[0, 0][0], place[0, 0][1] + 2 * (3 * 24 + 5))


def test_a_layers_scale_is_shared_and_a_maps_own_is_not() -> None:
    maps = np.zeros((2, 4, 4))
    maps[0, 0, 0], maps[1, 0, 0] = 100.0, 1.0
    assert count(shown(maps, "layer"), BLUE) < 2 * 24 * 24
    assert count(shown(maps, "map"), BLUE) >= 2 * 24 * 24


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e-45, 3e38])
@pytest.mark.parametrize("scale", ["layer", "map"])
def test_a_constant_map_is_drawn(value: float, scale: Scale) -> None:
    pixels = shown(np.full((1, 2, 2), value), scale)
    expected = PAPER if value == 0 else BLUE if value > 0 else ORANGE
    assert count(pixels, expected) >= (2 * 24) ** 2


def test_what_is_no_number_is_hatched_and_counted_in_the_title() -> None:
    values = np.array([[np.nan, 1.0, np.inf]])
    assert count(shown(values), BROKEN) > 100
    assert arrange(values).notes == ("2 not finite, hatched",)
    assert count(shown(np.full((2, 2), np.nan)), BROKEN) > 100


@pytest.mark.parametrize(
    ("shape", "notes"),
    [
        ((10,), ()),
        ((10, 784), ()),
        ((1, 1, 1, 1), ()),
        ((16, 8, 3, 3), ()),
        ((72, 28, 28), ()),
        ((512, 512, 3, 3), ("the first 64 of 512 filters", "the first 64 of 512 channels")),
        ((300, 1, 1), ("the first 256 of 300 channels",)),
        ((4, 1024, 1024), ("one in 2 values down and across",)),
        ((4000, 3), ("one in 3 rows",)),
        ((3, 100_000), ("one in 63 columns",)),
        ((1, 1, 300, 2), ()),
        ((64, 64, 300, 20), ("one in 15 values down and across",)),
        ((100_000,), ("one in 63 places",)),
    ],
)
def test_no_tensor_gives_a_picture_beyond_its_bounds(
    shape: tuple[int, ...], notes: tuple[str, ...]
) -> None:
    values = np.broadcast_to(np.float64(0.5), shape)
    assert arrange(np.asarray(values)).notes == notes
    height, width, _ = shown(values).shape
    assert height <= 1800
    assert width <= 1800


def test_what_is_left_out_is_told_in_the_title() -> None:
    whole, part = shown(np.ones((64, 1, 1, 1))), shown(np.ones((65, 1, 1, 1)))
    letters = (part[8:28] != PAPER).any(axis=-1).sum() - (whole[8:28] != PAPER).any(axis=-1).sum()
    assert letters > 200


def test_a_title_of_any_length_is_drawn_within_bounds() -> None:
    assert shown([1.0], title="").shape[1] < 400
    assert shown([1.0], title="x" * 100_000).shape[1] < 1800


def test_axes_are_named_as_asked() -> None:
    assert arrange(np.zeros((2, 2, 3, 3)), ("ky", "kx", "in", "out")).axes == ("ky", "kx")
    assert arrange(np.zeros((2, 3, 3, 3))).axes == ("filter", "channel")


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1, 1, 1, 1, 1)])
def test_other_dimensions_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="1 to 4 dimensions"):
        heatmap_png(np.zeros(shape), title="", scale="layer")

"""Drawn digits where MNIST would have them, against the arithmetic of its page written out."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from convscope.images.centre import centred
from convscope.images.preprocess import preprocess
from tests.images.test_preprocess import picture_of


def drawn(size: tuple[int, int] = (168, 168), ink: int = 255, ground: int = 0) -> Image.Image:
    """A seven in a corner, thin and tall."""
    image = Image.new("L", size, ground)
    line = [(20, 12), (60, 12), (30, 100)]
    ImageDraw.Draw(image).line(line, fill=ink, width=9, joint="curve")
    return image


def centre_of_mass(field: np.ndarray) -> tuple[float, float]:
    weight = field.astype(float)
    rows, columns = np.indices(field.shape)
    return (rows * weight).sum() / weight.sum(), (columns * weight).sum() / weight.sum()


def by_hand(image: Image.Image) -> np.ndarray:
    """20 × 20 in proportion, the centre of mass nearest to the middle of 28 × 28."""
    box = image.getbbox()
    part = image.crop(box)
    longest = max(part.size)
    across, down = (max(1, round(side * 20 / longest)) for side in part.size)
    size = (across, down)
    small = np.asarray(part.resize(size, Image.Resampling.BILINEAR))
    places = {}
    for top in range(29 - small.shape[0]):
        for left in range(29 - small.shape[1]):
            field = np.zeros((28, 28), np.uint8)
            field[top : top + small.shape[0], left : left + small.shape[1]] = small
            y, x = centre_of_mass(field)
            places[(y - 13.5) ** 2 + (x - 13.5) ** 2] = field
    return places[min(places)]


def test_a_drawing_is_scaled_to_a_box_of_20_and_moved_by_its_centre_of_mass() -> None:
    image = drawn()
    field = centred(np.asarray(image)[..., None], 28, 28)
    assert field is not None
    assert np.array_equal(field[..., 0], by_hand(image))
    rows = np.flatnonzero(field[..., 0].any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20
    assert np.allclose(centre_of_mass(field[..., 0]), 13.5, atol=0.5)


def test_where_it_stands_and_how_large_it_is_drawn_makes_no_difference() -> None:
    image = drawn()
    moved = Image.new("L", (400, 300))
    moved.paste(image, (150, 120))
    one, two = (centred(np.asarray(i)[..., None], 28, 28) for i in (image, moved))
    assert one is not None
    assert two is not None
    assert np.array_equal(one, two)


def test_nothing_is_cut_where_all_of_the_mass_is_at_one_end() -> None:
    image = Image.new("L", (100, 100))
    ImageDraw.Draw(image).rectangle((10, 10, 90, 20), fill=255)
    ImageDraw.Draw(image).line((10, 10, 10, 90), fill=80, width=1)
    field = centred(np.asarray(image)[..., None], 28, 28)
    assert field is not None
    assert field[..., 0].any(axis=1).sum() == 20


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_a_blank_sheet_has_no_strokes(shade: int) -> None:
    assert centred(np.full((30, 30, 1), shade, np.uint8), 28, 28) is None


def test_a_photograph_of_dark_strokes_on_paper_is_inverted_first() -> None:
    paper = drawn(ink=20, ground=235)
    done = preprocess(
        picture_of(paper), (1, 28, 28), dark_background=True, invert=None, centre=None
    )
    assert (done.inverted, done.centred) == (True, True)
    assert done.pixels[0, 0, 0] == 20, "the ground as it is"
    assert np.allclose(centre_of_mass(done.pixels[0].clip(20) - 20), 13.5, atol=0.5)
    assert [said.split()[0] for said in done.sentences] == ["Inverted:", "Its"]


@pytest.mark.parametrize(("centre", "expected"), [(None, False), (True, True), (False, False)])
def test_what_is_no_drawing_is_fitted_as_ever_unless_it_is_asked(
    centre: bool | None, expected: bool
) -> None:
    photo = drawn(ink=220, ground=100)
    done = preprocess(
        picture_of(photo), (1, 28, 28), dark_background=True, invert=None, centre=centre
    )
    plain = preprocess(picture_of(photo), (1, 28, 28), dark_background=True, invert=None)
    assert done.centred is expected
    assert np.array_equal(done.pixels, plain.pixels) is not expected


def test_colours_are_placed_too() -> None:
    image = drawn().convert("RGB")
    done = preprocess(
        picture_of(image), (3, 28, 28), dark_background=True, invert=None, centre=None
    )
    assert np.array_equal(done.pixels, np.repeat(by_hand(drawn())[None], 3, axis=0))

"""What a network sees of a picture."""

import numpy as np
import pytest
from PIL import Image

from convscope.errors import ConflictError
from convscope.images import DecodedImage, Prepared, decode, preprocess
from tests.support.pictures import encoded, gradient

GREY, COLOUR = (1, 28, 28), (3, 64, 64)


def picture_of(image: Image.Image) -> DecodedImage:
    return decode(encoded(image), max_bytes=2**24, max_pixels=16_000_000)


def prepared(
    image: Image.Image,
    shape: tuple[int, ...] = GREY,
    *,
    dark: bool = False,
    invert: bool | None = False,
) -> Prepared:
    return preprocess(picture_of(image), shape, dark_background=dark, invert=invert)


def test_a_drawing_of_exactly_the_input_size_passes_unchanged() -> None:
    drawing = np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8)
    for image in (Image.fromarray(drawing), Image.fromarray(drawing).convert("RGBA")):
        result = prepared(image)
        assert np.array_equal(result.pixels, drawing[None])
        assert result.sentences == ("Used as it is: 28 × 28 already",)
    colour = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    result = prepared(Image.fromarray(colour), COLOUR)
    assert np.array_equal(result.pixels, colour.transpose(2, 0, 1))


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 64, 64), (1, 25, 25), (3, 20, 40), (1, 1, 1)])
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (9, 5), (1, 1), (28, 28), (2000, 1)])
def test_any_size_gives_exactly_the_inputs_shape(
    shape: tuple[int, int, int], size: tuple[int, int]
) -> None:
    result = prepared(Image.new("RGB", size, (77, 77, 77)), shape)
    assert result.pixels.shape == shape
    assert result.pixels.dtype == np.uint8
    assert (result.pixels == 77).all()


def test_the_middle_is_kept_and_every_step_is_told() -> None:
    image = Image.new("RGB", (640, 480), "red")
    image.paste((0, 255, 0), (80, 0, 560, 480))
    result = prepared(image, COLOUR)
    assert (result.pixels == np.array([0, 255, 0], dtype=np.uint8)[:, None, None]).all()
    assert result.sentences == (
        "Cropped to the middle 480 × 480 of 640 × 480",
        "Resized to 64 × 64",
    )


def test_a_wide_input_is_cropped_to_its_own_proportions() -> None:
    result = prepared(gradient(100, 100), (3, 20, 40))
    assert result.sentences[0] == "Cropped to the middle 100 × 50 of 100 × 100"


def test_shrinking_averages_and_skips_no_pixel() -> None:
    fine = np.indices((280, 280)).sum(axis=0) % 2 * 255  # a checkerboard of single pixels
    result = prepared(Image.fromarray(fine.astype(np.uint8)))
    assert np.abs(result.pixels.astype(int) - 127.5).max() <= 2


def test_grey_is_luminance_with_white_at_255() -> None:
    colours = {"white": 255, "black": 0, "red": 76, "lime": 150, "blue": 29}
    for name, grey in colours.items():
        assert (prepared(Image.new("RGB", (28, 28), name)).pixels == grey).all()
    assert prepared(Image.new("RGB", (28, 28), "red")).sentences == (
        "Turned to grey (0.299 R + 0.587 G + 0.114 B)",
    )


def test_a_grey_picture_fills_three_channels_alike() -> None:
    result = prepared(Image.linear_gradient("L"), COLOUR)
    assert np.array_equal(result.pixels[0], result.pixels[2])
    assert result.sentences[-1] == "Gave its grey to all three colour channels"


def on_paper(paper: int, ink: int) -> Image.Image:
    image = Image.new("L", (28, 28), paper)
    image.paste(ink, (8, 8, 20, 20))
    return image


@pytest.mark.parametrize(
    ("paper", "dark", "invert", "expected"),
    [
        (255, True, None, True),
        (0, True, None, False),
        (255, False, None, False),
        (0, False, None, False),
        (255, True, False, False),
        (0, True, True, True),
        (0, False, True, True),
    ],
)
def test_it_is_inverted_when_asked_or_when_the_data_calls_for_it(
    paper: int, dark: bool, invert: bool | None, expected: bool
) -> None:
    result = prepared(on_paper(paper, 255 - paper), dark=dark, invert=invert)
    assert result.inverted is expected
    assert int(result.pixels[0, 0, 0]) == (255 - paper if expected else paper)
    told = [sentence for sentence in result.sentences if sentence.startswith("Inverted")]
    assert len(told) == expected
    if expected:
        assert ("as asked" in told[0]) == (invert is True)


def test_a_few_dark_strokes_on_the_border_do_not_make_paper_dark() -> None:
    image = on_paper(250, 0)
    image.paste(0, (10, 0, 18, 28))
    assert prepared(image, dark=True, invert=None).inverted


def test_what_decoding_did_comes_first() -> None:
    rgba = Image.new("RGBA", (56, 56), (255, 0, 0, 0))
    result = prepared(rgba, dark=True, invert=None)
    assert [sentence.split()[0] for sentence in result.sentences] == ["Put", "Resized", "Inverted:"]
    assert (result.pixels == 0).all()


def test_a_network_of_two_channels_is_shown_no_picture() -> None:
    with pytest.raises(ConflictError, match="got 2"):
        prepared(gradient(9, 9), (2, 9, 9))


@pytest.mark.parametrize(
    ("size", "shape", "box"),
    [
        ((7, 4), (1, 4, 4), (1, 0, 5, 4)),  # one more is left off on the right
        ((4, 7), (1, 4, 4), (0, 1, 4, 5)),
        ((9, 4), (1, 4, 4), (2, 0, 6, 4)),
        ((8, 8), (1, 4, 8), (0, 2, 8, 6)),
        ((8, 8), (1, 8, 4), (2, 0, 6, 8)),
    ],
)
def test_what_is_cropped_is_the_middle_to_the_pixel(
    size: tuple[int, int], shape: tuple[int, int, int], box: tuple[int, int, int, int]
) -> None:
    drawing = np.random.default_rng(2).integers(0, 256, size[::-1]).astype(np.uint8)
    left, top, right, bottom = box
    assert np.array_equal(
        prepared(Image.fromarray(drawing), shape).pixels[0], drawing[top:bottom, left:right]
    )


@pytest.mark.parametrize(("paper", "inverted"), [(127, False), (128, True)])
def test_a_border_is_light_from_128_on_and_the_middle_does_not_count(
    paper: int, inverted: bool
) -> None:
    image = Image.new("L", (4, 4), paper)
    for ink in (0, 255):
        image.paste(ink, (1, 1, 3, 3))
        assert prepared(image, (1, 4, 4), dark=True, invert=None).inverted is inverted


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_each_edge_of_the_border_counts_and_each_pixel_once(edge: str) -> None:
    # of 12 pixels around 4 × 4, the 4 of an edge and the corners' neighbours are 6: not yet light
    pixels = np.zeros((4, 4), np.uint8)
    rows, columns = {
        "left": (slice(None), slice(0, 1)),
        "right": (slice(None), slice(3, 4)),
        "top": (slice(0, 1), slice(None)),
        "bottom": (slice(3, 4), slice(None)),
    }[edge]
    pixels[rows, columns] = 255
    assert not prepared(Image.fromarray(pixels), (1, 4, 4), dark=True, invert=None).inverted
    opposite = pixels | pixels[::-1, ::-1]  # 8 of 12
    assert prepared(Image.fromarray(opposite), (1, 4, 4), dark=True, invert=None).inverted


def test_a_colour_picture_without_colour_is_not_said_to_be_turned_to_grey() -> None:
    pixels = np.full((28, 28, 3), 90, np.uint8)
    assert prepared(Image.fromarray(pixels)).sentences == ("Used as it is: 28 × 28 already",)
    pixels[5, 6, 2] = 91
    assert prepared(Image.fromarray(pixels)).sentences[0].startswith("Turned to grey")


@pytest.mark.parametrize("dark", [True, False])
def test_padding_keeps_the_whole_picture_and_is_black_whether_inverted_or_not(dark: bool) -> None:
    image = Image.new("L", (40, 20), 230)
    done = preprocess(picture_of(image), (1, 10, 10), dark_background=dark, invert=None, fit="pad")
    shade = 25 if dark else 230
    expected = np.zeros((10, 10), np.uint8)
    expected[2:7] = shade
    assert np.array_equal(done.pixels[0], expected)
    assert done.inverted is dark
    assert done.sentences[0] == "Resized to 10 × 5"
    assert done.sentences[-1] == "Padded with black to 10 × 10"


def test_stretching_takes_the_whole_picture_whatever_its_proportions() -> None:
    image = Image.fromarray(np.repeat([[0, 255]], 4, axis=0).astype(np.uint8)).resize((40, 20), 0)
    done = preprocess(
        picture_of(image), (1, 10, 10), dark_background=False, invert=None, fit="stretch"
    )
    assert done.pixels[0, :, :4].max() == 0
    assert done.pixels[0, :, 6:].min() == 255
    assert done.sentences == ("Resized to 10 × 10",)

"""Uploads of every kind, odd ones too."""

import numpy as np
import pytest
from PIL import Image

from convscope.errors import TooLargeError
from convscope.images import KEPT_SIDE, DecodedImage, decode_stored, png
from tests.support.pictures import KINDS, encoded, gradient, read, rgb_with_16_bits


def pixels(picture: DecodedImage) -> list[list[int]] | list[list[list[int]]]:
    values: list[list[int]] = np.asarray(picture.image).tolist()
    return values


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_read_and_named(kind: str) -> None:
    original = gradient(40, 30)
    picture = read(encoded(original, kind))
    assert (picture.format, picture.width, picture.height) == (kind, 40, 30)
    assert picture.image.mode == "RGB"
    difference = np.abs(np.asarray(picture.image, dtype=int) - np.asarray(original, dtype=int))
    assert difference.mean() < 12
    assert picture.sentences == ()


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_lossless_kind_keeps_every_pixel(kind: str) -> None:
    original = gradient(17, 5)
    assert np.array_equal(np.asarray(read(encoded(original, kind)).image), np.asarray(original))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    # where row 0 and column 0 of what is stored lie on the upright picture, by the EXIF standard
    first_row, first_column = [
        ("top", "left"), ("top", "right"), ("bottom", "right"), ("bottom", "left"),
        ("left", "top"), ("right", "top"), ("right", "bottom"), ("left", "bottom"),
    ][orientation - 1]  # fmt: skip
    stored = Image.new("RGB", (64, 32), "black")
    stored.paste((255, 0, 0), (0, 0, 64, 8))  # row 0 red
    stored.paste((0, 0, 255), (0, 8, 8, 32))  # column 0 blue
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read(encoded(stored, kind, exif=exif))
    assert (picture.width, picture.height) == ((64, 32) if orientation <= 4 else (32, 64))
    assert side_of(picture.image, 0) == first_row
    assert side_of(picture.image, 2) == first_column
    assert bool(picture.sentences) == (orientation != 1)


def side_of(image: Image.Image, channel: int) -> str:
    """Along which side the picture is bright in this channel."""
    grey = np.asarray(image)[..., channel].astype(float)
    sides = {"top": grey[:3], "bottom": grey[-3:], "left": grey[:, :3], "right": grey[:, -3:]}
    return max(sides, key=lambda side: sides[side].mean())


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # Pillow's own, to the log
def test_broken_exif_in_a_sound_picture_is_no_error() -> None:
    for exif in (b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"x" * 60):
        assert read(encoded(gradient(9, 9), "JPEG", exif=exif)).width == 9


def test_16_bit_grey_is_scaled_and_not_cut_off() -> None:
    deep = Image.fromarray(np.array([[0, 128, 129, 257, 32768, 65535]], dtype=np.uint16))
    picture = read(encoded(deep))
    assert pixels(picture) == [[0, 0, 1, 1, 128, 255]]
    assert "16 bits" in picture.sentences[0]


def test_16_bit_colour_keeps_its_ends() -> None:
    data = rgb_with_16_bits([[(0, 257, 65535), (65535, 32896, 0)]])
    assert pixels(read(data)) == [[[0, 1, 255], [255, 128, 0]]]


def test_grey_black_and_white_and_cmyk_are_read() -> None:
    assert pixels(read(encoded(Image.new("L", (2, 1), 77)))) == [[77, 77]]
    assert pixels(read(encoded(Image.new("1", (2, 1), 1)))) == [[255, 255]]
    red = read(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(np.asarray(red.image)[0, 0].astype(int) - [255, 0, 0]).max() < 4


def test_transparency_of_every_kind_lies_on_white() -> None:
    rgba = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    rgba.putpixel((1, 0), (255, 0, 0, 255))
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 0), 1)
    expected = [[[255, 255, 255], [255, 0, 0]]]
    cases = [
        encoded(rgba),
        encoded(palette, transparency=0),
        encoded(palette, "GIF", transparency=0),
    ]
    for data in [*cases, encoded(rgba, "WebP", lossless=True)]:
        picture = read(data)
        assert pixels(picture) == expected
        assert "Put on white" in picture.sentences[0]


def test_half_transparent_and_keyed_greys_lie_on_the_paper_they_are_seen_on() -> None:
    assert pixels(read(encoded(Image.new("LA", (1, 1), (0, 128))))) == [[[127, 127, 127]]]
    keyed = Image.new("L", (2, 1), 9)
    keyed.putpixel((1, 0), 200)
    assert pixels(read(encoded(keyed, transparency=9))) == [[[0] * 3, [200] * 3]]
    deep = Image.fromarray(np.array([[900, 65535, 0]], dtype=np.uint16))
    assert pixels(read(encoded(deep, transparency=900))) == [[[255] * 3, [255] * 3, [0] * 3]]


def test_a_palette_without_transparency_becomes_its_colours() -> None:
    palette = Image.new("P", (1, 1))
    palette.putpalette([1, 2, 3])
    assert pixels(read(encoded(palette))) == [[[1, 2, 3]]]


def test_an_opaque_picture_with_an_alpha_channel_says_nothing_of_it() -> None:
    assert read(encoded(Image.new("RGBA", (1, 1), (5, 6, 7, 255)))).sentences == ()


@pytest.mark.parametrize("kind", ["GIF", "WebP", "PNG"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if kind == "WebP" else {}
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    picture = read(data)
    assert pixels(picture)[0][0] == [255, 0, 0]
    assert "first frame" in picture.sentences[0]


def test_a_picture_of_one_pixel_and_one_of_extreme_proportions_are_read() -> None:
    assert pixels(read(encoded(Image.new("RGB", (1, 1), (1, 2, 3))))) == [[[1, 2, 3]]]
    long = read(encoded(Image.new("L", (60_000, 2), 5)))
    assert (long.width, long.height, long.image.size) == (60_000, 2, (KEPT_SIDE, 1))


def test_a_large_picture_is_kept_no_larger_than_any_input_and_says_its_own_size() -> None:
    picture = read(encoded(gradient(3000, 2000)))
    assert (picture.width, picture.height) == (3000, 2000)
    assert picture.image.size == (1024, 683)
    assert picture.sentences == ("Shrunk to 1,024 × 683",)


@pytest.mark.parametrize(
    ("values", "shown", "said"),
    [
        ([0, 1, 1], [0, 0, 0], "Reduced from 16 bits"),  # black and white would be guessed
        ([0, 1, 2], [0, 1, 2], "Read as 8 bits"),
        ([0, 128, 255], [0, 128, 255], "Read as 8 bits"),
        ([0, 512, 256], [0, 128, 64], "Read as 10 bits"),
        ([0, 1023, 512], [0, 255, 128], "Read as 10 bits"),
        ([0, 4095, 1024], [0, 255, 64], "Read as 12 bits"),
        ([0, 4096, 65535], [0, 16, 255], "Reduced from 16 bits"),
    ],
)
def test_how_many_bits_a_deep_grey_has_is_told_by_its_brightest_value(
    values: list[int], shown: list[int], said: str
) -> None:
    picture = read(encoded(Image.fromarray(np.array([values], dtype=np.uint16))))
    assert pixels(picture) == [shown]
    assert picture.sentences[0].startswith(said)


def test_what_was_stored_is_read_again_whatever_it_shows_and_nothing_larger() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, KEPT_SIDE, KEPT_SIDE)).astype(np.uint8)
    assert np.array_equal(np.asarray(decode_stored(png(noise)).image), noise.transpose(1, 2, 0))
    with pytest.raises(TooLargeError, match="1,048,576 pixels"):
        decode_stored(encoded(Image.new("L", (KEPT_SIDE, KEPT_SIDE + 1))))
    with pytest.raises(TooLargeError, match="at most 16,777,216 bytes, got 16,777,217"):
        decode_stored(bytes(2**24 + 1))

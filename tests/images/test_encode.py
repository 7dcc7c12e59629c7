"""PNGs of pictures and of pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from convscope.images import decode, png, sheet_png, sheet_webp
from tests.support.pictures import encoded, gradient


def read(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    image.load()
    return image


def test_pixels_come_back_as_they_went() -> None:
    values = np.random.default_rng(0).integers(0, 256, (3, 7, 5)).astype(np.uint8)
    assert np.array_equal(np.asarray(read(png(values))), values.transpose(1, 2, 0))
    assert np.array_equal(np.asarray(read(png(values[:1]))), values[0])
    assert np.array_equal(np.asarray(read(png(values[0]))), values[0])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP"])
def test_re_encoding_drops_metadata_and_whatever_was_appended(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    hostile = encoded(gradient(32, 32), kind, exif=exif, icc_profile=b"SECRET-PROFILE" * 20)
    if kind != "WebP":
        hostile += b"PK\x03\x04<script>SECRET()</script>"
    picture = decode(hostile, max_bytes=2**20, max_pixels=10_000)
    written = png(picture)
    assert b"SECRET" not in written
    assert read(written).info == {}
    assert read(written).size == (32, 32)


def test_a_sheet_holds_the_pictures_row_by_row_at_natural_size() -> None:
    images = np.stack([np.full((1, 4, 6), n, dtype=np.uint8) for n in range(5)])
    sheet = read(sheet_png(images, 2))
    assert sheet.size == (12, 12)
    corners = [[sheet.getpixel((x, y)) for x in (0, 11)] for y in (0, 4, 11)]
    assert corners == [[0, 1], [2, 3], [4, 255]]


def test_a_sheet_of_colour_pictures_keeps_their_colours() -> None:
    images = np.zeros((2, 3, 2, 2), dtype=np.uint8)
    images[1, 2] = 255
    sheet = read(sheet_png(images, 12))
    assert sheet.size == (24, 2)
    assert [sheet.getpixel((x, 0)) for x in (0, 2)] == [(0, 0, 0), (0, 0, 255)]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_to_choose_from_is_nearly_the_exact_one(channels: int) -> None:
    picture = np.asarray(gradient(28, 28).convert("RGB")).transpose(2, 0, 1)[:channels]
    images = np.stack([picture] * 5)
    exact = read(sheet_png(images, 2)).convert("RGB")
    near = Image.open(io.BytesIO(sheet_webp(images, 2)))
    assert near.format == "WEBP"
    assert near.size == exact.size
    differences = np.asarray(near.convert("RGB")).astype(int) - np.asarray(exact)
    assert np.abs(differences).mean() < 8


def test_a_sheet_of_nothing_is_one_white_row() -> None:
    assert read(sheet_png(np.zeros((0, 1, 28, 28), dtype=np.uint8), 3)).size == (84, 28)


@pytest.mark.parametrize(("side", "level"), [(1000, 6), (1001, 1)])
def test_a_picture_of_more_than_a_million_pixels_is_packed_faster_and_others_smaller(
    side: int, level: int
) -> None:
    image = Image.fromarray((np.indices((side, 1000)).sum(axis=0) % 251).astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=level)
    assert png(image) == file.getvalue()

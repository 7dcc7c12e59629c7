"""Uploads of every kind, odd and hostile ones."""

import io
import subprocess
import sys
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import TooLargeError, UnsupportedMediaError, UploadError
from app.images import KEPT_SIDE, Picture, decode
from tests.images.pictures import KINDS, encoded, gradient, png_bomb, rgb_with_16_bits


def read(data: bytes, *, max_bytes: int = 2**24, max_pixels: int = 16_000_000) -> Picture:
    return decode(data, max_bytes=max_bytes, max_pixels=max_pixels)


def pixels(picture: Picture) -> list[list[int]] | list[list[list[int]]]:
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_a_file_cut_short_is_refused(kind: str, share: float) -> None:
    whole = encoded(gradient(200, 150), kind)
    with pytest.raises(UploadError, match=f"Expected a whole {kind} picture") as caught:
        read(whole[: 14 + int(len(whole) * share)])
    assert caught.value.status == 400


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_damaged_bytes_is_read_or_refused_and_nothing_else(kind: str) -> None:
    whole = bytearray(encoded(gradient(64, 48), kind))
    chance = np.random.default_rng(7)
    for _ in range(300):
        broken = bytearray(whole)
        for place in chance.integers(0, len(broken), size=4):
            broken[place] = int(chance.integers(0, 256))
        with suppress(UploadError):
            assert read(bytes(broken)).image.mode in ("L", "RGB")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\xef\xbb\xbf  \n<svg/>", "SVG"),
        (b"<!doctype html><script>alert(1)</script>", "HTML"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "25 21 50 53"),
        (b"II*\0" + bytes(100), "a TIFF"),
        (b"PK\x03\x04" + bytes(100), "a zip"),
        (b"\0\0\0\x1cftypheic" + bytes(100), "HEIC"),
        (b"RIFF\0\0\0\0WAVEfmt ", "52 49 46 46"),
        (b"hello", "68 65 6c 6c 6f"),
        (b"\0", "bytes 00"),
    ],
)
def test_what_is_no_picture_of_ours_is_415_and_says_what_came(data: bytes, what: str) -> None:
    with pytest.raises(
        UnsupportedMediaError, match="Expected PNG, JPEG, WebP, GIF or BMP"
    ) as caught:
        read(data)
    assert what in caught.value.detail
    assert caught.value.status == 415


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UploadError, match="an empty file"):
        read(b"")


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "PPM", "TGA"])
def test_a_kind_that_pillow_could_read_but_is_not_offered_is_415(kind: str) -> None:
    file = io.BytesIO()
    gradient(16, 16).save(file, kind)
    with pytest.raises(UnsupportedMediaError):
        read(file.getvalue())


def test_more_bytes_than_allowed_are_413_before_they_are_looked_at() -> None:
    with pytest.raises(TooLargeError, match="at most 1,000 bytes, got 1,001") as caught:
        read(b"x" * 1001, max_bytes=1000)
    assert caught.value.status == 413


@pytest.mark.parametrize("kind", KINDS)
def test_more_pixels_than_allowed_are_413(kind: str) -> None:
    data = encoded(gradient(40, 30), kind)
    assert read(data, max_pixels=1200).width == 40
    with pytest.raises(TooLargeError, match="1,199 pixels, got 40 × 30"):
        read(data, max_pixels=1199)


MEMORY = """
import resource, sys
from pathlib import Path
from app.errors import UploadError
from app.images import decode
data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(3):
    try:
        decode(data, max_bytes=2**24, max_pixels=16_000_000)
    except UploadError as error:
        print(error.status, error.detail)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@cache
def bombs() -> dict[str, bytes]:
    """Files whose headers promise hundreds of megapixels."""
    bmp = bytearray(encoded(gradient(4, 4), "BMP"))
    bmp[18:26] = (30_000).to_bytes(4, "little") * 2
    gif = bytearray(encoded(gradient(4, 4), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    frame = bytearray(encoded(gradient(4, 4), "GIF"))
    place = frame.index(b"\x2c\0\0\0\0\x04\0\x04\0")
    frame[place + 5 : place + 9] = b"\xff\xff\xff\xff"
    webp = bytearray(encoded(gradient(4, 4), "WebP", lossless=True))
    webp[21:25] = (int.from_bytes(webp[21:25], "little") | 0x0FFFFFFF).to_bytes(4, "little")
    jpeg = bytearray(encoded(gradient(8, 8), "JPEG"))
    place = jpeg.index(b"\xff\xc0") + 5
    jpeg[place : place + 4] = b"\xff\xdc\xff\xdc"
    return {
        "png, 1 bit": png_bomb(10_000),
        "png, rgba": png_bomb(4_500, 4),
        "png, just below Pillow's own warning": png_bomb(9_000),
        "bmp": bytes(bmp),
        "gif, screen": bytes(gif),
        "gif, frame": bytes(frame),
        "webp": bytes(webp),
        "jpeg": bytes(jpeg),
    }


@pytest.mark.parametrize("name", bombs())
def test_a_bomb_is_413_and_memory_stays_flat(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(bombs()[name])
    assert path.stat().st_size < 500_000
    command = [sys.executable, "-W", "error", "-c", MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *refusals, growth_kib = done.stdout.splitlines()
    assert len(refusals) == 3
    assert all(line.startswith("413 Expected at most 16,000,000 pixels") for line in refusals)
    assert int(growth_kib) < 8_192


def test_the_bomb_of_ten_thousand_by_ten_thousand_fits_in_22_kb() -> None:
    assert len(png_bomb(10_000)) < 22_000


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    data = encoded(gradient(64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    read(data)
    with pytest.raises(UploadError, match="at most 100 scans"):
        read(data[:last] + data[last:-2] * 1000 + data[-2:])


def test_process_wide_warning_filters_are_never_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object, **__: object) -> None:
        raise AssertionError("another thread would have seen this")

    bomb = png_bomb(10_000)
    for name in ("catch_warnings", "simplefilter", "filterwarnings"):
        monkeypatch.setattr(warnings, name, touched)
    with suppress(TooLargeError):
        read(bomb)
    read(encoded(gradient(9, 9)))


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


def test_half_transparent_and_keyed_greys_lie_on_white() -> None:
    assert pixels(read(encoded(Image.new("LA", (1, 1), (0, 128))))) == [[[127, 127, 127]]]
    keyed = Image.new("L", (2, 1), 9)
    keyed.putpixel((1, 0), 200)
    assert pixels(read(encoded(keyed, transparency=9))) == [[[255] * 3, [200] * 3]]
    deep = Image.fromarray(np.array([[900, 65535, 0]], dtype=np.uint16))
    assert pixels(read(encoded(deep, transparency=900))) == [[255, 255, 0]]


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

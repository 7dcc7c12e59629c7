"""Uploads that are refused: cut short, damaged, of other kinds, too large, hostile."""

import io
import subprocess
import sys
import warnings
import zlib
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import TooLargeError, UnsupportedMediaError, UploadError
from convscope.images.trim import trim
from tests.support.pictures import KINDS, chunk, encoded, gradient, png_bomb, read

decoding = import_module("convscope.images.decode")  # the package has a function of that name


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
        (b"\0\0\0\x1cftypisom" + bytes(100), "a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "52 49 46 46"),
        (b"hello", "68 65 6c 6c 6f"),
        (b"\0", "bytes 00"),
    ],
)
def test_what_is_no_picture_of_ours_is_415_and_says_what_came(data: bytes, what: str) -> None:
    with pytest.raises(
        UnsupportedMediaError, match="Expected PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC"
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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "JPEG"])
def test_more_pixels_than_allowed_are_413(kind: str) -> None:
    data = encoded(gradient(40, 30), kind)
    assert read(data, max_pixels=1200).width == 40
    with pytest.raises(TooLargeError, match="1,199 pixels, got 40 × 30"):
        read(data, max_pixels=1199)


@pytest.mark.parametrize(
    ("options", "taken", "refused"),
    [({}, 8 * 1200, 8 * 1200 + 60), ({"progressive": True, "subsampling": 0}, 1900, 2000)],
)
def test_a_jpeg_has_more_pixels_since_it_is_decoded_at_a_reduced_scale(
    options: dict[str, object], taken: int, refused: int
) -> None:
    picture = read(encoded(gradient(taken // 20, 20), "JPEG", **options), max_pixels=1200)
    assert (picture.width, picture.height) == (taken // 20, 20)
    assert picture.image.size == (-(-taken // 20 // 4), 20 // 4), "decoded at a quarter"
    assert picture.sentences[0].endswith(f"scale, since it is {taken // 20} × 20")
    with pytest.raises(TooLargeError, match=f"pixels, got {refused // 20} × 20"):
        read(encoded(gradient(refused // 20, 20), "JPEG", **options), max_pixels=1200)


MEMORY = """
import resource, sys
from importlib import import_module
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from convscope.errors import UploadError
from convscope.images import decode
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
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    *refusals, growth_kib = done.stdout.splitlines()
    assert len(refusals) == 3
    most = "128,000,000" if name == "jpeg" else "16,000,000"
    assert all(line.startswith(f"413 Expected at most {most} pixels") for line in refusals)
    assert int(growth_kib) < 8_192


def growth_kib(path: Path) -> int:
    command = [sys.executable, "-W", "error", "-c", MEMORY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    (growth,) = done.stdout.splitlines()
    return int(growth)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_phones_jpeg_takes_no_more_memory_than_the_largest_at_full_scale(
    tmp_path: Path, progressive: bool
) -> None:
    sizes = {"phone": (5712, 4284), "full": (4618, 3464)}
    for name, size in sizes.items():
        whole = encoded(Image.new("RGB", size, "teal"), "JPEG", progressive=progressive)
        (tmp_path / name).write_bytes(whole)
    assert growth_kib(tmp_path / "phone") <= growth_kib(tmp_path / "full") + 4_096


def test_the_bomb_of_ten_thousand_by_ten_thousand_fits_in_22_kb() -> None:
    assert len(png_bomb(10_000)) < 22_000


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    data = encoded(gradient(64, 64), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    read(data)
    with pytest.raises(UploadError, match="at most 100 scans"):
        read(data[:last] + data[last:-2] * 1000 + data[-2:])


def test_a_file_of_nothing_but_small_parts_costs_little_time() -> None:
    jpeg = encoded(gradient(9, 9), "JPEG")
    for filling in (b"\xff\x01", b"\xff\xfe\0\2"):
        with pytest.raises(UploadError, match="at most 10,000 segments"):
            read(jpeg[:2] + filling * 10_001 + jpeg[2:])
    filled = jpeg[:2] + b"\xff" * 2**20 + jpeg[2:]  # as the standard allows
    assert trim(filled, "JPEG").data == jpeg
    png = encoded(gradient(9, 9))
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(2**20 + 1)))
    assert read(png[:33] + profile * 100 + png[33:]).sentences == ()


def test_process_wide_warning_filters_are_never_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object, **__: object) -> None:
        raise AssertionError("another thread would have seen this")

    bomb = png_bomb(10_000)
    for name in ("catch_warnings", "simplefilter", "filterwarnings"):
        monkeypatch.setattr(warnings, name, touched)
    with suppress(TooLargeError):
        read(bomb)
    read(encoded(gradient(9, 9)))

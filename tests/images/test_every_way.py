"""Every way to write a picture: all show the same one, and what is said of each is true."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tests.support.pictures import HEIC_IS_READ, chunk, encoded, png_of, read

CASES = Path(__file__).with_name("cases")
WIDTH, HEIGHT = 48, 32
INK = ((0, 0, 16, 32), (16, 0, 32, 16))  # an uneven figure, so that no turn of it is the same
ON_WHITE = "Put on white where it was transparent"
ON_BLACK = "Put on black where it was transparent, since what is drawn is light"
SIXTEEN = "Reduced from 16 bits a channel to 8"
FIRST = "Took the first frame of an animation"
NO_ALPHA = "Left its transparency out, which would hide all of it"


class Way(NamedTuple):
    """A file, and all that may be said of it."""

    name: str
    data: bytes
    sentences: tuple[str, ...] = ()


def picture(ink: int = 0, paper: int = 255) -> Image.Image:
    image = Image.new("L", (WIDTH, HEIGHT), paper)
    for box in INK:
        image.paste(ink, box)
    return image


def drawn(ink: int = 0) -> Image.Image:
    """The ink alone, on nothing."""
    image = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0) if ink else (255, 255, 255, 0))
    for box in INK:
        image.paste((ink, ink, ink, 255), box)
    return image


SHOWN = np.asarray(picture())
BITS = (SHOWN > 0).astype(np.uint16)[..., None]  # (H, W, 1): 1 is paper


def pngs() -> Iterator[Way]:
    for interlaced in (False, True):
        for depth in (1, 2, 4, 8, 16):
            yield from pngs_of_depth(depth, interlaced)


def pngs_of_depth(depth: int, interlaced: bool) -> Iterator[Way]:
    white, name = 2**depth - 1, f"PNG, {depth} bits{', interlaced' * interlaced}"
    said = (SIXTEEN,) if depth == 16 else ()
    grey = BITS * white
    key = struct.pack(">H", white)

    def png(samples: NDArray[Any], colour: int, *extra: bytes) -> bytes:
        return png_of(samples, depth, colour, *extra, interlaced=interlaced)

    yield Way(f"{name}, grey", png(grey, 0), said)
    yield Way(f"{name}, grey, a clear value", png(grey, 0, chunk(b"tRNS", key)), (*said, ON_WHITE))
    if depth <= 8:
        palette = chunk(b"PLTE", bytes([0, 0, 0, 255, 255, 255]))
        clear = chunk(b"tRNS", b"\xff\0")
        yield Way(f"{name}, palette", png(BITS, 3, palette))
        yield Way(f"{name}, palette, a clear colour", png(BITS, 3, palette, clear), (ON_WHITE,))
    if depth >= 8:
        rgb, alpha = np.repeat(grey, 3, axis=2), white - grey
        yield Way(f"{name}, RGB", png(rgb, 2), said)
        keyed = png(rgb, 2, chunk(b"tRNS", key * 3))
        yield Way(f"{name}, RGB, a clear colour", keyed, (*said, ON_WHITE))
        full, none = np.full_like(alpha, white), np.zeros_like(alpha)
        for colour, values in ((4, grey), (6, rgb)):
            one = f"{name}, {'grey' if colour == 4 else 'RGB'} and alpha"
            yield Way(one, png(np.dstack([values * 0, alpha]), colour), (*said, ON_WHITE))
            yield Way(f"{one} full", png(np.dstack([values, full]), colour), said)
            yield Way(f"{one} 0", png(np.dstack([values, none]), colour), (*said, NO_ALPHA))


def deep_greys() -> Iterator[Way]:
    for depth in (8, 10, 12):
        white = 2**depth - 1
        said = f"Read as {depth} bits kept in 16, since no value is above {white:,}: that is white"
        yield Way(f"{depth} of 16 bits", png_of(BITS * white, 16, 0, interlaced=False), (said,))


def jpegs() -> Iterator[Way]:
    for progressive in (False, True):
        for mode in ("L", "RGB", "CMYK"):
            said = ("Converted from CMYK to RGB",) if mode == "CMYK" else ()
            image = picture().convert(mode)
            options: dict[str, Any] = {"progressive": progressive, "quality": 95}
            data = encoded(image, "JPEG", **options)
            name = f"JPEG, {mode}, {'progressive' if progressive else 'baseline'}"
            yield Way(name, data, said)
            yield Way(f"{name}, a film after its end", data + b"\xff\xda\0\0" * 200, said)
            yield Way(f"{name}, a comment", data[:2] + b"\xff\xfe\0\6\xff\xda\0\0" + data[2:], said)
    for subsampling in (0, 1, 2):
        data = encoded(picture().convert("RGB"), "JPEG", subsampling=subsampling, quality=95)
        yield Way(f"JPEG, subsampling {subsampling}", data)
    yield Way("JPEG, restarts", encoded(picture(), "JPEG", restart_marker_blocks=1, quality=95))


def gifs_bmps_and_webps() -> Iterator[Way]:
    palette = picture().convert("P")
    for interlace in (0, 1):
        yield Way(f"GIF, interlace {interlace}", encoded(palette, "GIF", interlace=interlace))
    ink = Image.new("P", (WIDTH, HEIGHT), 1)
    ink.putpalette([0, 0, 0, 255, 0, 0])
    for box in INK:
        ink.paste(0, box)
    yield Way("GIF, a clear colour", encoded(ink, "GIF", transparency=1), (ON_WHITE,))
    yield Way("GIF, part of its canvas", partial_gif(), (ON_WHITE,))
    for mode in ("1", "L", "P", "RGB"):
        yield Way(f"BMP, {mode}", encoded(picture().convert(mode), "BMP"))
    alpha = picture().convert("RGBA")
    yield Way("BMP, RGBA", encoded(alpha, "BMP"))
    alpha.putalpha(0)
    yield Way("BMP, alpha 0", bmp_with_alpha(alpha), (NO_ALPHA,))
    yield Way("BMP, alpha", bmp_with_alpha(drawn()), (ON_WHITE,))
    for lossless in (False, True):
        name, options = f"WebP, lossless {lossless}", {"lossless": lossless, "quality": 95}
        yield Way(name, encoded(picture().convert("RGB"), "WebP", **options))
        yield Way(f"{name}, alpha", encoded(drawn(), "WebP", **options), (ON_WHITE,))
    yield Way("WebP, part of its canvas", partial_webp(), (FIRST, ON_WHITE))


def partial_gif() -> bytes:
    """Ink where the frame is, and nothing around it; the lower right is no part of the frame."""
    image = Image.new("P", (32, 32), 1)
    image.putpalette([0, 0, 0, 255, 255, 255])
    for box in INK:
        image.paste(0, box)
    data = bytearray(encoded(image, "GIF"))
    data[6:8] = WIDTH.to_bytes(2, "little")
    return bytes(data)


def bmp_with_alpha(image: Image.Image) -> bytes:
    """A BMP of version 4, which names the bits of its alpha; its first row is the lowest."""
    rows = np.asarray(image)[::-1, :, [2, 1, 0, 3]].tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, WIDTH, HEIGHT, 1, 32, 3, len(rows), 0, 0, 0, 0)
    head = header + masks + b"BGRs" + bytes(48)
    return struct.pack("<2sIHHI", b"BM", 14 + len(head) + len(rows), 0, 0, 122) + head + rows


def partial_webp() -> bytes:
    """An animation whose first frame covers the left two thirds, and that promises no alpha."""
    still = encoded(picture().convert("RGB").crop((0, 0, 32, 32)), "WebP", lossless=True)[12:]

    def riff(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

    def u24(number: int) -> bytes:
        return number.to_bytes(3, "little")

    frame = riff(b"ANMF", u24(0) * 2 + u24(31) * 2 + u24(100) + b"\0" + still)
    canvas = riff(b"VP8X", b"\2\0\0\0" + u24(WIDTH - 1) + u24(HEIGHT - 1))
    body = b"WEBP" + canvas + riff(b"ANIM", b"\0\0\0\xff\0\0") + frame + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def stored_for(orientation: int) -> Image.Image:
    """What a camera stores, so that it is upright once it is turned."""
    undone = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = picture().convert("RGB")
    return image.transpose(undone[orientation]) if orientation > 1 else image


def turned() -> Iterator[Way]:
    for orientation in range(1, 9):
        stored, exif = stored_for(orientation), Image.Exif()
        exif[0x0112] = orientation
        xmp = f'<rdf:Description tiff:Orientation="{orientation}"/>'.encode()
        for kind in ("JPEG", "PNG", "WebP"):
            options: dict[str, Any] = {} if kind == "PNG" else {"quality": 95}
            for source, written in (("EXIF", {"exif": exif}), ("XMP", {"xmp": xmp})):
                if (kind, source) == ("PNG", "XMP"):
                    data = with_chunk(
                        encoded(stored), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp
                    )
                else:
                    data = encoded(stored, kind, **options, **written)
                said = () if orientation == 1 else (f"Turned upright, as its {source} data says",)
                yield Way(f"{kind}, orientation {orientation} by {source}", data, said)
        both = encoded(picture().convert("RGB"), "JPEG", exif=upright(), xmp=xmp, quality=95)
        yield Way(f"JPEG, upright by EXIF, {orientation} by XMP", both)


def upright() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 1
    return exif


def with_chunk(png: bytes, name: bytes, content: bytes, *, after: bool = False) -> bytes:
    place = len(png) - 12 if after else 33
    return png[:place] + chunk(name, content) + png[place:]


def with_needless_metadata() -> Iterator[Way]:
    png = encoded(picture())
    much = zlib.compress(bytes(2**20 + 1))
    for after in (False, True):
        for name, content in {
            b"zTXt": b"workflow\0\0" + much,
            b"iTXt": b"prompt\0\1\0\0\0" + much,
            b"tEXt": b"a\0" + b"b" * 2**20,
            b"iCCP": b"x\0\0" + much,
            b"eXIf": b"no EXIF",
            b"prVt": b"somebody's own",
        }.items():
            if name == b"iCCP" and after:
                continue
            data = with_chunk(png, name, content, after=after)
            yield Way(f"PNG, {name.decode()}, after its pixels: {after}", data)
            place = data.index(name) + 4 + len(content)
            bad = data[:place] + b"\0\0\0\0" + data[place + 4 :]
            yield Way(f"PNG, {name.decode()} with a bad checksum, after: {after}", bad)
    yield Way("PNG, bytes after its end", png + b"\0" * 99)


def with_profiles() -> Iterator[Way]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("PNG", "JPEG", "WebP"):
        data = encoded(picture().convert("RGB"), kind, icc_profile=srgb, quality=95)
        yield Way(f"{kind}, sRGB by its profile", data)
        broken = encoded(picture().convert("RGB"), kind, icc_profile=b"no profile", quality=95)
        yield Way(f"{kind}, a broken profile", broken)
    yield Way("PNG, grey with a profile for colours", encoded(picture(), icc_profile=srgb))


def animated() -> Iterator[Way]:
    for kind in ("PNG", "GIF", "WebP"):
        frames = [picture().convert("RGB"), Image.new("RGB", (WIDTH, HEIGHT), "lime")]
        options: dict[str, Any] = {"lossless": True} if kind == "WebP" else {}
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        yield Way(f"{kind}, animated", data, (FIRST,))
    still = encoded(frames[0], save_all=True, append_images=frames[1:], default_image=True)
    yield Way(
        "PNG, a still picture and an animation", still, ("Took the still picture of an animation",)
    )


def avifs() -> Iterator[Way]:
    exif = Image.Exif()
    for orientation in range(1, 9):
        exif[0x0112] = orientation  # Pillow writes it as AVIF's own boxes
        said = () if orientation == 1 else ("Turned upright, as its AVIF header says",)
        data = encoded(stored_for(orientation), "AVIF", exif=exif, quality=95)
        yield Way(f"AVIF, orientation {orientation}", data, said)
    xmp = b'<rdf:Description tiff:Orientation="6"/>'
    yield Way("AVIF, XMP, which counts for nothing there", encoded(picture(), "AVIF", xmp=xmp))
    yield Way("AVIF, alpha", encoded(drawn(), "AVIF", quality=95), (ON_WHITE,))
    frames = [picture().convert("RGB"), Image.new("RGB", (WIDTH, HEIGHT), "lime")]
    animation = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], quality=95)
    yield Way("AVIF, animated", animation, (FIRST,))


def heics() -> Iterator[Way]:
    """Made by pillow-heif from the same figure: pi-heif writes none."""
    yield Way("HEIC", heic("rgb"))
    yield Way("HEIC, alpha", heic("alpha"), (ON_WHITE,))
    yield Way("HEIC, 10 bits", heic("deep"), ("Reduced from 10 bits a channel to 8",))
    yield Way("HEIC, turned by its header, told by EXIF too", heic("turned"))


def heic(name: str) -> bytes:
    return (CASES / f"{name}.heic").read_bytes()


def every_way() -> Iterator[Way]:
    yield from pngs()
    yield from deep_greys()
    yield from jpegs()
    yield from gifs_bmps_and_webps()
    yield from turned()
    yield from with_needless_metadata()
    yield from with_profiles()
    yield from animated()
    yield from avifs()
    if HEIC_IS_READ:
        yield from heics()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # Pillow's own, to the log
@pytest.mark.parametrize("way", [*every_way()], ids=lambda way: way.name)
def test_every_way_shows_the_same_picture_and_says_what_was_done(way: Way) -> None:
    shown = read(way.data)
    assert (shown.width, shown.height) == (WIDTH, HEIGHT)
    difference = np.abs(np.asarray(shown.image.convert("L")).astype(int) - SHOWN)
    assert np.percentile(difference, 90) <= 12
    assert difference.mean() < 6
    assert shown.sentences == way.sentences


@pytest.mark.parametrize("kind", ["PNG", "WebP"])
def test_a_light_drawing_on_nothing_lies_on_black(kind: str) -> None:
    shown = read(encoded(drawn(255), kind))
    difference = np.asarray(shown.image.convert("L")).astype(int) - (255 - SHOWN)
    assert np.abs(difference).mean() < 6
    assert shown.sentences == (ON_BLACK,)


def test_a_blank_sheet_is_blank_paper() -> None:
    shown = read(encoded(Image.new("RGBA", (4, 4))))
    assert np.asarray(shown.image).min() == 255
    assert shown.sentences == (ON_WHITE,)

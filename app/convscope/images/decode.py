"""From an upload's bytes to a plain upright picture, without trusting a single byte.

The kind is told by the first bytes, never by a name or a declared type.  Pillow's own readers are
called one by one: `Image.open` would warn of large pictures through Python's process-wide warning
filters, which threads can't change safely.  Each reader parses only the header at first, so that
size is checked before any pixel is decoded.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from convscope.errors import ConvscopeError, TooLargeError, UnsupportedMediaError, UploadError

KEPT_SIDE = 1024  # px; no network's input is larger, so nothing is lost by keeping no more
_STORED_BYTES = 2**24  # of a PNG of that size
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
}
_OTHER_STARTS = {
    b"%PDF": "a PDF",
    b"II*\0": "a TIFF",
    b"MM\0*": "a TIFF",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"8BPS": "a Photoshop file",
    b"\0\0\x01\0": "an icon",
    b"<": "SVG, HTML or other XML",
}
_MAX_JPEG_SCANS = (
    100  # a usual progressive JPEG has about 10; each one costs a pass over the picture
)
_ORIENTATION = 0x0112  # the EXIF tag
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """A decoded upload without its metadata: pixels only, upright, nothing transparent."""

    image: Image.Image  # mode RGB or L, at most KEPT_SIDE px a side
    width: int  # px, upright, as uploaded
    height: int
    format: str  # PNG, JPEG, WebP, GIF or BMP
    sentences: tuple[str, ...] = ()  # what was done to it, in plain words


def decode_stored(data: bytes) -> "DecodedImage":
    """One that was stored, so that it has at most `KEPT_SIDE` pixels a side; UploadError for any
    other."""
    return decode(data, max_bytes=_STORED_BYTES, max_pixels=KEPT_SIDE**2)


def decode(data: bytes, *, max_bytes: int, max_pixels: int) -> DecodedImage:
    """The picture in an uploaded file, its first frame if it is animated.

    Raises TooLargeError for more bytes or pixels than these, UnsupportedMediaError for a kind of
    file other than PNG, JPEG, WebP, GIF and BMP, UploadError for one that is broken or cut short.
    """
    if len(data) > max_bytes:
        raise TooLargeError(f"Expected at most {max_bytes:,} bytes, got {len(data):,}.")
    kind = _kind(data)
    try:
        return _decoded(data, kind, max_pixels)
    except ConvscopeError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLargeError(f"Expected at most {max_pixels:,} pixels, got far more.") from error
    except Exception as error:  # a reader fed with hostile bytes may raise anything
        raise UploadError(
            f"Expected a whole {kind} picture, got one that is broken or cut short ({error})."
        ) from error


def _kind(data: bytes) -> str:
    if not data:
        raise UploadError("Expected a picture, got an empty file.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    raise UnsupportedMediaError(f"Expected PNG, JPEG, WebP, GIF or BMP, got {_other_kind(data)}.")


def _other_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "HEIC, AVIF or a video"
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    known = (kind for begin, kind in _OTHER_STARTS.items() if start.startswith(begin))
    return next(known, f"a file that begins with the bytes {data[:8].hex(' ')}")


def _decoded(data: bytes, kind: str, max_pixels: int) -> DecodedImage:
    if kind == "JPEG" and data.count(b"\xff\xda") > _MAX_JPEG_SCANS:
        raise UploadError(f"Expected a JPEG of at most {_MAX_JPEG_SCANS} scans, got more.")
    with _READERS[kind](io.BytesIO(data)) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise TooLargeError(
                f"Expected at most {max_pixels:,} pixels, got {width:,} × {height:,}."
            )
        plain, sentences = _plain(image)
        plain, turned = _upright(plain, _orientation(image))
        if getattr(image, "is_animated", False):
            sentences = ["Took the first frame of an animation", *sentences]
    size = plain.size
    plain, shrunk = _shrunk(plain)
    return DecodedImage(plain, *size, kind, (*sentences, *turned, *shrunk))


def _plain(image: ImageFile.ImageFile) -> tuple[Image.Image, list[str]]:
    image.load()
    if image.mode.startswith("I"):
        return _eight_bits(image), ["Reduced from 16 bits a pixel to 8"]
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB"), _if_clear(clear)
    return image.convert("L" if image.mode in ("1", "L") else "RGB"), []


def _if_clear(image: Image.Image) -> list[str]:
    opaque = image.getchannel("A").getextrema() == (255, 255)
    return [] if opaque else ["Put on white where it was transparent"]


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit: 65535 becomes 255, rounded, and a transparent grey white."""
    deep = np.asarray(image).astype(np.uint32)
    grey = ((deep * 255 + 32767) // 65535).clip(0, 255).astype(np.uint8)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        grey[deep == clear] = 255
    return Image.fromarray(grey)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF in a sound picture: shown as it is stored
        return 1


def _upright(image: Image.Image, orientation: int) -> tuple[Image.Image, list[str]]:
    if orientation not in _TURNS:
        return image, []
    return image.transpose(_TURNS[orientation]), ["Turned upright, as its EXIF data says"]


def _shrunk(image: Image.Image) -> tuple[Image.Image, list[str]]:
    factor = KEPT_SIDE / max(image.size)
    if factor >= 1:
        return image, []
    width, height = (max(1, round(side * factor)) for side in image.size)
    small = image.resize((width, height), Image.Resampling.BILINEAR)
    return small, [f"Shrunk to {width:,} × {height:,}"]

"""What a file is, told by its first bytes and never by its name or its declared type.

Pillow's own readers are called one by one: `Image.open` would warn of large pictures through
Python's process-wide warning filters, which threads can't change safely.  Each reader parses only
the header at first, so that size is checked before any pixel is decoded.
"""

from importlib import import_module
from importlib.util import find_spec

from PIL import ImageFile, features

from convscope.errors import UnsupportedMediaError, UploadError

MODULES = {  # by kind: whose module, and the name of its reader
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "HEIC": ("pi_heif", "HeifImageFile"),
}
HEADER_MAY_LIE = frozenset({"AVIF", "HEIC"})  # what is decoded may be larger than it says
_ACCEPTED = "PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC"
_BRANDS = {  # ISO/IEC 23008-12 and the AVIF specification
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC"),
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


def kind_of(data: bytes) -> str:
    """A key of `MODULES`; UploadError for no bytes, UnsupportedMediaError for another kind, or one
    whose reader is not installed."""
    if not data:
        raise UploadError("Expected a picture, got an empty file.")
    if data[4:8] == b"ftyp" and (kind := _by_brand(data)):
        return _installed(kind)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    raise UnsupportedMediaError(f"Expected {_ACCEPTED}, got {_other_kind(data)}.")


def reader_of(kind: str) -> type[ImageFile.ImageFile]:
    """What opens a file of a kind that `kind_of` answered."""
    module, name = MODULES[kind]
    reader: type[ImageFile.ImageFile] = getattr(import_module(module), name)
    return reader


def _by_brand(data: bytes) -> str | None:
    """The kind by the first brand that tells it: its own, or one that it is compatible with."""
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[place : place + 4] for place in range(16, end, 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)


def _installed(kind: str) -> str:
    if kind == "HEIC" and find_spec("pi_heif") is None:
        raise UnsupportedMediaError(
            "HEIC pictures need pi-heif, which is not installed: pip install 'convscope[heic]'."
        )
    if kind == "AVIF" and not features.check("avif"):
        raise UnsupportedMediaError("AVIF pictures need a Pillow that was built with AVIF.")
    return kind


def _other_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "a video, or a kind of picture related to it"
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    known = (kind for begin, kind in _OTHER_STARTS.items() if start.startswith(begin))
    return next(known, f"a file that begins with the bytes {data[:8].hex(' ')}")

"""What a file is, told by its first bytes and never by its name or its declared type.

Pillow's own readers are called one by one: `Image.open` would warn of large pictures through
Python's process-wide warning filters, which threads can't change safely.  Each reader parses only
the header at first, so that size is checked before any pixel is decoded.
"""

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from convscope.errors import UnsupportedMediaError, UploadError

READERS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
_ACCEPTED = "PNG, JPEG, WebP, GIF or BMP"
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
    """A key of `READERS`; UploadError for no bytes, UnsupportedMediaError for another kind."""
    if not data:
        raise UploadError("Expected a picture, got an empty file.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    for start, kind in _STARTS.items():
        if data.startswith(start):
            return kind
    raise UnsupportedMediaError(f"Expected {_ACCEPTED}, got {_other_kind(data)}.")


def _other_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "HEIC, AVIF or a video"
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    known = (kind for begin, kind in _OTHER_STARTS.items() if start.startswith(begin))
    return next(known, f"a file that begins with the bytes {data[:8].hex(' ')}")

"""Which way is up: read from EXIF, or else from XMP, and named."""

import re

from PIL import Image

_ORIENTATION = 0x0112  # the EXIF tag
_XMP = re.compile(rb"""tiff:Orientation\s*(?:=\s*["']|>)\s*([1-8])""")
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")  # of Pillow's `info`
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn_of(image: Image.Image, kind: str) -> tuple[Image.Transpose | None, list[str]]:
    """How a loaded picture is made upright, and the sentence that says what told it."""
    if kind == "HEIC":  # its reader has turned it already
        return None, []
    xmp = [image.info.pop(key, None) for key in _XMP_KEYS]  # Pillow would mix it with EXIF
    number, source = _of_exif(image), "EXIF data"
    if kind == "AVIF":  # the only one that counts there, which Pillow tells as EXIF
        source = "AVIF header"
    elif number is None:
        number, source = _of_xmp(xmp), "XMP data"
    if number not in _TURNS:
        return None, []
    return _TURNS[number], [f"Turned upright, as its {source} says"]


def _of_exif(image: Image.Image) -> int | None:
    try:
        found = image.getexif().get(_ORIENTATION)
        return None if found is None else int(found)
    except Exception:  # broken EXIF in a sound picture: shown as it is stored
        return None


def _of_xmp(texts: list[str | bytes | None]) -> int | None:
    for text in texts:
        found = _XMP.search(text.encode() if isinstance(text, str) else text or b"")
        if found:
            return int(found[1])
    return None

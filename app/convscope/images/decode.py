"""From an upload's bytes to a plain upright picture, without trusting a single byte."""

from convscope.errors import TooLargeError
from convscope.images.confined import ConfinedReader, read_confined
from convscope.images.kinds import HEADER_MAY_LIE, kind_of
from convscope.images.reading import KEPT_SIDE, DecodedImage, read

_STORED_BYTES = 2**24  # of a PNG of that size


def decode_stored(data: bytes) -> DecodedImage:
    """One that was stored, so that it has at most `KEPT_SIDE` pixels a side; UploadError for any
    other."""
    return decode(data, max_bytes=_STORED_BYTES, max_pixels=KEPT_SIDE**2)


def decode(
    data: bytes, *, max_bytes: int, max_pixels: int, confined: ConfinedReader | None = None
) -> DecodedImage:
    """The picture in an uploaded file, its first frame if it is animated.

    `confined` is what reads an AVIF or HEIC, where there is one for many pictures.  A JPEG may have
    more pixels than these if it has no more at a reduced scale.  Raises TooLargeError for more
    bytes or pixels, UnsupportedMediaError for a kind of file that is not read here, UploadError for
    one that is broken or cut short.
    """
    if len(data) > max_bytes:
        raise TooLargeError(f"Expected at most {max_bytes:,} bytes, got {len(data):,}.")
    kind = kind_of(data)
    if kind not in HEADER_MAY_LIE:
        return read(data, kind, max_pixels)
    return (confined.read if confined else read_confined)(data, kind, max_pixels)

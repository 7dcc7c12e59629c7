"""A picture's file less what no reader needs of it, so that nothing in there can fail or swell.

What is kept: pixels, palette, transparency, colour profile, orientation, and whether it is
animated.  Text, thumbnails and whatever stands after a picture's end go.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from convscope.errors import UploadError

_PNG_START = 8  # bytes of its signature
_PNG_TEXT = {b"tEXt", b"zTXt", b"iTXt"}
_PNG_FRAMES = {b"acTL", b"fcTL"}
_PNG_KEPT = {  # with all that are critical; the texts tell the orientation
    *(b"tRNS", b"eXIf", b"iCCP", b"XML:com.adobe.xmp", b"Raw profile type exif"),
    *_PNG_FRAMES,
}
_INFLATED_BYTES = 2**20  # of one chunk: what Pillow takes, and more than any usual profile
_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)
_JPEG_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_JPEG_KEPT = {
    0xE0: (b"JFIF\0",),
    0xE1: (b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0"),
    0xE2: (b"ICC_PROFILE\0",),
    0xEE: (b"Adobe",),
}
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_SEQUENTIAL = {0xC0, 0xC1}
_EOI, _SOS = 0xD9, 0xDA
_MAX_JPEG_SEGMENTS = 10_000


class Trimmed(NamedTuple):
    """A file that shows the same picture; `scans` is how many passes a JPEG takes."""

    data: bytes
    scans: int = 1
    progressive: bool = False  # all of a JPEG's coefficients are in memory at once


def trim(data: bytes, kind: str) -> Trimmed:
    """The file with what its picture needs and no more; what can't be followed is left as it is,
    for the reader to refuse."""
    if kind == "PNG":
        return Trimmed(data[:_PNG_START] + b"".join(_png_chunks(data)))
    if kind == "JPEG":
        return _jpeg(data)
    if kind == "WebP" and data[12:16] == b"VP8X" and len(data) > 20 and data[20] & 0x02:
        # animated: its canvas is transparent where the first frame doesn't cover it
        return Trimmed(data[:20] + bytes([data[20] | 0x10]) + data[21:])
    return Trimmed(data)


# --- PNG: https://www.w3.org/TR/png-3/#5DataRep ---------------------------------------------------


def _png_chunks(data: bytes) -> Iterator[bytes]:
    place, seen = _PNG_START, set[bytes]()
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data) or not name.isalpha():
            break
        if _png_needs(name, data[place + 8 : end - 4], data[end - 4 : end], seen):
            yield data[place:end]
        if name == b"IEND":
            return
        place = end
    yield data[place:]


def _png_needs(name: bytes, content: bytes, crc: bytes, seen: set[bytes]) -> bool:
    """Of each kind the first counts, so that a thousand profiles can't be unpacked in turn."""
    if name[0] & 0x20 == 0:  # critical
        seen.add(name)
        return True
    kind = content.partition(b"\0")[0] if name in _PNG_TEXT else name
    if kind not in _PNG_KEPT or kind in seen:
        return False
    if kind in _PNG_FRAMES and b"IDAT" in seen:  # of a later frame
        return False
    seen.add(kind)
    whole = zlib.crc32(name + content).to_bytes(4, "big") == crc
    return whole and _inflates_little(name, content)


def _inflates_little(name: bytes, content: bytes) -> bool:
    """Whether what is packed in it can be unpacked within bounds."""
    if len(content) > _INFLATED_BYTES:
        return False
    _, _, rest = content.partition(b"\0")
    if name in (b"zTXt", b"iCCP"):
        return _is_small(rest[1:])
    if name == b"iTXt" and rest[:1] == b"\1":
        return _is_small(rest[2:].split(b"\0", 2)[-1])
    return True


def _is_small(packed: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed, _INFLATED_BYTES)
    except zlib.error:
        return False
    return unpacker.eof


# --- JPEG: ITU T.81, B.1 --------------------------------------------------------------------------


def _jpeg(data: bytes) -> Trimmed:
    """Its segments up to the end of its own picture, less those that no reader needs."""
    parts, scans, components, progressive = [data[:2]], 0, b"", False
    place = 2
    for marker, start, end in _jpeg_segments(data):
        content = data[start + 4 : end]
        if scans:  # else nothing but filling bytes, which Pillow reads one by one
            parts.append(data[place:start])
        if _jpeg_needs(marker, content):
            parts.append(data[start:end])
        place = end
        if marker in _JPEG_FRAMES:
            components, progressive = content[5:6], marker not in _JPEG_SEQUENTIAL
        elif marker == _SOS:
            scans += 1
            progressive |= content[:1] != components  # some components only
        elif marker == _EOI:
            return Trimmed(b"".join(parts), scans, progressive)
    return Trimmed(b"".join([*parts, data[place:]]), scans, progressive)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each; UploadError for far more than any picture has."""
    place, count = 2, 0
    while found := _JPEG_MARKER.search(data, place):
        marker, place, count = found[1][0], found.end(), count + 1
        if count > _MAX_JPEG_SEGMENTS:
            raise UploadError(f"Expected a JPEG of at most {_MAX_JPEG_SEGMENTS:,} segments.")
        if marker not in _JPEG_BARE:
            place += max(2, int.from_bytes(data[place : place + 2], "big"))
        yield marker, found.start(), place


def _jpeg_needs(marker: int, content: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _JPEG_KEPT and content.startswith(_JPEG_KEPT[marker])
    return marker != 0xFE  # a comment

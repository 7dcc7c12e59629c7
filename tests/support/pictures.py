"""Uploads made by hand for the tests, the hostile ones too."""

import io
import os
import struct
import zlib
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.images import DecodedImage, decode

KINDS = {"PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP", "GIF": "GIF", "BMP": "BMP"}
# where a machine is to run every test, a missing reader fails them instead of leaving them out
HEIC_IS_READ = bool(os.environ.get("CI") or find_spec("pi_heif"))
PILLOWS_NAMES = KINDS | {"AVIF": "AVIF"}


def read(data: bytes, *, max_bytes: int = 2**24, max_pixels: int = 16_000_000) -> DecodedImage:
    """As an upload is read, within the usual bounds."""
    return decode(data, max_bytes=max_bytes, max_pixels=max_pixels)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, PILLOWS_NAMES[kind], **options)
    return file.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(side: int, channels: int = 1) -> bytes:
    """A complete PNG of `side` × `side` equal pixels, in as few bytes as deflate allows.

    It is packed twice as deep as it looks: 8-bit RGBA where `channels` is 4, else 1-bit grey.
    """
    depth, colour = (8, 6) if channels == 4 else (1, 0)
    row = b"\0" + bytes(side * 4 if channels == 4 else (side + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", packed), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def rgb_with_16_bits(pixels: list[list[tuple[int, int, int]]]) -> bytes:
    """A PNG of 16 bits a channel, which Pillow can read and not write."""
    rows = b"".join(b"\0" + b"".join(struct.pack(">3H", *pixel) for pixel in row) for row in pixels)
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 16, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_of(
    samples: NDArray[np.integer[Any]], depth: int, colour: int, *extra: bytes, interlaced: bool
) -> bytes:
    """A PNG of samples (H, W, C), by the standard's words: any depth and colour type, also those
    that Pillow can read and not write; `extra` chunks come before its pixels."""
    height, width, _ = samples.shape
    adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    passes = [*adam7, (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    parts = [samples[top::down, left::across] for left, top, across, down in passes]
    rows = b"".join(b"\0" + _packed(row, depth) for part in parts if part.size for row in part)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*chunks, chunk(b"IEND", b"")])


def _packed(row: NDArray[np.integer[Any]], depth: int) -> bytes:
    if depth == 16:
        return row.astype(">u2").tobytes()
    bits = np.unpackbits(row.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - depth :]
    return np.packbits(bits).tobytes()


def gradient(width: int, height: int) -> Image.Image:
    """A colourful picture in which every place can be told."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").rotate(90).resize((width, height))
    return Image.merge("RGB", (red, green, Image.radial_gradient("L").resize((width, height))))


DISPLAY_P3 = (  # its red, green and blue in CIE XYZ, adapted to D50
    (0.51512, 0.2412, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.1571, 0.06657, 0.78407),
)


def display_p3() -> bytes:
    """An ICC profile of Display P3: its three colours, and the curve of sRGB."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    def xyz(colour: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(*colour)

    white = (0.9642, 1.0, 0.8249)
    curve = b"para\0\0\0\0\0\3\0\0" + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    name = b"Display P3\0"
    told = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    tags = {b"desc": told, b"wtpt": xyz(white)}
    tags |= dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, DISPLAY_P3), strict=True))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    place, table, content = 132 + 12 * len(tags), b"", b""
    for tag, value in tags.items():
        table += tag + struct.pack(">II", place + len(content), len(value))
        content += value + b"\0" * (-len(value) % 4)
    head = b"\0" * 4 + b"\2\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(*white)
    body = head + bytes(48) + struct.pack(">I", len(tags)) + table + content
    return struct.pack(">I", len(body) + 4) + body

"""Uploads made by hand for the tests, the hostile ones too."""

import io
import struct
import zlib

from PIL import Image

from convscope.images import DecodedImage, decode

KINDS = {"PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP", "GIF": "GIF", "BMP": "BMP"}


def read(data: bytes, *, max_bytes: int = 2**24, max_pixels: int = 16_000_000) -> DecodedImage:
    """As an upload is read, within the usual bounds."""
    return decode(data, max_bytes=max_bytes, max_pixels=max_pixels)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, KINDS[kind], **options)
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


def gradient(width: int, height: int) -> Image.Image:
    """A colourful picture in which every place can be told."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").rotate(90).resize((width, height))
    return Image.merge("RGB", (red, green, Image.radial_gradient("L").resize((width, height))))

"""Labelled pictures in the forms in which people bring them."""

import io
import zipfile
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]


def png_of(pixels: Bytes) -> bytes:
    """A PNG of (H, W) or (H, W, 3)."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def jpeg_of(pixels: Bytes, quality: int = 90) -> bytes:
    """A JPEG of (H, W, 3)."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def zip_of(files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files by their paths."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return whole.getvalue()


def stripes(count: int, size: int = 24, seed: int = 0) -> list[tuple[str, Bytes]]:
    """Grey pictures of two classes that a small network tells apart: lines lie, or stand."""
    draw = np.random.default_rng(seed)
    made = []
    for number in range(count):
        label = ("lying", "standing")[number % 2]
        wave = np.sin(np.arange(size) * draw.uniform(0.6, 1.4) + draw.uniform(0, 6))
        lines = np.tile(wave, (size, 1)) * draw.uniform(60, 120) + 128
        picture = lines.T if label == "lying" else lines
        noise = draw.normal(0, 6, (size, size))
        made.append((label, (picture + noise).clip(0, 255).astype(np.uint8)))
    return made


def stripes_zip(count: int, **more: int) -> bytes:
    """These as PNGs, a folder a class in one folder."""
    pictures = enumerate(stripes(count, **more))
    return zip_of((f"stripes/{label}/{n}.png", png_of(pixels)) for n, (label, pixels) in pictures)

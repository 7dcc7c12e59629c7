"""Labelled pictures in the forms in which people bring them."""

import io
import zipfile
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.data import idx

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


def _numbered(count: int, size: int) -> tuple[Bytes, Bytes]:
    """These as (N, H, W), and their classes as numbers."""
    pictures = np.stack([pixels for _, pixels in stripes(count, size)])
    return pictures, np.arange(count, dtype=np.uint8) % 2


def idx_files(count: int, held_out: int, size: int = 24) -> list[tuple[str, bytes]]:
    """These as MNIST's four files are."""
    images, labels = _numbered(count, size)
    halves = (("train", slice(held_out, None)), ("t10k", slice(held_out)))
    return [
        (f"{half}-{what}-idx{array.ndim}-ubyte.gz", idx.encode(array[part]))
        for half, part in halves
        for what, array in (("images", images), ("labels", labels))
    ]


def cifar_files(count: int, held_out: int) -> list[tuple[str, bytes]]:
    """These as CIFAR-10's binary version: airplanes lie and automobiles stand, both in blue."""
    images, labels = _numbered(count, 32)
    planes = np.stack([images // 2, images // 2, images], axis=1)  # (N, C, H, W)
    records = [bytes([n]) + pixels.tobytes() for pixels, n in zip(planes, labels, strict=True)]
    return [
        ("data_batch_1.bin", b"".join(records[held_out:])),
        ("test_batch.bin", b"".join(records[:held_out])),
    ]


def npz_file(count: int, held_out: int, size: int = 24) -> tuple[str, bytes]:
    """These as one archive of arrays, with the names of its classes."""
    images, labels = _numbered(count, size)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        x_train=images[held_out:],
        y_train=labels[held_out:],
        x_test=images[:held_out],
        y_test=labels[:held_out],
        class_names=np.array(["lying", "standing"]),
    )
    return "stripes.npz", file.getvalue()

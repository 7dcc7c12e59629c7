"""A data set's pictures at another input's size and channels, kept beside the unpacked ones."""

import os
from contextlib import suppress
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Final

import numpy as np

from convscope.data import cache
from convscope.data.catalog import Dataset
from convscope.data.fit import fitted
from convscope.data.idx import Bytes
from convscope.types import Fit, Shape

FITTABLE: Final = (1, 3)  # channels: grey or RGB
MOST_BYTES: Final = 2**30  # of one data set's fitted pictures
_KEPT_BYTES: Final = 4 * 2**30  # of all of them in a cache; the oldest go
_SUFFIX: Final = ".fitted.v1.raw"


def fitted_bytes(pictures: int, shape: Shape) -> int:
    """What that many pictures take at a network's input shape (C, H, W)."""
    return pictures * prod(shape)


def fit_dataset(data: Dataset, shape: Shape, how: Fit, cache_dir: Path) -> Dataset:
    """The same data set with its pictures at `shape` (C, H, W), C 1 or 3; the same where they fit.

    The first call on a machine fits them all (20 µs a picture) and keeps them; later ones map what
    is kept.  It goes on having the name, the labels and the SHA-256 of the pictures as they came.
    """
    if data.train_images.shape[1:] == shape:
        return data
    halves = (data.train_images, data.test_images)
    shapes = [(len(half), *shape) for half in halves]
    size = "x".join(map(str, shape))
    path = cache_dir / f"{data.id}-{data.sha256[:16]}-{size}-{how}{_SUFFIX}"
    (train, test), _ = cache.arrays(path, shapes, lambda: [_fit(h, shape, how) for h in halves])
    _forget_oldest(cache_dir, path)
    return replace(data, train_images=train, test_images=test)


def fit_picture(pixels: Bytes, shape: Shape, how: Fit) -> Bytes:
    """One picture (C, H, W), grey or RGB, at another input's shape."""
    if pixels.shape == shape:
        return pixels
    channels_last = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    return fitted(np.ascontiguousarray(channels_last), shape, how)


def _fit(images: Bytes, shape: Shape, how: Fit) -> Bytes:
    made = np.empty((len(images), *shape), dtype=np.uint8)
    for number, image in enumerate(images):
        made[number] = fit_picture(image, shape, how)
    return made


def _forget_oldest(cache_dir: Path, but: Path) -> None:
    """So that trying many sizes does not fill a disk; who has one mapped keeps what it mapped."""
    with suppress(OSError):
        os.utime(but)
        kept = sorted(cache_dir.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        left = sum(path.stat().st_size for path in kept)
        for path in kept:
            if left <= _KEPT_BYTES or path == but:
                continue
            left -= path.stat().st_size
            path.unlink()

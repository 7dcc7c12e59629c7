"""A drawn character where MNIST would have it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
_BOX, _FIELD = 20, 28  # px, of MNIST
_INK = 0.25  # of the way from the background to the brightest: what is above it is a stroke


def centred(pixels: Pixels, height: int, width: int) -> Pixels | None:
    """Light strokes on a dark ground (h, w, C) as (height, width, C); None where there are none.

    They are scaled, in proportion, to a box of 20/28 of the field, and moved by whole pixels so
    that their centre of mass is nearest to its middle, as far as nothing is cut: "size normalized
    to fit in a 20x20 pixel box while preserving their aspect ratio", "centered in a 28x28 image by
    computing the center of mass of the pixels" (LeCun, Cortes & Burges, The MNIST database).
    The field around them has the ground's brightness.
    """
    ground = _ground(pixels)
    light = pixels.max(axis=2).astype(np.float64) - ground.max()
    if light.max() <= 0:
        return None
    strokes = light > _INK * light.max()
    rows, columns = np.flatnonzero(strokes.any(axis=1)), np.flatnonzero(strokes.any(axis=0))
    part = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scaled = _scaled(part, max(1, round(min(height, width) * _BOX / _FIELD)))
    weight = (scaled.max(axis=2).astype(np.float64) - ground.max()).clip(0)
    field = np.empty((height, width, pixels.shape[2]), np.uint8)
    field[:] = ground
    top = _start(weight.sum(axis=1), height)
    left = _start(weight.sum(axis=0), width)
    field[top : top + len(scaled), left : left + scaled.shape[1]] = scaled
    return field


def _ground(pixels: Pixels) -> Pixels:
    """The median of the border, for each channel."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])
    ground: Pixels = np.median(border, axis=0).astype(np.uint8)
    return ground


def _scaled(part: Pixels, box: int) -> Pixels:
    height, width, channels = part.shape
    scale = box / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    image = Image.fromarray(part[..., 0] if channels == 1 else np.ascontiguousarray(part))
    resized = np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.uint8)
    return resized.reshape(size[1], size[0], channels)


def _start(weight: NDArray[np.float64], size: int) -> int:
    """Where along an axis something of these weights begins whose centre is to be the middle."""
    total = weight.sum()
    middle = (weight @ np.arange(len(weight))) / total if total else (len(weight) - 1) / 2
    return int(np.clip(round((size - 1) / 2 - middle), 0, size - len(weight)))

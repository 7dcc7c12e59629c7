"""A small picture of filters: their kernels on the diverging scale, without a word."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.heatmap.colour import limit_of, paint
from convscope.images import png

_WIDTH, _HEIGHT = 200, 100  # px at most, all tiles together
_MOST = 64  # kernels
_GAP = 3  # px between two kernels
_MAX_CELL = 12  # px
_FEW = 4  # channels whose kernels are kept together

Numbers = NDArray[np.float64]


def filters_png(weight: NDArray[np.floating]) -> bytes:
    """A PNG of a weight on one scale: (out, in, kh, kw) is a tile a kernel, (out, in) is one tile.

    At most 200 × 100 px; of many kernels the first 64 are shown, and what lies between tiles is
    clear. ValueError for another number of axes, or none of anything.
    """
    numbers = np.asarray(weight, dtype=np.float64)
    if numbers.ndim not in (2, 4) or numbers.size == 0:
        raise ValueError(f"expected the weight of a layer, got shape {numbers.shape}")
    kernels = numbers.reshape(-1, *numbers.shape[-2:]) if numbers.ndim == 4 else numbers[None]
    together = numbers.shape[1] if numbers.ndim == 4 else 1
    return png(_sheet(kernels[:_MOST], together if together <= _FEW else 1))


def _sheet(kernels: Numbers, together: int) -> Image.Image:
    """So many kernels make a filter, and stand side by side."""
    columns, share = _columns(kernels.shape, together)
    rows = math.ceil(len(kernels) / columns)
    every, cell = max(1, math.ceil(1 / share)), min(max(1, int(share)), _MAX_CELL)
    kernels = kernels[:, ::every, ::every]
    height, width = kernels.shape[1] * cell, kernels.shape[2] * cell
    sheet = Image.new("RGBA", (_span(columns, width), _span(rows, height)))
    limit = limit_of(kernels)
    for number, kernel in enumerate(kernels):
        place = (number % columns * (width + _GAP), number // columns * (height + _GAP))
        sheet.paste(Image.fromarray(paint(kernel, limit, (cell, cell))), place)
    return sheet


def _columns(shape: tuple[int, ...], together: int) -> tuple[int, float]:
    """How many tiles in a row show them largest, and how many px a number then has."""
    choices = range(together, shape[0] + 1, together)
    shares = {n: _share(shape, math.ceil(shape[0] / n), n) for n in choices}
    best = max(choices, key=lambda n: shares[n])
    return best, shares[best]


def _share(shape: tuple[int, ...], rows: int, columns: int) -> float:
    high = (_HEIGHT - _GAP * (rows - 1)) / (rows * shape[1])
    wide = (_WIDTH - _GAP * (columns - 1)) / (columns * shape[2])
    return min(high, wide)


def _span(tiles: int, size: int) -> int:
    return tiles * (size + _GAP) - _GAP

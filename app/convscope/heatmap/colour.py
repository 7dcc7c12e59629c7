"""The diverging scale of signed numbers, the same as the page's in its light theme.

`static/js/shared/heatmap/colour.js` has the same stops and rises as fast; a test holds one against
the other.
"""

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]
_T = TypeVar("_T", bound=np.generic)

PAPER: Rgb = (255, 255, 255)
POSITIVE: tuple[Rgb, ...] = ((0x9E, 0xC7, 0xF0), (0x2F, 0x7F, 0xD6), (0x0B, 0x3B, 0x82))
NEGATIVE: tuple[Rgb, ...] = ((0xF6, 0xC0, 0x8A), (0xDF, 0x74, 0x14), (0x8A, 0x3B, 0x00))
BROKEN: Rgb = (200, 40, 120)  # what is no finite number: neither sign, and hatched

_SIDE = 255  # colours on each side of zero
_GAMMA = 2.2
_FAINT = 0.7  # below 1: what is small beside the largest is still seen
_HATCH = 6  # px from one stripe to the next


def limit_of(values: NDArray[np.float64]) -> float:
    """Half the scale: the largest size among the finite values, 0 where there is none."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def paint(values: NDArray[np.float64], limit: float, cell: tuple[int, int]) -> NDArray[np.uint8]:
    """Numbers (h, w) as pixels (h · cell height, w · cell width, 3) on a scale −limit … +limit.

    Each number is one cell, without smoothing; a limit of 0 is all paper.
    """
    share = np.zeros(values.shape)
    finite = np.isfinite(values)
    if limit > 0:
        np.divide(values.clip(-limit, limit), limit, out=share, where=finite)
    places = np.rint(share * _SIDE).astype(np.intp) + _SIDE
    pixels: NDArray[np.uint8] = _table()[_enlarged(places, cell)]
    if not finite.all():
        _hatch(pixels, _enlarged(~finite, cell))
    return pixels


def _enlarged(cells: NDArray[_T], cell: tuple[int, int]) -> NDArray[_T]:
    return cells.repeat(cell[0], axis=0).repeat(cell[1], axis=1)


def _hatch(pixels: NDArray[np.uint8], broken: NDArray[np.bool_]) -> None:
    stripe = np.indices(broken.shape).sum(axis=0) % _HATCH < _HATCH // 2
    pixels[broken & stripe] = BROKEN
    pixels[broken & ~stripe] = PAPER


@cache
def _table() -> NDArray[np.uint8]:
    """511 colours (511, 3); the one in the middle is the paper."""
    sides = [_along((PAPER, *stops)) for stops in (NEGATIVE, POSITIVE)]
    return np.concatenate([sides[0][:0:-1], sides[1]])


def _along(stops: tuple[Rgb, ...]) -> NDArray[np.uint8]:
    """256 colours from the first stop to the last, faster at first, mixed as light."""
    light = (np.array(stops) / 255) ** _GAMMA
    at = (len(stops) - 1) * np.linspace(0, 1, _SIDE + 1) ** _FAINT
    mixed = [np.interp(at, np.arange(len(stops)), light[:, part]) for part in range(3)]
    return np.rint(255 * np.stack(mixed, axis=1) ** (1 / _GAMMA)).astype(np.uint8)

"""Feature maps as bytes, for colour: uint8 with the range of each channel."""

from math import isfinite

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Levels = npt.NDArray[np.uint8]


def quantize(maps: Floats) -> bytes:
    """(C, H, W) float32 -> C pairs (lowest, highest) as float32, then C·H·W bytes, row-major.

    A constant map has equal ends and bytes of 0; one with a NaN or an infinity has NaN for ends.
    """
    ranges, levels = quantize_rows(maps.reshape(maps.shape[0], -1))
    data: bytes = ranges.tobytes() + levels.tobytes()
    return data


def quantize_rows(rows: Floats) -> tuple[Floats, Levels]:
    """Maps of one size, (R, N) float32 -> their ends (R, 2) float32 and their levels (R, N).

    All maps of a size at once cost little more than one of them: every frame does it.
    """
    low = rows.min(axis=1, keepdims=True)
    high = rows.max(axis=1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        span = high - low
        broken = not isfinite(span.sum(dtype=np.float64))  # in which finite spans stay finite
    if broken:
        return _quantize_broken(rows)
    levels = rows - low  # in place from here on
    levels *= np.divide(np.float32(255), span, out=np.zeros_like(span), where=span > 0)
    levels += np.float32(0.5)
    return np.concatenate((low, high), axis=1), levels.astype(np.uint8)


def _quantize_broken(rows: Floats) -> tuple[Floats, Levels]:
    """Maps that are not finite become constant with NaN for ends; the others as ever."""
    fine = np.isfinite(rows).all(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        fine &= np.isfinite(rows.max(axis=1) - rows.min(axis=1))
    ranges, levels = quantize_rows(np.where(fine[:, None], rows, np.float32(0)))
    ranges[~fine] = np.nan
    return ranges, levels


def dequantize(data: bytes | memoryview, shape: tuple[int, ...]) -> Floats:
    """The maps (C, H, W) that `quantize` wrote, within half a level of each channel's range."""
    channels = shape[0]
    ranges = np.frombuffer(data, np.float32, count=2 * channels).reshape(channels, 2, 1)
    levels = np.frombuffer(data, np.uint8, offset=8 * channels).reshape(channels, -1)
    low, high = ranges[:, 0], ranges[:, 1]
    maps: Floats = low + levels.astype(np.float32) / np.float32(255) * (high - low)
    return maps.reshape(shape)

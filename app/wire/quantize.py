"""Feature maps as bytes, for colour: uint8 with the range of each channel."""

from math import isfinite

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def quantize(maps: Floats) -> bytes:
    """(C, H, W) float32 -> C pairs (lowest, highest) as float32, then C·H·W bytes, row-major.

    A constant map has equal ends and bytes of 0; one with a NaN or an infinity has NaN for ends.
    """
    flat = maps.reshape(maps.shape[0], -1)
    low = flat.min(axis=1, keepdims=True)
    high = flat.max(axis=1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        span = high - low
        broken = not isfinite(span.sum(dtype=np.float64))  # in which finite spans stay finite
    if broken:
        return _quantize_broken(maps)
    levels = flat - low  # in place from here on: this is done for every map of every frame
    levels *= np.divide(np.float32(255), span, out=np.zeros_like(span), where=span > 0)
    levels += np.float32(0.5)
    ranges: Floats = np.concatenate((low, high), axis=1)
    data: bytes = ranges.tobytes() + levels.astype(np.uint8).tobytes()
    return data


def _quantize_broken(maps: Floats) -> bytes:
    """Channels that are not finite become constant with NaN for ends; the others as ever."""
    fine = np.isfinite(maps).all(axis=(1, 2))
    with np.errstate(over="ignore"):
        fine &= np.isfinite(maps.max(axis=(1, 2)) - maps.min(axis=(1, 2)))
    clean = np.where(fine[:, None, None], maps, np.float32(0))
    data = bytearray(quantize(clean))
    ranges = np.frombuffer(data, np.float32, count=2 * len(maps)).reshape(-1, 2)
    ranges[~fine] = np.nan
    return bytes(data)


def dequantize(data: bytes | memoryview, shape: tuple[int, ...]) -> Floats:
    """The maps (C, H, W) that `quantize` wrote, within half a level of each channel's range."""
    channels = shape[0]
    ranges = np.frombuffer(data, np.float32, count=2 * channels).reshape(channels, 2, 1)
    levels = np.frombuffer(data, np.uint8, offset=8 * channels).reshape(channels, -1)
    low, high = ranges[:, 0], ranges[:, 1]
    maps: Floats = low + levels.astype(np.float32) / np.float32(255) * (high - low)
    return maps.reshape(shape)

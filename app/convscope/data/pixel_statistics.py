"""Mean and standard deviation of a data set's training pixels, to normalise what networks see."""

import json
import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from convscope.data.atomic_write import write_atomically
from convscope.data.catalog import DataFolders, Dataset
from convscope.data.idx import Bytes

PIECE_BYTES = 2**20  # of pixels that are counted at once
_LEVELS = np.arange(256)


@dataclass(frozen=True)
class PixelStatistics:
    """Of each channel, in units in which 0 is black and 1 is white; `std` is the population's."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def statistics_of(images: Bytes) -> PixelStatistics:
    """Of pictures (N, C, H, W), read piece by piece: sums are integers, so nothing is lost."""
    found = [_moments(counts) for counts in _histograms(images)]
    return PixelStatistics(tuple(mean for mean, _ in found), tuple(std for _, std in found))


def dataset_statistics(data: Dataset, folders: DataFolders) -> PixelStatistics:
    """Of its training half; counted once, and then kept in the cache. Slow the first time."""
    path = folders.cache_dir / f"pixels-{data.sha256[:16]}.json"
    try:
        known = json.loads(path.read_bytes())
        return PixelStatistics(tuple(known["mean"]), tuple(known["std"]))
    except (OSError, ValueError, KeyError, TypeError):
        found = statistics_of(data.train_images)
    try:
        write_atomically(path, [json.dumps(asdict(found)).encode()])
    except OSError:
        return found  # it is counted again next time
    return found


def _histograms(images: Bytes) -> NDArray[np.int64]:
    """How many pixels of each level a channel has: (C, 256)."""
    channels = images.shape[1]
    counts = np.zeros((channels, 256), np.int64)
    rows = max(1, PIECE_BYTES // max(1, images[0].size))
    for start in range(0, len(images), rows):
        for channel in range(channels):
            piece = images[start : start + rows, channel].reshape(-1)
            counts[channel] += np.bincount(piece, minlength=256)
    return counts


def _moments(counts: NDArray[np.int64]) -> tuple[float, float]:
    count, total, squares = (int((counts * _LEVELS**power).sum()) for power in range(3))
    return total / (255 * count), math.sqrt((count * squares - total**2) / count**2) / 255

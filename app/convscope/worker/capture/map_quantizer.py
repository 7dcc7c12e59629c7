"""Maps of many layers and pictures, quantised together, each into its place in a payload."""

from collections import defaultdict
from math import prod

import numpy as np

from convscope.frames.quantize import Floats, Levels, quantize_rows
from convscope.types import JsonObject


def map_quantizers(entries: list[JsonObject], payload: bytearray) -> list["MapQuantizer"]:
    """All maps of one size together."""
    by_size: dict[int, list[JsonObject]] = defaultdict(list)
    for entry in entries:
        by_size[prod(entry["shape"][1:])].append(entry)
    return [MapQuantizer(size, found, payload) for size, found in by_size.items()]


class MapQuantizer:
    """Maps of one size, of all layers and pictures: quantised together, each into its section."""

    def __init__(self, size: int, entries: list[JsonObject], payload: bytearray) -> None:
        ends = np.cumsum([entry["shape"][0] for entry in entries]).tolist()
        self._rows: Floats = np.zeros((ends[-1], size), np.float32)
        slices = [slice(*pair) for pair in zip([0, *ends], ends, strict=False)]
        self.taken = [
            (entry, self._rows[rows]) for entry, rows in zip(entries, slices, strict=True)
        ]
        whole = np.frombuffer(payload, np.uint8)
        self._sections = [
            (rows, *_halves(whole, entry)) for entry, rows in zip(entries, slices, strict=True)
        ]

    def write(self) -> None:
        """From the rows to the payload."""
        ranges, levels = quantize_rows(self._rows)
        for rows, own_ranges, own_levels in self._sections:
            own_ranges[:] = ranges[rows]
            own_levels[:] = levels[rows]


def _halves(payload: Levels, entry: JsonObject) -> tuple[Floats, Levels]:
    """Where a section's ranges (C, 2) and levels (C, H·W) lie."""
    channels, start = entry["shape"][0], entry["offset"]
    middle, end = start + 8 * channels, start + entry["length"]
    ranges: Floats = payload[start:middle].view(np.float32)
    return ranges.reshape(channels, 2), payload[middle:end].reshape(channels, -1)

"""Maps of many layers and pictures, quantised together, each into its place in a payload."""

from collections import defaultdict
from itertools import accumulate, pairwise
from math import isfinite, prod

import numpy as np
import torch

from convscope.frames.quantize import quantize_rows
from convscope.types import JsonObject

Section = tuple[JsonObject, torch.Tensor]  # its entry, and its maps as rows (C, H·W) float32


class MapQuantizer:
    """The maps of a payload: all of one size in one pass, each section into its place.

    The steps of `quantize_rows` and its bits, by torch: of the time that a frame takes, most goes
    into fetching code from memory, and torch's is at hand after a training step.
    """

    def __init__(self, entries: list[JsonObject], payload: bytearray) -> None:
        by_size: dict[int, list[JsonObject]] = defaultdict(list)
        for entry in entries:
            by_size[prod(entry["shape"][1:])].append(entry)
        self.taken: list[Section] = []
        self._rows = [self._take(size, found) for size, found in by_size.items()]
        count = sum(map(len, self._rows))
        self._ranges = torch.zeros(count, 2)
        self._scales = torch.zeros(count)
        ends = accumulate(map(len, self._rows), initial=0)
        self._slices = [slice(*pair) for pair in pairwise(ends)]  # of all maps: those of a size
        self._low, self._high = ([end[of] for of in self._slices] for end in self._ranges.unbind(1))
        self._low_columns = [low[:, None] for low in self._low]
        self._scale_columns = [self._scales[of][:, None] for of in self._slices]
        self._find_places(payload)

    def _take(self, size: int, entries: list[JsonObject]) -> torch.Tensor:
        """The rows of all maps of one size, (R, H·W), of which each section has its own."""
        counts = [entry["shape"][0] for entry in entries]
        rows = torch.zeros(sum(counts), size)
        self.taken += zip(entries, torch.split(rows, counts), strict=True)
        return rows

    def _find_places(self, payload: bytearray) -> None:
        """Where in the payload each section's ranges (C, 2) and levels (C, H·W) go."""
        whole = torch.from_numpy(np.frombuffer(payload, np.uint8))
        counts = [entry["shape"][0] for entry, _ in self.taken]
        halves = [_halves(whole, entry) for entry, _ in self.taken]
        self._places = [place for both in halves for place in both]
        levels = [rows for _, rows in self.taken]
        ranges = torch.split(self._ranges, counts)
        self._written = [part for both in zip(ranges, levels, strict=True) for part in both]

    def write(self) -> None:
        """From the rows, which are void afterwards, to the payload."""
        if not self._rows:
            return
        for rows, low, high in zip(self._rows, self._low, self._high, strict=True):
            torch.amin(rows, 1, out=low)
            torch.amax(rows, 1, out=high)
        span = self._ranges[:, 1] - self._ranges[:, 0]
        if isfinite(sum(span.tolist())):  # in float64, in which finite spans stay finite
            self._to_levels(span)
        else:
            self._to_levels_where_finite()
        torch._foreach_copy_(self._places, self._written)  # to uint8 as well

    def _to_levels(self, span: torch.Tensor) -> None:
        torch.div(255, span, out=self._scales)
        self._scales.masked_fill_(span <= 0, 0)
        torch._foreach_sub_(self._rows, self._low_columns)
        torch._foreach_mul_(self._rows, self._scale_columns)
        torch._foreach_add_(self._rows, 0.5)

    def _to_levels_where_finite(self) -> None:
        for rows, of in zip(self._rows, self._slices, strict=True):
            ranges, levels = quantize_rows(rows.numpy())
            self._ranges[of] = torch.from_numpy(ranges)
            rows.copy_(torch.from_numpy(levels))


def _halves(payload: torch.Tensor, entry: JsonObject) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a section's ranges (C, 2) and levels (C, H·W) lie."""
    channels, start = entry["shape"][0], entry["offset"]
    middle, end = start + 8 * channels, start + entry["length"]
    ranges = payload[start:middle].view(torch.float32)
    return ranges.view(channels, 2), payload[middle:end].view(channels, -1)

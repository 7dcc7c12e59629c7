"""Maps quantised together by torch have the bytes of each section quantised by itself by numpy."""

import numpy as np
import pytest
import torch

from convscope.frames.format import SectionSpec, lay_out
from convscope.frames.quantize import Floats, quantize
from convscope.worker.capture.map_quantizer import MapQuantizer

SHAPES = [(8, 28, 28), (3, 5, 5), (8, 28, 28), (1, 1, 10), (4, 1, 1), (16, 14, 14)]
LARGEST = np.finfo(np.float32).max


def quantised_together(maps: list[Floats]) -> list[bytes]:
    """The bytes of each section."""
    specs = [
        SectionSpec(f"layer{number}", "output", "value", one.shape, "u8", "test-0")
        for number, one in enumerate(maps)
    ]
    entries, length = lay_out(specs)
    payload = bytearray(length)
    quantizer = MapQuantizer(entries, payload)
    for _ in range(2):  # what was written before is written over
        for entry, rows in quantizer.taken:
            number = int(entry["layer"].removeprefix("layer"))
            rows.view(entry["shape"]).copy_(torch.from_numpy(maps[number]))
        quantizer.write()
    return [bytes(payload[e["offset"] : e["offset"] + e["length"]]) for e in entries]


@pytest.mark.parametrize("seed", range(20))
def test_random_maps_of_many_sizes_and_scales(seed: int) -> None:
    random = np.random.default_rng(seed)
    scales = 10.0 ** random.uniform(-30, 30, len(SHAPES))
    maps = [
        (random.normal(size=shape) * scale + random.normal() * scale).astype(np.float32)
        for shape, scale in zip(SHAPES, scales, strict=True)
    ]
    assert quantised_together(maps) == [quantize(one) for one in maps]


@pytest.mark.parametrize("spoiler", [np.nan, np.inf, -np.inf, LARGEST])
def test_a_constant_map_and_one_without_a_finite_range_among_others(spoiler: float) -> None:
    random = np.random.default_rng(0)
    maps = [random.normal(size=shape).astype(np.float32) for shape in SHAPES]
    maps[0][3] = 1.5
    maps[2][5, 0, :2] = spoiler, -LARGEST
    maps[3][0, 0, 4] = np.nan
    assert quantised_together(maps) == [quantize(one) for one in maps]


def test_no_maps_are_nothing_to_write() -> None:
    assert quantised_together([]) == []

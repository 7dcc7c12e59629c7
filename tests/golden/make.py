"""Writes `frame-v2.bin` and `frame-v2.json` by `struct` and FORMAT.md, without `convscope.frames`.

Run as `python tests/golden/make.py` when the format gets a new version, under a new name.
"""

import json
import struct
from pathlib import Path

HERE = Path(__file__).parent
WEIGHT = [0.5, -0.25, 1.0, 0.0, -1.5, 3.0e-5, 2.0, -0.125, 0.75]
RANGES = [(-1.0, 1.0), (0.5, 0.5)]  # the second map is constant
LEVELS = [[0, 51, 102, 255], [0, 0, 0, 0]]


def _sections() -> tuple[list[dict[str, object]], bytes]:
    weight = struct.pack("<9f", *WEIGHT)
    maps = b"".join(struct.pack("<2f", *ends) for ends in RANGES)
    maps += b"".join(bytes(levels) for levels in LEVELS)
    entries: list[dict[str, object]] = [
        _entry("weight", [1, 1, 3, 3], "f32", 0),
        _entry("output", [2, 2, 2], "u8", 40),
    ]
    entries[0]["length"], entries[1]["length"] = len(weight), len(maps)
    entries[1]["probe"] = "test-0"
    return entries, weight + bytes(4) + maps


def _entry(tensor: str, shape: list[int], dtype: str, offset: int) -> dict[str, object]:
    place = {"shape": shape, "dtype": dtype, "offset": offset}
    return {"layer": "conv1", "tensor": tensor, "of": "value", **place}


def _header(entries: list[dict[str, object]]) -> dict[str, object]:
    return {
        "run": "k3f9x0a1bc",
        "step": 120,
        "seq": 77,
        "reason": "train",
        "state": "playing",
        "loss": 0.8125,
        "accuracy": None,
        "sections": entries,
    }


def _values() -> list[list[float]]:
    weight = list(struct.unpack("<9f", struct.pack("<9f", *WEIGHT)))
    maps = [
        low + level / 255 * (high - low)
        for (low, high), levels in zip(RANGES, LEVELS, strict=True)
        for level in levels
    ]
    return [weight, maps]


def make() -> tuple[bytes, str]:
    """The bytes, and what a reader must find in them, as JSON."""
    entries, payload = _sections()
    header = _header(entries)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    frame = struct.pack("<4sHHII", b"CVSF", 2, 0, len(text), len(payload)) + text + payload
    found = [
        {name: entry[name] for name in ("layer", "tensor", "of")} | {"values": values}
        for entry, values in zip(entries, _values(), strict=True)
    ]
    return frame, json.dumps({"header": header, "sections": found}, indent=1) + "\n"


if __name__ == "__main__":
    frame, expected = make()
    (HERE / "frame-v2.bin").write_bytes(frame)
    (HERE / "frame-v2.json").write_text(expected, encoding="utf-8")

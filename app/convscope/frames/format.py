"""Frames: one observation of a run, as bytes. FORMAT.md beside this file is the contract."""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from convscope.frames.quantize import Floats, dequantize
from convscope.types import JsonObject, Shape

MAGIC = b"CVSF"
VERSION = 2
_PREFIX = struct.Struct("<4sHHII")
_ALIGN = 8


class FrameError(ValueError):
    """Bytes that are not a frame of this version."""


@dataclass(frozen=True)
class SectionSpec:
    """What one section of a frame holds: `f32` row-major, or `u8` as quantize.py writes it."""

    layer: str  # "" for the input
    tensor: str  # `weight`, `bias`, `output` or `input`
    of: str  # `value`, `gradient` or `update`
    shape: Shape
    dtype: str
    probe: str | None = None
    first: tuple[int, ...] | None = None  # where a window of a large tensor begins; None: whole

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        """What tells it from every other section of a frame."""
        return (self.layer, self.tensor, self.of, self.probe)

    @property
    def length(self) -> int:
        """Its bytes, without padding."""
        ranges = 8 * self.shape[0] if self.dtype == "u8" else 0
        return ranges + prod(self.shape) * (1 if self.dtype == "u8" else 4)

    def describe(self, offset: int) -> JsonObject:
        """Its entry in the header."""
        entry: JsonObject = {"layer": self.layer, "tensor": self.tensor, "of": self.of}
        place = {"dtype": self.dtype, "offset": offset, "length": self.length}
        probe = {} if self.probe is None else {"probe": self.probe}
        first = {} if self.first is None else {"first": list(self.first)}
        return entry | {"shape": list(self.shape)} | place | probe | first


@dataclass(frozen=True)
class Section:
    """One section with its numbers, still as bytes."""

    spec: SectionSpec
    data: bytes | memoryview

    @cached_property
    def values(self) -> Floats:
        """The numbers, (…shape) float32."""
        if self.spec.dtype == "u8":
            return dequantize(self.data, self.spec.shape)
        return np.frombuffer(self.data, np.float32).reshape(self.spec.shape)


def lay_out(specs: Iterable[SectionSpec]) -> tuple[list[JsonObject], int]:
    """The entries of sections that lie one after the other, each at a multiple of 8, and how many
    bytes the payload has."""
    entries: list[JsonObject] = []
    offset = 0
    for spec in specs:
        entries.append(spec.describe(offset))
        offset += padded(spec.length)
    return entries, offset


def encode_payload(sections: Sequence[Section]) -> tuple[list[JsonObject], bytes]:
    """The entries of some sections, and their payload."""
    entries, _ = lay_out(section.spec for section in sections)
    parts = [bytes(section.data).ljust(padded(section.spec.length), b"\0") for section in sections]
    return entries, b"".join(parts)


def padded(length: int) -> int:
    """The place in bytes that a section takes of a payload."""
    return length + -length % _ALIGN


def encode_frame(header: JsonObject, payload: bytes, sections: bytes | None = None) -> bytes:
    """A frame; the header's `sections` are those that `encode_payload` gave with the payload.

    `sections` is their JSON text where that is known already; the header then has none.
    """
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    if sections is not None:
        text = b'%b,"sections":%b}' % (text[:-1], sections)
    text += b" " * (-len(text) % _ALIGN)
    return _PREFIX.pack(MAGIC, VERSION, 0, len(text), len(payload)) + text + payload


def decode_frame(frame: bytes) -> tuple[JsonObject, list[Section]]:
    """The header and the sections, which look into `frame`; FrameError for anything else."""
    if len(frame) < _PREFIX.size:
        raise FrameError(f"expected at least {_PREFIX.size} bytes, got {len(frame)}")
    magic, version, _, header_length, payload_length = _PREFIX.unpack_from(frame)
    if (magic, version) != (MAGIC, VERSION):
        raise FrameError(f"expected {MAGIC!r} version {VERSION}, got {magic!r} version {version}")
    start = _PREFIX.size + header_length
    if len(frame) != start + payload_length:
        raise FrameError(f"expected {start + payload_length} bytes, got {len(frame)}")
    header: JsonObject = json.loads(frame[_PREFIX.size : start])
    return header, decode_sections(header["sections"], memoryview(frame)[start:])


def decode_sections(entries: list[JsonObject], payload: memoryview) -> list[Section]:
    """The sections that a header's entries name; FrameError for one that leaves the payload."""
    return [_decode_section(entry, payload) for entry in entries]


def _decode_section(entry: JsonObject, payload: memoryview) -> Section:
    start, end = entry["offset"], entry["offset"] + entry["length"]
    if start < 0 or start % _ALIGN or end > len(payload):
        raise FrameError(f"section {entry['layer']}.{entry['tensor']} extends beyond the payload")
    spec = SectionSpec(
        entry["layer"],
        entry["tensor"],
        entry["of"],
        tuple(entry["shape"]),
        entry["dtype"],
        entry.get("probe"),
        tuple(entry["first"]) if entry.get("first") else None,
    )
    return Section(spec, payload[start:end])

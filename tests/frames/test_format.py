"""The frame format, against bytes that were written without it."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from convscope.frames.format import (
    FrameError,
    Section,
    SectionSpec,
    decode_frame,
    decode_sections,
    encode_frame,
    encode_payload,
)

GOLDEN = Path(__file__).parent.parent / "golden"
BYTES = (GOLDEN / "frame-v2.bin").read_bytes()
EXPECTED = json.loads((GOLDEN / "frame-v2.json").read_text(encoding="utf-8"))


def test_the_golden_bytes_decode_to_what_is_written_beside_them() -> None:
    header, sections = decode_frame(BYTES)
    assert header == EXPECTED["header"]
    for section, expected in zip(sections, EXPECTED["sections"], strict=True):
        assert section.spec.key[:3] == (expected["layer"], expected["tensor"], expected["of"])
        np.testing.assert_allclose(section.values.ravel(), expected["values"], rtol=1e-6)


def test_encoding_what_was_decoded_gives_the_golden_bytes_again() -> None:
    header, sections = decode_frame(BYTES)
    entries, payload = encode_payload(sections)
    assert entries == header["sections"]
    assert encode_frame(header, payload) == BYTES


def test_every_section_begins_at_a_multiple_of_eight() -> None:
    odd = [
        Section(SectionSpec("a", "weight", "value", (3,), "f32"), bytes(12)),
        Section(SectionSpec("b", "bias", "value", (1,), "f32"), bytes(4)),
    ]
    entries, payload = encode_payload(odd)
    assert [entry["offset"] for entry in entries] == [0, 16]
    assert len(payload) % 8 == 0


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        BYTES[:15],
        BYTES[:-1],
        BYTES + b"\0",
        b"CVSX" + BYTES[4:],
        BYTES[:4] + struct.pack("<H", 1) + BYTES[6:],
    ],
)
def test_bytes_that_are_no_frame_of_this_version_are_refused(broken: bytes) -> None:
    with pytest.raises(FrameError):
        decode_frame(broken)


def test_a_frame_that_is_cut_is_refused_with_both_lengths() -> None:
    whole = len(BYTES)
    with pytest.raises(FrameError, match=f"expected {whole} bytes, got {whole - 1}"):
        decode_frame(BYTES[:-1])
    with pytest.raises(FrameError, match="expected at least 16 bytes, got 15"):
        decode_frame(BYTES[:15])


@pytest.mark.parametrize(("offset", "length"), [(0, 100), (72, 16), (-8, 8), (4, 8)])
def test_a_section_that_leaves_the_payload_is_refused(offset: int, length: int) -> None:
    entry = EXPECTED["header"]["sections"][0] | {"offset": offset, "length": length}
    with pytest.raises(FrameError, match="extends beyond the payload"):
        decode_sections([entry], memoryview(bytes(64)))


def test_a_header_never_holds_what_json_cannot() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_frame({"loss": float("nan"), "sections": []}, b"")

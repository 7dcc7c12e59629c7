"""Parts of a payload: the sections that somebody takes, moved together."""

import json

import numpy as np
import pytest

from convscope.frames.format import (
    Section,
    SectionSpec,
    decode_frame,
    decode_sections,
    encode_frame,
    encode_payload,
)
from convscope.frames.layout import Layout
from convscope.types import JsonObject

SECTIONS = [
    Section(
        SectionSpec("a", "weight", "value", (3,), "f32"), np.arange(3, dtype=np.float32).tobytes()
    ),
    Section(SectionSpec("b", "bias", "value", (1,), "f32"), np.float32(7).tobytes()),
    Section(
        SectionSpec("c", "weight", "value", (5,), "f32"), np.arange(5, dtype=np.float32).tobytes()
    ),
]


@pytest.mark.parametrize("taken", ["", "a", "b", "c", "ab", "ac", "bc"])
def test_a_part_is_what_encoding_its_sections_alone_gives(taken: str) -> None:
    entries, payload = encode_payload(SECTIONS)
    part = Layout(entries).part(lambda entry: entry["layer"] in taken)
    expected, bytes_alone = encode_payload([s for s in SECTIONS if s.spec.layer in taken])
    assert json.loads(part.text) == expected
    assert part.of(payload) == bytes_alone


def test_a_part_that_is_all_of_it_copies_nothing() -> None:
    entries, payload = encode_payload(SECTIONS)
    part = Layout(entries).part(lambda _: True)
    assert part.of(payload) is payload
    found = decode_sections(json.loads(part.text), memoryview(payload))
    assert [section.spec.layer for section in found] == ["a", "b", "c"]


def test_a_frame_is_the_same_bytes_whether_its_sections_are_text_already_or_not() -> None:
    entries, payload = encode_payload(SECTIONS)
    header: JsonObject = {"step": 3, "loss": 0.5}
    frame = encode_frame(header, payload, Layout(entries).part(lambda _: True).text)
    assert frame == encode_frame(header | {"sections": entries}, payload)
    assert decode_frame(frame)[0]["sections"] == entries

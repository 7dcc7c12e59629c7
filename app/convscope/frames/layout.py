"""Payload layouts: which section lies where, decided once while the same is watched."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convscope.frames.format import padded
from convscope.types import JsonObject


@dataclass(frozen=True, eq=False)
class Part:
    """What one viewer gets of a payload."""

    text: bytes  # the header's `sections`, as JSON
    pieces: tuple[slice, ...] | None  # of the payload, one after the other; None: all of it

    def of(self, payload: bytes) -> bytes:
        """Its bytes."""
        if self.pieces is None:
            return payload
        view = memoryview(payload)
        return b"".join([view[piece] for piece in self.pieces])


class Layout:
    """The entries of a payload's sections, as a header has them."""

    def __init__(self, entries: Sequence[JsonObject]) -> None:
        self.entries = entries

    def part(self, takes: Callable[[JsonObject], bool]) -> Part:
        """The sections whose entries somebody takes, moved together."""
        mine = [entry for entry in self.entries if takes(entry)]
        if len(mine) == len(self.entries):
            return Part(_text(mine), None)
        moved, pieces, offset = [], [], 0
        for entry in mine:
            length = padded(entry["length"])
            moved.append(entry | {"offset": offset})
            pieces.append(slice(entry["offset"], entry["offset"] + length))
            offset += length
        return Part(_text(moved), tuple(pieces))


def _text(entries: Sequence[JsonObject]) -> bytes:
    return json.dumps(entries, separators=(",", ":"), allow_nan=False).encode()

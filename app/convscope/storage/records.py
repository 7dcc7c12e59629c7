"""Frames of an observed run that its file keeps, since its steps cannot be made again."""

import json
from dataclasses import dataclass
from pathlib import Path

from convscope.frames.format import Section, decode_sections
from convscope.storage.reader import reading
from convscope.types import JsonObject

COLUMNS = "SELECT step, about, tensors FROM checkpoint"


@dataclass(frozen=True)
class Record:
    """One frame as it was at a step."""

    step: int
    status: JsonObject
    sections: list[JsonObject]
    predictions: dict[str, JsonObject]  # by probe
    payload: bytes

    def section(self, layer: str, tensor: str, of: str) -> Section | None:
        """What it holds of a layer's tensor, if it does."""
        for entry in self.sections:
            if (entry["layer"], entry["tensor"], entry["of"]) == (layer, tensor, of):
                return decode_sections([entry], memoryview(self.payload))[0]
        return None


def nearest_record(path: Path, step: int) -> Record | None:
    """The one whose step is nearest, of two as near the earlier; None where none is kept."""
    with reading(path) as connection:
        row = connection.execute(
            f"{COLUMNS} ORDER BY abs(step - ?), step LIMIT 1", (step,)
        ).fetchone()
    return _record(row) if row else None


def recorded_steps(path: Path) -> list[int]:
    """Those that are kept, in order."""
    with reading(path) as connection:
        return [step for (step,) in connection.execute("SELECT step FROM checkpoint ORDER BY step")]


def _record(row: tuple[int, str, bytes]) -> Record:
    step, about, payload = row
    fields = json.loads(about)
    return Record(step, fields["status"], fields["sections"], fields["predictions"], payload)

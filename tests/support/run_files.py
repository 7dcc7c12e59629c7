"""A run's file for a test, without a server."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convscope.storage.run_writer import RunWriter, Segment

FIRST = Segment(0, 0, {"seed": 0})


def no_quota() -> None:
    """There is always room."""


def writer(path: Path, on_disk_error: Callable[[str | None], None] = lambda why: None) -> RunWriter:
    """A new run's file, begun; needs a running event loop."""
    made = RunWriter(path, on_disk_error, no_quota)
    made.begin({"network": None, "created_at": "2026-01-01T00:00:00Z"}, FIRST, b"")
    return made


def news(first: int, *losses: float) -> dict[str, Any]:
    """What a worker's message brings of some steps in a row."""
    steps = list(range(first, first + len(losses)))
    return {"step": steps, "loss": list(losses), "accuracy": list(losses), "held_out": []}


def rows(path: Path, query: str) -> list[Any]:
    """What a file holds."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()

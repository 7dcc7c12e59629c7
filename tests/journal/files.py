"""A run's file for a test, without a server."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convscope.journal.journal import Journal, Segment

FIRST = Segment(0, 0, {"seed": 0})


def no_quota() -> None:
    """There is always room."""


def journal(path: Path, on_trouble: Callable[[str | None], None] = lambda why: None) -> Journal:
    """A new run's file, begun; needs a running event loop."""
    made = Journal(path, on_trouble, no_quota)
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

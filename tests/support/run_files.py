"""A run's file for a test, without a server."""

import sqlite3
from pathlib import Path
from typing import Any

from convscope.storage.group_commit import OnDiskError
from convscope.storage.run_writer import RunWriter, Segment

FIRST = Segment(0, 0, {"seed": 0})


def no_quota() -> None:
    """There is always room."""


def writer(path: Path, on_disk_error: OnDiskError = lambda why: None) -> RunWriter:
    """A new run's file, begun; needs a running event loop."""
    made = RunWriter(path, on_disk_error, no_quota)
    made.begin({"network": None, "created_at": "2026-01-01T00:00:00Z"}, FIRST, b"")
    return made


def rows(path: Path, query: str) -> list[Any]:
    """What a file holds."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()

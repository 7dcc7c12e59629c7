"""Taking in a file from elsewhere, as tests do it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import ConvscopeError, TooLargeError, UnreadableRunError
from convscope.storage.importing.importer import import_to
from convscope.storage.importing.untrusted import Bounds

BOUNDS = Bounds(most_bytes=10**7, most_batch=64, most_uploads=4)
NOTED = {"imported_from": {"at": "2026-02-01T00:00:00Z"}}


def take(given: Path, bounds: Bounds = BOUNDS) -> Path:
    """Import it; nothing stays where that is refused."""
    target = given.with_name("made.convscope")
    target.unlink(missing_ok=True)
    try:
        import_to(given, target, bounds, NOTED)
    except ConvscopeError:
        assert not list(given.parent.glob("made*"))
        raise
    return target


def refused(given: Path, bounds: Bounds = BOUNDS) -> str:
    """The sentence with which it is refused."""
    with pytest.raises((UnreadableRunError, TooLargeError)) as caught:
        take(given, bounds)
    assert caught.value.detail.endswith(".")
    assert len(caught.value.detail) < 1000
    return caught.value.detail


def change(path: Path, statement: str, *values: Any) -> None:
    """Do something to a file that its owner may do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(statement, values)

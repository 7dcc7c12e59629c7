"""A run's file once more, under another id, whole and consistent whatever is written meanwhile."""

import json
import sqlite3
from contextlib import closing
from typing import Any

from app.journal.library import Library
from app.journal.schema import create, open_to_read


def copy_of(library: Library, run_id: str, new_id: str, about: dict[str, Any]) -> None:
    """Copy a run's file to a new run's, with these things said of it; blocks while it copies."""
    part = library.part(new_id)
    with closing(open_to_read(library.path(run_id))) as source, closing(create(part)) as target:
        source.backup(target)
        note(target, about)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    library.finish(new_id)


def note(connection: sqlite3.Connection, about: dict[str, Any]) -> None:
    """Say these things of the run."""
    rows = [(key, json.dumps(value)) for key, value in about.items()]
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

"""A run's file once more, under another id, whole and consistent whatever is written meanwhile."""

import json
import sqlite3
from contextlib import closing
from typing import Any

from app.journal.journal import cut_after
from app.journal.library import Library
from app.journal.schema import check_version, create

WITH_STEPS = {"held_out": "step", "event": "step", "checkpoint": "step", "history": "first"}
WHOLE = ("about", "weights", "upload")


def begin_copy(library: Library, run_id: str, new_id: str, step: int | None) -> sqlite3.Connection:
    """A file for a new run with all of a run's up to a step, or all; `finish_copy` ends it.

    Only rows are copied, so that what was deleted takes no room. Blocks while it copies.
    """
    path = library.path(run_id)
    check_version(path)
    target = create(library.part(new_id))
    try:
        target.execute("ATTACH ? AS source", (f"{path.as_uri()}?mode=ro",))
        target.execute("BEGIN")
        for table in WHOLE:
            target.execute(f"INSERT INTO {table} SELECT * FROM source.{table}")
        limit = 2**62 if step is None else step
        for table, column in (*WITH_STEPS.items(), ("segment", "step")):
            target.execute(
                f"INSERT INTO {table} SELECT * FROM source.{table} WHERE {column} <= ?",
                (limit,),
            )
        if step is not None:
            cut_after(target, step)
        target.execute("COMMIT")
        target.execute("DETACH source")
    except BaseException:
        target.close()
        library.part(new_id).unlink()
        raise
    return target


def finish_copy(library: Library, new_id: str, copy: sqlite3.Connection, **about: Any) -> None:
    """Say these things of the new run, and give its file its name."""
    with closing(copy):
        rows = [(key, json.dumps(value)) for key, value in about.items()]
        copy.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    library.finish(new_id)

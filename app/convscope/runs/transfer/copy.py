"""A run's file once more, under another id, whole and consistent whatever is written meanwhile."""

import sqlite3
from contextlib import closing
from typing import Any

from convscope.errors import UnavailableError
from convscope.runs.transfer.fork import Branch
from convscope.storage.directory import RunDirectory
from convscope.storage.run_writer import cut_after, insert_about
from convscope.storage.schema import check_version, create
from convscope.system_errors import system_sentence

WITH_STEPS = {
    "held_out": "step",
    "event": "step",
    "checkpoint": "step",
    "finding": "step",
    "history": "first",
}
WHOLE = ("about", "weights", "upload")


def copy_run(
    directory: RunDirectory, run_id: str, new_id: str, branch: Branch | None, **about: Any
) -> None:
    """A file for a new run with all of a run's up to where it is left, or all; with `about` said
    of it.

    Only rows are copied, so that what was deleted takes no room. Blocks while it copies.
    UnavailableError where the disk fails, and then nothing is left.
    """
    parent = {"run": run_id, "step": branch.step if branch else None}
    try:
        with closing(create(directory.part(new_id))) as copy:
            _copy_rows(directory, run_id, copy, branch)
            if branch:
                branch.write(copy)
            _finish(copy, about | {"parent": parent})
        directory.finish(new_id)
    except (sqlite3.Error, OSError) as error:
        directory.forget(new_id)
        raise UnavailableError(
            system_sentence(error, ", so this run cannot be copied: try again later")
        ) from error
    except BaseException:
        directory.forget(new_id)
        raise


def _copy_rows(
    directory: RunDirectory, run_id: str, copy: sqlite3.Connection, branch: Branch | None
) -> None:
    path = directory.path(run_id)
    check_version(path)
    copy.execute("ATTACH ? AS source", (f"{path.as_uri()}?mode=ro",))
    copy.execute("BEGIN")
    for table in WHOLE:
        copy.execute(f"INSERT INTO {table} SELECT * FROM source.{table}")
    limit = branch.step if branch else 2**62
    for table, column in (*WITH_STEPS.items(), ("segment", "step")):
        copy.execute(
            f"INSERT INTO {table} SELECT * FROM source.{table} WHERE {column} <= ?", (limit,)
        )
    if branch:
        cut_after(copy, branch.step)
    copy.execute("COMMIT")
    copy.execute("DETACH source")


def _finish(copy: sqlite3.Connection, about: dict[str, Any]) -> None:
    copy.execute("DELETE FROM about WHERE key = 'number'")  # it is another's place in the list
    insert_about(copy, about)
    copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")

"""A run's file as one file that can be sent: whole, closed, nothing beside it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from convscope.storage.run_writer import insert_about
from convscope.storage.schema import open_to_read, remove
from convscope.types import JsonObject


def export_to(source: Path, target: Path, exported: JsonObject, *, uploads: bool) -> None:
    """Write the file at `source`, whatever is written to it meanwhile, to a new one at `target`.

    `exported` is noted in it; people's pictures are left out unless `uploads`. Blocks while it
    copies. sqlite3.Error or OSError where that fails, and then nothing is left at `target`.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            with closing(open_to_read(source)) as original:
                original.backup(copy)
            _make_one_file(copy, exported, uploads)
    except BaseException:
        remove(target)
        raise


def _make_one_file(copy: sqlite3.Connection, exported: JsonObject, uploads: bool) -> None:
    copy.execute("PRAGMA trusted_schema = OFF")
    copy.execute("PRAGMA journal_mode = DELETE")  # the bytes of a WAL would lie beside it
    if not uploads:
        copy.execute("DELETE FROM upload")
    insert_about(copy, {"exported": exported})
    copy.execute("VACUUM")  # what was deleted is not in it, either

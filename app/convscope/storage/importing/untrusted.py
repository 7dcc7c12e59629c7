"""An untrusted file, opened so that nothing in it can do more than be read."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from convscope.errors import ConvscopeError, TooLargeError, UnavailableError, UnreadableRunError
from convscope.storage.schema import MOST_EVENTS, MOST_FINDINGS, check_identity
from convscope.storage.upgrade import FINDINGS_SINCE, tables_of
from convscope.system_errors import is_of_the_system, system_sentence

MAGIC = b"SQLite format 3\0"
ONE_FILE = b"\x01\x01"  # where a file in WAL mode says 2: bytes 18 and 19
HEADER_BYTES = 100
PATIENCE_S = 60.0  # for all that is asked of one file
LOOK_EVERY = 10_000  # instructions of SQLite's machine
ROWS = {
    "about": 64,
    "segment": 1000,
    "weights": 1,
    "history": 10_000_000,
    "held_out": 1_000_000,
    "event": MOST_EVENTS,
    "checkpoint": 100_000,
    "finding": MOST_FINDINGS,
}
ALL_TEXT_BYTES = 2**25  # of a column: the changes are sent to a worker that looks at a step
TEXT_BYTES = 2**22  # of one JSON text; an intervention holds the numbers that it replaced


@dataclass(frozen=True)
class Bounds:
    """What one file may cost."""

    most_bytes: int
    most_batch: int  # pictures in one batch
    most_uploads: int
    patience_s: float = PATIENCE_S


@contextmanager
def opened(path: Path, bounds: Bounds) -> Iterator[sqlite3.Connection]:
    """An untrusted file, whose tables are exactly ours and whose counts are within bounds.

    TooLargeError or UnreadableRunError, with a sentence, for any other; what SQLite finds wrong
    while the file is read becomes an UnreadableRunError, too.
    """
    _check_first_bytes(path, bounds.most_bytes)
    address = f"{path.as_uri()}?mode=ro&immutable=1"  # no lock, no WAL, nothing is written
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            _restrict(connection, bounds)
            version = check_identity(connection, "This file")
            _check_schema(connection, version)
            _check_counts(connection, _rows_of(version) | {"upload": bounds.most_uploads})
            _check_integrity(connection)
            yield connection
    except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
        raise _why_not(error, bounds) from error


def _why_not(error: Exception, bounds: Bounds) -> ConvscopeError:
    """What SQLite has against it as ours; it knows no code for a text that is not UTF-8."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        said = f"Reading this file takes longer than {bounds.patience_s:g} s: it was not imported."
        return UnreadableRunError(said)
    if isinstance(error, sqlite3.Error) and is_of_the_system(error):
        return UnavailableError(system_sentence(error, ", so this file cannot be saved"))
    return UnreadableRunError(f"This file is damaged: {str(error)[:200]}.")


def _check_first_bytes(path: Path, most_bytes: int) -> None:
    size = path.stat().st_size
    if size > most_bytes:
        raise TooLargeError(f"Expected a run's file of at most {most_bytes:,} bytes, got {size:,}.")
    with path.open("rb") as file:
        start = file.read(HEADER_BYTES)
    if not start.startswith(MAGIC) or len(start) < HEADER_BYTES:
        first = start[:8].hex(" ")
        got = f"a file that begins with the bytes {first}" if first else "an empty file"
        raise UnreadableRunError(f"Expected a run's file (an SQLite database), got {got}.")
    if start[18:20] != ONE_FILE:
        raise UnreadableRunError(
            "This file was copied while it was in use, and its latest changes were in a second "
            "file beside it: export the run instead of copying its file."
        )
    page_bytes = int.from_bytes(start[16:18], "big")
    expected = int.from_bytes(start[28:32], "big") * (2**16 if page_bytes == 1 else page_bytes)
    if size != expected:
        raise UnreadableRunError(
            f"This file has {size:,} bytes and its header says {expected:,}: it is damaged or was "
            "cut short."
        )


def _restrict(connection: sqlite3.Connection, bounds: Bounds) -> None:
    """SQLite's own advice for untrusted files (sqlite.org/security.html)."""
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, bounds.most_bytes),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 4096),
        (sqlite3.SQLITE_LIMIT_COLUMN, 16),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 10),
        (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 3),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 25_000),
        (sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 8),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
        (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(limit, most)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)
    for switch in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {switch}")
    end = monotonic() + bounds.patience_s
    connection.set_progress_handler(lambda: monotonic() > end, LOOK_EVERY)


def _rows_of(version: int) -> dict[str, int]:
    """How many of each table; before version 3 there were no findings."""
    findings = version >= FINDINGS_SINCE
    return {table: most for table, most in ROWS.items() if findings or table != "finding"}


def _check_schema(connection: sqlite3.Connection, version: int) -> None:
    """Nothing but our tables, made by the very same statements: no view, trigger or index."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(tables_of(version))
        expected = _schema(fresh)
    if _schema(connection) != expected:
        raise UnreadableRunError("This file has other tables than a run's: it was not imported.")


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str, str, str | None]]:
    names = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name LIMIT 100"
    return connection.execute(names).fetchall()


def _check_counts(connection: sqlite3.Connection, rows: dict[str, int]) -> None:
    """Before a row is read into memory: how many there are, and how long their texts are."""
    for table, most in rows.items():
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if count > most:
            raise UnreadableRunError(
                f"This file has {count:,} rows of {table}: expected at most {most:,}."
            )
        for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "TEXT":
                _check_texts(connection, table, name)


def _check_texts(connection: sqlite3.Connection, table: str, column: str) -> None:
    lengths = f"SELECT max(length(CAST({column} AS BLOB))), total(length({column})) FROM {table}"
    length, together = connection.execute(lengths).fetchone()
    if together > ALL_TEXT_BYTES:
        raise UnreadableRunError(
            f"This file has texts of {together:,.0f} characters in {table}.{column}: expected at "
            f"most {ALL_TEXT_BYTES:,} together."
        )
    if (length or 0) > TEXT_BYTES:
        raise UnreadableRunError(
            f"This file has a text of {length:,} bytes in {table}.{column}: expected at most "
            f"{TEXT_BYTES:,}."
        )


def _check_integrity(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != ("ok",):
        raise UnreadableRunError(f"This file is damaged: {str(found[0])[:200]}.")

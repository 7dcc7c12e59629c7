"""The file of a run, as FORMAT.md tells it: SQLite with a fixed set of tables."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from convscope.errors import UnavailableError, UnreadableRunError
from convscope.system_errors import is_of_the_system, system_sentence

APPLICATION_ID = 0x43565343  # "CVSC"
VERSION = 4
READABLE = (1, 2, 3, VERSION)  # what is read; `upgrade_file` brings an older one to the present
SUFFIX = ".convscope"
WAL, SHM = "-wal", "-shm"
BESIDE = (WAL, SHM, "-journal")  # what SQLite keeps beside a database

TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment (
    number INTEGER PRIMARY KEY, step INTEGER NOT NULL, recipe TEXT NOT NULL,
    settings TEXT NOT NULL, optimizer INTEGER NOT NULL, environment TEXT NOT NULL) STRICT;
CREATE TABLE weights (id INTEGER PRIMARY KEY CHECK (id = 0), tensors BLOB NOT NULL) STRICT;
CREATE TABLE history (
    first INTEGER PRIMARY KEY, every INTEGER NOT NULL, loss BLOB NOT NULL,
    accuracy BLOB NOT NULL) STRICT;
CREATE TABLE held_out (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, accuracy REAL NOT NULL, balanced REAL) STRICT;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, step INTEGER NOT NULL, at TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE checkpoint (
    segment INTEGER NOT NULL, step INTEGER NOT NULL, about TEXT NOT NULL, tensors BLOB NOT NULL,
    PRIMARY KEY (segment, step)) STRICT;
CREATE TABLE finding (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE upload (id TEXT PRIMARY KEY, about TEXT NOT NULL, image BLOB NOT NULL) STRICT;
"""
SYNCHRONOUS = "FULL"  # what is committed stays, whatever happens
WAL_BYTES = 4 * 2**20  # what the WAL file is cut back to
MOST_FINDINGS = 1000  # of a run; the oldest go
MOST_EVENTS = 20_000  # changes of a run, which each look at a step has to know of


def json_text(value: Any) -> str:
    """JSON as the file has it; ValueError for a number that is not finite."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def remove(path: Path) -> None:
    """A database and all that SQLite keeps beside it, as far as it is there."""
    for end in ("", *BESIDE):
        path.with_name(path.name + end).unlink(missing_ok=True)


def create(path: Path) -> sqlite3.Connection:
    """A new, empty file, or one that was left before it held anything; durable with its name.

    sqlite3.Error or OSError where it cannot be.
    """
    connection = connect(path)
    try:
        (begun,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if not begun:
            marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
            connection.executescript(f"BEGIN; {marks} {TABLES} COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def holds_nothing(path: Path) -> bool:
    """Whether this is the file of a run whose making was never answered: it has no segment."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if not tables:
                return application in (0, APPLICATION_ID)
            check_identity(connection, path.name)
            return connection.execute("SELECT 1 FROM segment").fetchone() is None
    except (sqlite3.Error, UnreadableRunError):
        return False


def open_to_write(path: Path) -> sqlite3.Connection:
    """A file that is there; UnreadableRunError for one that is no run's, or a newer version's."""
    check_version(path)
    return connect(path)


def open_to_read(path: Path) -> sqlite3.Connection:
    """A file that is there, which may be written meanwhile; UnreadableRunError as above."""
    check_version(path)
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes as runs are written: durable with each commit."""
    connection = sqlite3.connect(
        path.as_uri(), uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def check_version(path: Path) -> int:
    """The version of a run's file; UnreadableRunError, with a sentence, for any other file, and
    UnavailableError where the disk fails."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return check_identity(connection, path.name)
    except sqlite3.Error as error:
        if is_of_the_system(error):
            raise UnavailableError(system_sentence(error)) from error
        raise UnreadableRunError(f"{path.name} cannot be read: {error}.") from error


def check_identity(connection: sqlite3.Connection, name: str) -> int:
    """The version of the format; UnreadableRunError unless what is open is a run's, in a version
    that is read here."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise UnreadableRunError(f"{name} is not the file of a run.")
    if version not in READABLE:
        raise UnreadableRunError(
            f"{name} has version {version} of a run's format, and this Convscope reads "
            f"versions up to {VERSION}: open it with the Convscope that wrote it, or a newer one."
        )
    return int(version)

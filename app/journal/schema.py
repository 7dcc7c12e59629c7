"""The file of a run, as FORMAT.md tells it: SQLite with a fixed set of tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.errors import UnreadableRunError

APPLICATION_ID = 0x43565343  # "CVSC"
VERSION = 1
SUFFIX = ".convscope"

TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment (
    number INTEGER PRIMARY KEY, step INTEGER NOT NULL, recipe TEXT NOT NULL,
    settings TEXT NOT NULL, optimizer INTEGER NOT NULL, environment TEXT NOT NULL) STRICT;
CREATE TABLE weights (id INTEGER PRIMARY KEY CHECK (id = 0), tensors BLOB NOT NULL) STRICT;
CREATE TABLE history (
    first INTEGER PRIMARY KEY, loss BLOB NOT NULL, accuracy BLOB NOT NULL) STRICT;
CREATE TABLE held_out (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, accuracy REAL NOT NULL) STRICT;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, step INTEGER NOT NULL, at TEXT NOT NULL,
    kind TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE checkpoint (
    segment INTEGER NOT NULL, step INTEGER NOT NULL, about TEXT NOT NULL, tensors BLOB NOT NULL,
    PRIMARY KEY (segment, step)) STRICT;
CREATE TABLE upload (id TEXT PRIMARY KEY, about TEXT NOT NULL, picture BLOB NOT NULL) STRICT;
"""
WAL_BYTES = 4 * 2**20  # what a journal beside the file is cut back to


def create(path: Path) -> sqlite3.Connection:
    """A new, empty file, durable with its name; sqlite3.Error or OSError where it cannot be."""
    connection = _open(path)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.executescript(f"BEGIN; {TABLES} COMMIT")
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """A file that is there; UnreadableRunError for one that is no run's, or a newer version's."""
    check_version(path)
    return _open(path)


def open_to_read(path: Path) -> sqlite3.Connection:
    """A file that is there, beside whoever writes it; UnreadableRunError as above."""
    check_version(path)
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path.as_uri(), uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # what is committed stays, whatever happens
    connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    return connection


def check_version(path: Path) -> None:
    """UnreadableRunError, with a sentence, unless this is a run's file that can be read here."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise UnreadableRunError(f"{path.name} cannot be read: {error}.") from error
    if application != APPLICATION_ID:
        raise UnreadableRunError(f"{path.name} is not the file of a run.")
    if version != VERSION:
        raise UnreadableRunError(
            f"{path.name} has version {version} of a run's format, and this Convscope reads "
            f"version {VERSION}: open it with the Convscope that wrote it, or a newer one."
        )

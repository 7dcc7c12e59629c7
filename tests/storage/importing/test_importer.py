"""What a stranger's file may try, and how it is refused."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from convscope.errors import TooLargeError, UnavailableError, UnreadableRunError
from convscope.storage.importing.untrusted import Bounds, opened
from convscope.storage.reader import read_history, read_stored_run, read_uploads
from tests.support import small_run as small
from tests.support.importing import BOUNDS, NOTED, change, refused, take


def test_a_sound_file_is_taken_in_whole(given: Path) -> None:
    made = take(given)
    kept = read_stored_run(made)
    assert (kept.steps, len(kept.events), kept.held_out) == (small.STEPS, 3, (0, 0.1, 0.2))
    assert kept.about["name"] == "small"
    assert kept.about["imported_from"] == NOTED["imported_from"] | {"run": "k3f9x0a1bc"}
    assert "exported" not in kept.about
    assert kept.events[0]["body"] == small.INTERVENTION
    assert kept.findings == ({"id": 1, "kind": "filter_died", "step": 2} | small.FINDING,)
    assert read_history(made)[0].loss[-1] == 0.5
    assert [(it.id, it.about) for it in read_uploads(made)] == [(small.ID, small.UPLOAD)]
    states = []
    for path in (given, made):
        with closing(sqlite3.connect(path)) as connection:
            states.append(connection.execute("SELECT * FROM checkpoint").fetchall())
    assert [row[3] for row in states[0]] == [row[3] for row in states[1]], "bit for bit"


@pytest.mark.parametrize("data", [b"", b"SQLite", b"PK\x03\x04" + bytes(200), b"\x80\x04." * 99])
def test_a_file_of_another_kind_is_refused(given: Path, data: bytes) -> None:
    given.write_bytes(data)
    assert "Expected a run's file" in refused(given)


def test_an_sqlite_file_of_something_else_is_refused(given: Path) -> None:
    given.unlink()
    change(given, "CREATE TABLE bookmarks (url TEXT)")
    assert refused(given) == "This file is not the file of a run."


def test_a_newer_version_is_refused_with_a_sentence(given: Path) -> None:
    change(given, "PRAGMA user_version = 5")
    assert "has version 5 of a run's format, and this Convscope reads versions up to 4" in refused(
        given
    )


def test_a_file_in_wal_mode_is_refused_since_a_part_of_it_is_missing(given: Path) -> None:
    change(given, "PRAGMA journal_mode = WAL")
    assert "export the run instead of copying its file" in refused(given)


def test_a_full_disk_is_no_fault_of_the_files(given: Path) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
    with pytest.raises(UnavailableError), opened(given, BOUNDS):
        raise error


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(given: Path) -> None:
    sentence = refused(given, Bounds(most_bytes=4096, most_batch=64, most_uploads=4))
    got = given.stat().st_size
    assert sentence == f"Expected a run's file of at most 4,096 bytes, got {got:,}."


def test_a_file_cut_off_anywhere_is_refused(given: Path) -> None:
    whole = given.read_bytes()
    for size in [*range(0, len(whole), 4096), 99, 100, 4095, len(whole) - 1]:
        given.write_bytes(whole[:size])
        refused(given)


@pytest.mark.slow
def test_flipped_bits_are_refused_or_change_a_number_and_nothing_else_happens(given: Path) -> None:
    whole, draw = given.read_bytes(), random.Random(7)
    taken = 0
    for _ in range(400):
        at = draw.randrange(len(whole))
        flipped = whole[at] ^ (1 << draw.randrange(8))
        given.write_bytes(whole[:at] + bytes([flipped]) + whole[at + 1 :])
        try:
            made = take(given)
        except (UnreadableRunError, TooLargeError):
            continue
        taken += 1
        assert read_stored_run(made).steps == small.STEPS
    assert 0 < taken < 400


@pytest.mark.slow
def test_pages_of_noise_are_refused(given: Path) -> None:
    whole, draw = given.read_bytes(), random.Random(8)
    for page in range(len(whole) // 4096):
        start = page * 4096 + (100 if page == 0 else 0)
        noise = draw.randbytes((page + 1) * 4096 - start)
        given.write_bytes(whole[:start] + noise + whole[start + len(noise) :])
        refused(given)


@pytest.mark.alone
def test_reading_is_bounded_in_time(given: Path) -> None:
    numbers = b"\0\0\0\0"
    with closing(sqlite3.connect(given, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        rows = ((step, numbers, numbers) for step in range(5, 60_000))
        connection.executemany("INSERT INTO history VALUES (?, 1, ?, ?)", rows)
        connection.execute("COMMIT")
    began = time.monotonic()
    bounds = Bounds(most_bytes=10**8, most_batch=64, most_uploads=4, patience_s=1e-3)
    assert "takes longer than 0.001 s" in refused(given, bounds)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW extra AS SELECT * FROM about",
        "CREATE TRIGGER extra AFTER INSERT ON about BEGIN DELETE FROM segment; END",
        "CREATE INDEX extra ON event (step)",
        "CREATE TABLE extra (x)",
        "CREATE VIRTUAL TABLE extra USING fts5(x)",
        "DROP TABLE upload",
        "ALTER TABLE about ADD COLUMN extra TEXT",
        "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'event'",
        "UPDATE sqlite_schema SET type = 'view', rootpage = 0, "
        "sql = 'CREATE VIEW about AS SELECT 1 AS key, 2 AS value' WHERE name = 'about'",
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE "
        "name = 'event') WHERE name = 'checkpoint'",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE about (' || hex(zeroblob(5000)) || ')' "
        "WHERE name = 'about'",
    ],
)
def test_other_tables_than_ours_are_refused(given: Path, statement: str) -> None:
    change(given, statement)
    refused(given)


def test_a_state_that_was_computed_again_says_so_only_where_a_later_segment_begins(
    given: Path,
) -> None:
    change(given, "INSERT INTO segment SELECT 1, 3, recipe, '{}', 1, 'null' FROM segment")
    change(given, "UPDATE event SET segment = 1 WHERE step = 3")
    change(given, "INSERT INTO checkpoint SELECT 1, step, about, tensors FROM checkpoint")
    change(given, "DELETE FROM checkpoint WHERE segment = 1 AND step = 0")
    mark = "UPDATE checkpoint SET about = json_set(about, '$.recomputed_from', ?) WHERE segment = ?"
    for since, segment in ((3, 1), (-1, 1), ("1", 1), (1, 0)):
        change(given, mark, since, segment)
        refused(given)
        change(given, "UPDATE checkpoint SET about = json_remove(about, '$.recomputed_from')")
    change(given, mark, 1, 1)
    assert read_stored_run(take(given)).recomputed_from == 1

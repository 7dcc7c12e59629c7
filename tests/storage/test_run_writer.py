"""One thread writes; whoever waits is told when it is durable, or why it is not."""

import asyncio
import sqlite3
from array import array
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import UnavailableError, UnreadableRunError
from convscope.storage.group_commit import GroupCommitWriter, Steps
from convscope.storage.schema import create, open_to_write
from tests.support.run_files import rows

pytestmark = pytest.mark.anyio


class Faulty:
    """A connection whose commits fail, before or after they were done."""

    def __init__(self, path: Path) -> None:
        self._real = open_to_write(path) if path.exists() else create(path)
        self.fails = ""

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == "COMMIT" and self.fails == "before":
            raise sqlite3.OperationalError("disk I/O error")
        answer = self._real.execute(statement, *values)
        if statement == "COMMIT" and self.fails == "after":
            raise sqlite3.OperationalError("disk I/O error")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Disk:
    """What a writer connects to; each connection fails as is asked for, the next is sound."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fails: list[str] = []
        self.refuses: Exception | None = None

    def connect(self) -> sqlite3.Connection:
        if self.refuses:
            raise self.refuses
        made: Any = Faulty(self.path)
        made.fails = self.fails.pop(0) if self.fails else ""
        return made  # type: ignore[no-any-return]  # as a writer uses it, it is one


def event(connection: sqlite3.Connection) -> object:
    return connection.execute(
        "INSERT INTO event (segment, step, at, kind, body) VALUES (0, 1, '', 'intervention', '{}')"
    )


async def durable_in_the_end(writer: GroupCommitWriter) -> int:
    """How often it was refused before."""
    for refused in range(50):
        try:
            await writer.durable()
        except UnavailableError:
            await asyncio.sleep(0.02)
        else:
            return refused
    raise AssertionError("it never became durable")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_group_whose_commit_fails_is_written_once_whether_or_not_it_was_done(
    when: str, tmp_path: Path
) -> None:
    disk = Disk(tmp_path / "a.convscope")
    disk.fails = [when]
    said: list[UnavailableError | None] = []
    writer = GroupCommitWriter(disk.connect, said.append)
    writer.put(event)
    assert await durable_in_the_end(writer) == 1
    writer.put(event)
    await writer.durable()
    await writer.close()
    assert rows(disk.path, "SELECT count(*) FROM event") == [(2,)]
    assert said[0] is not None
    assert said[0].detail.startswith("The disk or the system fails (disk I/O error)")
    assert said[-1] is None


@pytest.mark.parametrize(
    "refusal", [UnreadableRunError("It is no run's."), OSError(28, "full"), RuntimeError("what?")]
)
async def test_whatever_goes_wrong_with_the_file_whoever_waits_is_told_and_it_is_tried_again(
    refusal: Exception, tmp_path: Path
) -> None:
    disk = Disk(tmp_path / "a.convscope")
    disk.refuses = refusal
    writer = GroupCommitWriter(disk.connect, lambda why: None)
    writer.put(event)
    with pytest.raises(UnavailableError, match="disk"):
        await asyncio.wait_for(writer.durable(), 5)
    disk.refuses = None
    await durable_in_the_end(writer)
    await writer.close()
    assert rows(disk.path, "SELECT count(*) FROM event") == [(1,)]


async def test_a_change_that_fails_takes_all_of_its_group_back(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "a.convscope")
    full = [True]

    def checkpoint(connection: sqlite3.Connection) -> None:
        if full:
            raise UnavailableError("No room.")

    writer = GroupCommitWriter(disk.connect, lambda why: None)
    writer.put(event)
    writer.put(checkpoint)
    with pytest.raises(UnavailableError, match=r"No room\."):
        await writer.durable()
    assert rows(disk.path, "SELECT count(*) FROM event") == [(0,)]
    full.clear()
    await durable_in_the_end(writer)
    await writer.close()
    assert rows(disk.path, "SELECT count(*) FROM event") == [(1,)]


async def test_steps_in_a_row_become_one_row_and_a_gap_begins_another(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "a.convscope")
    writer = GroupCommitWriter(disk.connect, lambda why: None)
    for first in (1, 2, 3, 7):
        writer.put(Steps(first, array("f", [first]), array("f", [0.5])))
    await writer.durable()
    await writer.close()
    found = rows(disk.path, "SELECT first, length(loss) FROM history ORDER BY first")
    assert found == [(1, 12), (7, 4)]


async def test_what_was_put_before_the_end_is_written(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "a.convscope")
    writer = GroupCommitWriter(disk.connect, lambda why: None)
    for _ in range(10_000):
        writer.put(event)
    await writer.close()
    assert rows(disk.path, "SELECT count(*) FROM event") == [(10_000,)]

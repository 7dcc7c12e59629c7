"""The folder of the runs: one server's at a time, whole after a kill, within its quota."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.errors import DiskLimitError, NotFoundError
from convscope.storage import trash_ages
from convscope.storage.directory import (
    TRASH_KEPT_S,
    InUseError,
    RunDirectory,
    UnusableFolderError,
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[RunDirectory]:
    opened = RunDirectory(tmp_path, 1000)
    opened.open("http://127.0.0.1:1")
    yield opened
    opened.close()


def put(directory: RunDirectory, run_id: str, *, writer: bool = False) -> None:
    directory.path(run_id).write_bytes(b"file")
    if writer:
        directory.path(run_id).with_name(directory.path(run_id).name + "-wal").write_bytes(b"wal")


def again(directory: RunDirectory) -> RunDirectory:
    """The folder as the next server finds it."""
    directory.close()
    opened = RunDirectory(directory.folder, 1000)
    opened.open()
    return opened


def test_a_folder_is_one_servers_and_the_next_ones_after_it(directory: RunDirectory) -> None:
    with pytest.raises(InUseError, match=r"at http://127\.0\.0\.1:1"):
        RunDirectory(directory.folder, 1000).open()
    directory.open()  # taken already: it stays so
    again(directory).close()


def test_what_was_deleted_comes_back_with_what_was_beside_it(directory: RunDirectory) -> None:
    put(directory, "a", writer=True)
    directory.discard("a")
    assert list(directory.ids()) == []
    directory.restore("a")
    assert sorted(path.read_bytes() for path in directory.path("a").parent.glob("a.*")) == [
        b"file",
        b"wal",
    ]
    with pytest.raises(NotFoundError, match="no deleted run 'a'"):
        directory.restore("a")


@pytest.mark.parametrize("moved", [["-wal"], ["-wal", ""]])
def test_a_kill_while_a_run_is_deleted_leaves_it_whole_in_one_place(
    moved: list[str], directory: RunDirectory
) -> None:
    put(directory, "a", writer=True)
    for end in moved:
        name = f"{directory.path('a').name}{end}"
        (directory.folder / "runs" / name).rename(directory.folder / "trash" / name)
    opened = again(directory)
    if "" in moved:
        opened.restore("a")
    found = {path.read_bytes() for path in opened.path("a").parent.glob("a.*")}
    assert found == {b"file", b"wal"}
    opened.close()


def test_an_old_wal_of_what_was_just_deleted_is_kept_with_it(directory: RunDirectory) -> None:
    put(directory, "a", writer=True)
    long_ago = time.time() - 2 * TRASH_KEPT_S
    for path in directory.path("a").parent.glob("a.*"):
        os.utime(path, (long_ago, long_ago))
    directory.discard("a")
    opened = again(directory)
    opened.restore("a")
    assert len(list(opened.path("a").parent.glob("a.*"))) == 2
    opened.close()


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that have gone by for servers."""
    seconds = [1000.0]
    monkeypatch.setattr(trash_ages, "monotonic", lambda: seconds[0])
    return seconds


def test_what_was_deleted_a_day_ago_goes_for_good(
    passed: list[float], directory: RunDirectory
) -> None:
    for run_id in "abc":
        put(directory, run_id)
    directory.discard("a")
    directory.empty_trash()
    passed[0] += TRASH_KEPT_S / 2
    directory.empty_trash()
    passed[0] += 1e6  # while no server runs, nobody counts
    opened = again(directory)
    opened.discard("b")
    passed[0] += TRASH_KEPT_S / 2 - 1
    opened.empty_trash()
    assert {path.stem for path in opened.deleted()} == {"a", "b"}
    passed[0] += 2
    opened.discard("c")  # whenever something else is deleted
    with pytest.raises(NotFoundError):
        opened.restore("a")
    opened.restore("b")
    opened.close()


@pytest.mark.parametrize("days", [-40_000, -3, 3, 400])
def test_a_clock_that_jumps_empties_no_trash(days: int, directory: RunDirectory) -> None:
    put(directory, "a")
    directory.discard("a")
    then = time.time() - days * 86_400
    os.utime(directory.folder / "trash" / directory.path("a").name, (then, then))
    directory.empty_trash()
    opened = again(directory)
    opened.restore("a")
    opened.close()


def test_what_was_half_made_goes_and_a_run_without_a_file_is_deleted_in_peace(
    directory: RunDirectory,
) -> None:
    directory.part("a").write_bytes(b"half")
    directory.discard("never made")
    opened = again(directory)
    assert not opened.part("a").exists()
    opened.close()


def test_at_the_quota_there_is_no_room_and_a_sentence(directory: RunDirectory) -> None:
    directory.must_have_room()
    directory.path("a").write_bytes(bytes(1000))
    full = RunDirectory(directory.folder, 1000)
    with pytest.raises(DiskLimitError, match=r"delete some, .* a larger --max-disk") as caught:
        full.must_have_room()
    assert caught.value.title == "Disk limit reached"
    assert not caught.value.extra, "waiting does not help"


def test_what_was_deleted_first_makes_room_first(directory: RunDirectory) -> None:
    for number, run_id in enumerate("abc"):
        directory.path(run_id).write_bytes(bytes(400))
        directory.discard(run_id)
        at = time.time() - 100 + number
        os.utime(directory.folder / "trash" / directory.path(run_id).name, (at, at))
    assert directory.used_bytes() == 1200
    directory.must_have_room()
    with pytest.raises(NotFoundError):
        directory.restore("a")
    directory.restore("b")
    directory.restore("c")
    with pytest.raises(DiskLimitError, match="delete some"):
        directory.must_have_room(200)
    assert sorted(directory.ids()) == ["b", "c"]


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EIO])
def test_a_file_system_without_locks_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(UnusableFolderError, match="name another folder with --state-dir") as caught:
        RunDirectory(tmp_path, 10**9).open()
    assert str(tmp_path) in str(caught.value)
    assert ("has no locks" in str(caught.value)) == (number != errno.EIO)


def test_room_that_is_reserved_is_nobody_elses(directory: RunDirectory) -> None:
    """Two imports at once pass no quota together that each would pass alone."""
    with directory.reserved(600):
        with pytest.raises(DiskLimitError, match="being made") as caught, directory.reserved(600):
            pass
        assert caught.value.extra == {"retry_after": 5}
        with directory.reserved(300):
            pass
    with directory.reserved(900):
        directory.path("a").write_bytes(bytes(900))
    with pytest.raises(DiskLimitError), directory.reserved(200):
        pass

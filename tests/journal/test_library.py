"""The folder of the runs: one server's at a time, whole after a kill, within its quota."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.errors import NotFoundError, UnavailableError
from convscope.journal.library import TRASH_KEPT_S, InUseError, Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path, 1000)
    opened.open("http://127.0.0.1:1")
    yield opened
    opened.close()


def put(library: Library, run_id: str, *, journal: bool = False) -> None:
    library.path(run_id).write_bytes(b"file")
    if journal:
        library.path(run_id).with_name(library.path(run_id).name + "-wal").write_bytes(b"journal")


def again(library: Library) -> Library:
    """The folder as the next server finds it."""
    library.close()
    opened = Library(library.folder, 1000)
    opened.open()
    return opened


def test_a_folder_is_one_servers_and_the_next_ones_after_it(library: Library) -> None:
    with pytest.raises(InUseError, match=r"at http://127\.0\.0\.1:1"):
        Library(library.folder, 1000).open()
    library.open()  # taken already: it stays so
    again(library).close()


def test_what_was_deleted_comes_back_with_what_was_beside_it(library: Library) -> None:
    put(library, "a", journal=True)
    library.discard("a")
    assert list(library.ids()) == []
    library.restore("a")
    assert sorted(path.read_bytes() for path in library.path("a").parent.glob("a.*")) == [
        b"file",
        b"journal",
    ]
    with pytest.raises(NotFoundError, match="no deleted run 'a'"):
        library.restore("a")


@pytest.mark.parametrize("moved", [["-wal"], ["-wal", ""]])
def test_a_kill_while_a_run_is_deleted_leaves_it_whole_in_one_place(
    moved: list[str], library: Library
) -> None:
    put(library, "a", journal=True)
    for end in moved:
        name = f"{library.path('a').name}{end}"
        (library.folder / "runs" / name).rename(library.folder / "trash" / name)
    opened = again(library)
    if "" in moved:
        opened.restore("a")
    found = {path.read_bytes() for path in opened.path("a").parent.glob("a.*")}
    assert found == {b"file", b"journal"}
    opened.close()


def test_an_old_journal_of_what_was_just_deleted_is_kept_with_it(library: Library) -> None:
    put(library, "a", journal=True)
    long_ago = time.time() - 2 * TRASH_KEPT_S
    for path in library.path("a").parent.glob("a.*"):
        os.utime(path, (long_ago, long_ago))
    library.discard("a")
    opened = again(library)
    opened.restore("a")
    assert len(list(opened.path("a").parent.glob("a.*"))) == 2
    opened.close()


def test_what_was_deleted_long_ago_goes_for_good(library: Library) -> None:
    put(library, "a")
    put(library, "b")
    library.discard("a")
    trashed = library.folder / "trash" / library.path("a").name
    long_ago = time.time() - TRASH_KEPT_S - 1
    os.utime(trashed, (long_ago, long_ago))
    library.discard("b")  # whenever something else is deleted
    with pytest.raises(NotFoundError):
        library.restore("a")
    library.restore("b")


def test_what_was_half_made_goes_and_a_run_without_a_file_is_deleted_in_peace(
    library: Library,
) -> None:
    library.part("a").write_bytes(b"half")
    library.discard("never made")
    opened = again(library)
    assert not opened.part("a").exists()
    opened.close()


def test_at_the_quota_there_is_no_room_and_a_sentence(library: Library) -> None:
    library.must_have_room()
    library.path("a").write_bytes(bytes(1000))
    with pytest.raises(UnavailableError, match="delete some"):
        Library(library.folder, 1000).must_have_room()


def test_what_was_deleted_first_makes_room_first(library: Library) -> None:
    for number, run_id in enumerate("abc"):
        library.path(run_id).write_bytes(bytes(400))
        library.discard(run_id)
        at = time.time() - 100 + number
        os.utime(library.folder / "trash" / library.path(run_id).name, (at, at))
    assert library.used_bytes() == 1200
    library.must_have_room()
    with pytest.raises(NotFoundError):
        library.restore("a")
    library.restore("b")
    library.restore("c")
    with pytest.raises(UnavailableError, match="delete some"):
        library.must_have_room(200)
    assert sorted(library.ids()) == ["b", "c"]

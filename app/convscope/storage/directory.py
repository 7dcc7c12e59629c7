"""The folder that a server keeps its runs in: one server at a time, within a quota that its own
data sets share."""

import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from convscope.data.atomic_write import sync_folder
from convscope.data.own_sets import size_of
from convscope.errors import DiskLimitError, NotFoundError
from convscope.settings import OWN_DATA
from convscope.storage.schema import SHM, SUFFIX, WAL, remove
from convscope.storage.trash_ages import TrashAges

TRASH_KEPT_S = 24 * 3600.0
RETRY_AFTER_S = 5
USED_FOR_S = 1.0  # how long a sum of the files' sizes is believed


ELSEWHERE = "name another folder with --state-dir"
WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)


class UnusableFolderError(OSError):
    """No runs can be kept in this folder; the text is a sentence for a terminal."""


class InUseError(Exception):
    """Another server has this folder; the text is a sentence for a terminal, and `address` where
    to ask it, if it can be asked."""

    def __init__(self, detail: str, address: str = "") -> None:
        super().__init__(detail)
        self.address = address


def address_of_server(folder: Path) -> str | None:
    """Where the server can be asked that keeps its runs in this folder; None where there is none,
    or none that can be asked."""
    try:
        with (folder / "lock").open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read().strip().partition(" ")[2] or None
    except OSError:
        pass
    return None


class RunDirectory:
    """Where each run's file lies. `runs/ID.convscope`, and `trash/` for what was deleted."""

    def __init__(self, folder: Path, quota_bytes: int) -> None:
        self.folder = folder
        self._runs, self._trash = folder / "runs", folder / "trash"
        self._ages = TrashAges(folder)
        self._quota_bytes = quota_bytes
        self._used = (float("-inf"), 0)
        self._reserved = 0  # bytes of files that are being made
        self._lock: IO[str] | None = None
        self._moving = threading.Lock()  # one file at a time goes to the trash, back, or for good

    def open(self, address: str = "") -> None:
        """Take the folder for this process; InUseError where another has it, UnusableFolderError
        where it cannot be. Taken already it stays so. `address` is told to a process that finds it
        taken."""
        if self._lock:
            return
        lock = self._lock_file()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process, _, where = lock.read().strip().partition(" ")
            lock.close()
            at = f", at {where}" if where else ""
            raise InUseError(
                f"Another Convscope (process {process}{at}) keeps its runs in {self.folder}: use "
                "that one, or give this one a folder of its own with --state-dir.",
                where,
            ) from None
        except OSError as error:
            lock.close()
            raise UnusableFolderError(self._why_unlocked(error)) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()} {address}".strip())
        lock.flush()
        self._lock = lock  # held as long as the process lives
        self._sweep()

    def _lock_file(self) -> IO[str]:
        try:
            for folder in (self._runs, self._trash):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return (self.folder / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise UnusableFolderError(
                f"Runs cannot be kept in {self.folder} ({error.strerror}): {ELSEWHERE}."
            ) from error

    def _why_unlocked(self, error: OSError) -> str:
        if error.errno in WITHOUT_LOCKS:
            return (
                f"The file system of {self.folder} has no locks, which runs need: {ELSEWHERE}, on "
                "a disk of this machine."
            )
        return f"{self.folder} cannot be locked ({error.strerror}): {ELSEWHERE}."

    def close(self) -> None:
        """Let another have the folder."""
        if self._lock:
            self._lock.close()
        self._lock = None

    def _sweep(self) -> None:
        """What was deleted long ago goes, and what a sudden end left half made."""
        for path in self._runs.glob("*.part*"):
            path.unlink()
        for folder, other in ((self._runs, self._trash), (self._trash, self._runs)):
            for path in folder.glob(f"*{SUFFIX}{WAL}"):
                name = path.name.removesuffix(WAL)
                if (other / name).exists() and not (folder / name).exists():
                    path.rename(other / path.name)  # its file was moved, or was about to be
        self._ages.load()
        self.empty_trash()

    def empty_trash(self) -> None:
        """What has been deleted for a day, with a server running, goes for good. To be called now
        and then."""
        with self._moving:
            ages = self._ages.count({path.stem for path in self.deleted()})
            for path in self.deleted():
                if ages.get(path.stem, 0.0) > TRASH_KEPT_S:
                    remove(path)

    def path(self, run_id: str) -> Path:
        """Where the file of a run lies."""
        return self._runs / f"{run_id}{SUFFIX}"

    def part(self, run_id: str) -> Path:
        """Where a file is made that is not whole yet; `finish` gives it its name."""
        return self._runs / f"{run_id}.part"

    def finish(self, run_id: str) -> None:
        """A file that is whole and closed is a run's from now on."""
        with self.part(run_id).open("rb") as file:
            os.fsync(file.fileno())
        self.part(run_id).rename(self.path(run_id))
        sync_folder(self._runs)

    def ids(self) -> Iterator[str]:
        """Every run that has a file."""
        return (path.stem for path in self._runs.glob(f"*{SUFFIX}"))

    def deleted(self) -> Iterator[Path]:
        """Every file that was deleted and is still there, changed last when it was deleted."""
        return self._trash.glob(f"*{SUFFIX}")

    @contextmanager
    def unmoved(self) -> Iterator[None]:
        """Meanwhile no file goes to the trash, back, or for good: one that is there can be read."""
        with self._moving:
            yield

    def discard(self, run_id: str) -> None:
        """Put a run's file, which nobody has open, aside for a day; one without a file is gone."""
        self.empty_trash()
        with self._moving:
            if self.path(run_id).exists():
                os.utime(self.path(run_id))
                self._move(self._runs, self._trash, run_id)

    def restore(self, run_id: str) -> None:
        """Restore a run's file; NotFoundError where it is gone for good."""
        with self._moving:
            if not (self._trash / self.path(run_id).name).is_file():
                raise NotFoundError(
                    f"There is no deleted run {run_id!r}: deleted runs are kept for a day."
                )
            self._move(self._trash, self._runs, run_id)

    def forget(self, run_id: str) -> None:
        """A run that nobody was ever told of leaves nothing."""
        remove(self.path(run_id))
        remove(self.part(run_id))

    def _move(self, source: Path, target: Path, run_id: str) -> None:
        """With what a writer that was killed left beside it; `_sweep` ends what a kill cut off."""
        name = self.path(run_id).name
        for end in (WAL, ""):
            if (source / (name + end)).exists():
                (source / (name + end)).rename(target / (name + end))
        (source / f"{name}{SHM}").unlink(missing_ok=True)  # SQLite makes it again
        sync_folder(target)
        sync_folder(source)

    def size_of(self, run_id: str) -> int:
        """How many bytes the file of a run has; 0 where there is none."""
        return _size(self.path(run_id))

    def used_bytes(self) -> int:
        """How much all runs and own data sets take, and what was deleted and is still there; as
        of a second ago."""
        at, used = self._used
        if time.monotonic() - at > USED_FOR_S:
            used = sum(_size(path) for path in (*self._runs.iterdir(), *self._trash.iterdir()))
            used += size_of(self.folder / OWN_DATA)
            self._used = (time.monotonic(), used)
        return used

    @contextmanager
    def reserved(self, more_bytes: int) -> Iterator[None]:
        """Room for a file of so many bytes that is about to be made, which nobody else is given
        meanwhile; DiskLimitError where there is none."""
        self.must_have_room(more_bytes)
        self._reserved += more_bytes
        try:
            yield
        finally:
            self._reserved -= more_bytes
            self._used = (float("-inf"), 0)

    def must_have_room(self, more_bytes: int = 0) -> None:
        """DiskLimitError where runs and data sets take as much as they may, or would with so many
        more, though what was deleted goes for good before its day is over."""
        if self._is_full(more_bytes):
            self._make_room(more_bytes)
        if self._is_full(more_bytes):
            raise self._no_room(more_bytes)

    def _no_room(self, more_bytes: int) -> DiskLimitError:
        """With a time to wait where what others are making, and may not keep, takes the room."""
        limit = (
            "The runs and own data sets on this server may take "
            f"{self._quota_bytes / 1e9:.3g} GB of the disk"
        )
        if self.used_bytes() + more_bytes < self._quota_bytes:
            return DiskLimitError(
                f"{limit}, and what is left is taken by files that are being made: try again in a "
                "moment.",
                retry_after=RETRY_AFTER_S,
            )
        return DiskLimitError(
            f"{limit}, and there is not enough left: delete some, or start the server with a "
            "larger --max-disk."
        )

    def _is_full(self, more_bytes: int) -> bool:
        return self.used_bytes() + self._reserved + more_bytes >= self._quota_bytes

    def _make_room(self, more_bytes: int) -> None:
        """What was deleted first goes first."""
        with self._moving:
            for path in sorted(self.deleted(), key=_changed):
                remove(path)
                self._used = (float("-inf"), 0)
                if not self._is_full(more_bytes):
                    return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a WAL file, gone meanwhile
        return 0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # restored, or deleted to make room
        return 0.0

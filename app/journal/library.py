"""The folder that a server keeps its runs in: one server at a time, within a quota."""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from app.errors import NotFoundError, UnavailableError
from app.journal.schema import SUFFIX

TRASH_KEPT_S = 24 * 3600.0
USED_FOR_S = 5.0  # how long a sum of the files' sizes is believed


class InUseError(Exception):
    """Another server has this folder; the text is a sentence for a terminal."""


class Library:
    """Where each run's file lies. `runs/ID.convscope`, and `trash/` for what was deleted."""

    def __init__(self, folder: Path, quota_bytes: int) -> None:
        self.folder = folder
        self._runs, self._trash = folder / "runs", folder / "trash"
        self._quota_bytes = quota_bytes
        self._used = (float("-inf"), 0)
        self._lock: IO[str] | None = None

    def open(self, address: str = "") -> None:
        """Take the folder for this process; InUseError where another has it, OSError where it
        cannot be. Taken already it stays so. `address` is where whoever finds it taken may ask."""
        if self._lock:
            return
        for folder in (self._runs, self._trash):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (self.folder / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process, _, where = lock.read().strip().partition(" ")
            lock.close()
            at = f", at {where}" if where else ""
            raise InUseError(
                f"Another Convscope (process {process}{at}) keeps its runs in {self.folder}: use "
                "that one, or give this one a folder of its own with --state-dir."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {address}".strip())
        lock.flush()
        self._lock = lock  # held as long as the process lives
        self._sweep()

    def close(self) -> None:
        """Let another have the folder."""
        if self._lock:
            self._lock.close()
        self._lock = None

    def _sweep(self) -> None:
        """What was deleted long ago goes, and what a sudden end left half made."""
        for path in self._trash.iterdir():
            if time.time() - path.stat().st_mtime > TRASH_KEPT_S:
                path.unlink()
        for path in self._runs.glob("*.part*"):
            path.unlink()

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
        self._sync(self._runs)

    def ids(self) -> Iterator[str]:
        """Every run that has a file."""
        return (path.stem for path in self._runs.glob(f"*{SUFFIX}"))

    def discard(self, run_id: str) -> None:
        """Put a run's file, which nobody has open, aside for a day."""
        target = self._trash / self.path(run_id).name
        for end in ("-wal", "-shm"):  # left by a writer that was killed
            _move(self.path(run_id), target, end)
        self.path(run_id).rename(target)
        os.utime(target)
        self._sync(self._runs)

    def restore(self, run_id: str) -> None:
        """Take a run's file back; NotFoundError where it is gone for good."""
        source = self._trash / self.path(run_id).name
        if not source.is_file():
            raise NotFoundError(f"There is no deleted run {run_id!r}: they are kept for a day.")
        for end in ("-wal", "-shm"):
            _move(source, self.path(run_id), end)
        source.rename(self.path(run_id))
        self._sync(self._runs)

    @staticmethod
    def _sync(folder: Path) -> None:
        """Make a name durable, not only what is behind it."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def used_bytes(self) -> int:
        """How much all runs take, as of a few seconds ago."""
        at, used = self._used
        if time.monotonic() - at > USED_FOR_S:
            used = sum(_size(path) for path in self._runs.iterdir())
            self._used = (time.monotonic(), used)
        return used

    def must_have_room(self) -> None:
        """UnavailableError where the runs take as much as they may."""
        if self.used_bytes() >= self._quota_bytes:
            raise UnavailableError(
                f"The runs on this server take {self._quota_bytes / 1e9:.3g} GB, as much as they "
                "may: delete some."
            )


def _move(source: Path, target: Path, end: str) -> None:
    beside = source.with_name(source.name + end)
    if beside.exists():
        beside.rename(target.with_name(target.name + end))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a journal beside a file, gone meanwhile
        return 0

"""The unpacked data sets that all tests of a machine's run share."""

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest

from convscope.data.catalog import describe_all, open_dataset
from convscope.settings import Settings

NAME = "CONVSCOPE_TEST_CACHE"  # scripts/test.py sets it, and processes of pytest inherit it
LOCK = ".lock"  # the one file that stays writable


def share_data_cache(config: pytest.Config) -> None:
    """Make the folder, and remove it in the end, unless the process that started this one does."""
    if NAME not in os.environ:
        made = os.environ[NAME] = tempfile.mkdtemp(prefix="convscope-data-")
        config.add_cleanup(lambda: remove(Path(os.environ.pop(NAME, made))))


def data_cache() -> Path:
    """Where test servers and sessions find every data set unpacked. It is read-only: an app that
    would write there, as for a data set of a test's own, keeps its numbers in memory. (Nothing is
    read-only to root.) Tests of the cache itself have their own."""
    if NAME not in os.environ:  # outside pytest, as in a benchmark
        made = os.environ[NAME] = tempfile.mkdtemp(prefix="convscope-data-")
        atexit.register(remove, Path(made))
    folder = Path(os.environ[NAME])
    unpack(folder)
    return folder


@lru_cache  # once a process
def unpack(folder: Path) -> None:
    """Fill the folder with each data set that is here; the first process does, others wait."""
    with (folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".unpacked"
        if done.exists():
            return
        settings = Settings(cache_dir=folder, state_dir=folder / "none")
        for each in describe_all(settings):
            if each.available:
                open_dataset(each.id, settings)
        done.touch()
        for file in folder.iterdir():
            if file.name != LOCK:
                file.chmod(0o444)
        folder.chmod(0o555)


def remove(folder: Path) -> None:
    """Delete the folder and what is in it."""
    folder.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)

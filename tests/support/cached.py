"""The unpacked data sets that all tests of a run share."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

NAME = "CONVSCOPE_TEST_CACHE"  # worker processes of pytest inherit it


def share_data_cache(config: pytest.Config) -> None:
    """Make the folder, and remove it in the end, unless the process that started this one does."""
    if NAME not in os.environ:
        made = os.environ[NAME] = tempfile.mkdtemp(prefix="convscope-data-")
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(NAME, made), ignore_errors=True))


def data_cache() -> Path:
    """Where test servers and sessions unpack data sets: whoever needs one first writes it, whole,
    and nobody ever changes it. Tests of the cache itself have their own."""
    return Path(os.environ[NAME])

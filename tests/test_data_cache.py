"""The data sets that all tests share: unpacked once, and then only read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.data.catalog import IDS, describe, open_dataset
from convscope.settings import Settings
from tests.support.data_cache import LOCK, NAME, remove

ROOT = Path(__file__).parents[1]
UNPACK = """
from pathlib import Path
from sys import argv
from convscope.data import cache
from tests.support.data_cache import unpack

keep, kept = cache._keep, []
cache._keep = lambda path, *more: kept.append(path.name) or keep(path, *more)
unpack(Path(argv[1]))
print(*kept)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "shared"
    made.mkdir()
    yield made
    remove(made)


def test_of_two_processes_the_first_unpacks_every_data_set_and_nobody_can_write_then(
    folder: Path,
) -> None:
    command = [sys.executable, "-c", UNPACK, str(folder)]
    beside = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    written = [child.communicate()[0].split() for child in beside]
    assert [child.returncode for child in beside] == [0, 0]
    settings = Settings(cache_dir=folder)
    here = [name for name in IDS if describe(name, settings).available]
    assert sorted(map(len, written)) == [0, len(here)]

    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes.pop(LOCK) & 0o200
    assert set(modes.values()) == {0o444}
    assert folder.stat().st_mode & 0o777 == 0o555
    for name in here:
        open_dataset(name, settings)
    assert {file.name for file in folder.iterdir()} == {*modes, LOCK}


def test_a_benchmark_has_one_of_its_own_and_removes_it() -> None:
    code = "from tests.support.data_cache import data_cache as c; print(c()); print(c())"
    others = {key: value for key, value in os.environ.items() if key != NAME}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=others, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split()
    assert first == second
    assert not Path(first).exists()

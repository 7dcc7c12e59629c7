"""A file stays small however long a run is; what is young stays close together."""

import os
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from convscope.storage.retention import drop_old_checkpoints
from convscope.storage.schema import create

MOST_BYTES = 400_000


def long_run(
    path: Path, size: int, count: int, segments: int = 1
) -> tuple[list[tuple[int, int]], int]:
    """(segment, step) of what is left of `count` checkpoints, and the largest that the file was."""
    largest = 0
    with closing(create(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # only its size is of interest
        for number in range(count):
            segment = number * segments // count
            place = (segment, number * 10, "{}", os.urandom(size))
            connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?)", place)
            drop_old_checkpoints(connection, MOST_BYTES)
            if number % 50 == 0:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                largest = max(largest, path.stat().st_size)
        left = connection.execute("SELECT segment, step FROM checkpoint ORDER BY segment, step")
        return left.fetchall(), largest


@pytest.mark.parametrize("size", [20, 2_000, 30_000])
def test_a_file_stays_under_its_bound_however_many_checkpoints_come(
    size: int, tmp_path: Path
) -> None:
    left, largest = long_run(tmp_path / "a.convscope", size, 3_000)
    assert largest <= MOST_BYTES + 2 * size + 100_000
    assert left[0] == (0, 0)
    assert left[-1] == (0, 29_990)


def test_the_youngest_stay_close_together_and_the_distance_grows_towards_the_past(
    tmp_path: Path,
) -> None:
    left, _ = long_run(tmp_path / "a.convscope", 2_000, 3_000)
    steps = [step for _, step in left]
    gaps = [later - earlier for earlier, later in pairwise(steps)]
    third = len(gaps) // 3
    assert set(gaps[-third:]) == {10}
    assert sum(gaps[1:third]) / (third - 1) > 40


def test_the_first_of_each_part_of_a_life_stays(tmp_path: Path) -> None:
    left, _ = long_run(tmp_path / "a.convscope", 2_000, 1_000, segments=4)
    for segment in range(4):
        assert (segment, segment * 2_500) in left


def test_checkpoints_of_which_only_two_fit_leave_the_first_and_the_last(tmp_path: Path) -> None:
    left, _ = long_run(tmp_path / "a.convscope", 300_000, 20)
    assert left == [(0, 0), (0, 190)]

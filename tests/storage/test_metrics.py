"""The history in a file: the same after it was thinned, cut and read again as in memory."""

import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from convscope.storage import metrics as module
from convscope.storage.metric_series import MetricSeries
from convscope.storage.metrics import cut_history, last_of, merge_old_points, read_series, steps_of
from convscope.storage.schema import create
from tests.support.run_files import rows, writer
from tests.support.workers import metrics

RNG = np.random.default_rng(8)
ROW = 50  # steps that are written at once
MOST = 200  # points


@pytest.fixture
def file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty file."""
    with closing(create(tmp_path / "a.convscope")) as connection:
        yield connection


def grow(connection: sqlite3.Connection, steps: int) -> MetricSeries:
    """Write so many steps, thinned as they come; the same curve in memory."""
    series = MetricSeries()
    for first in range(1, steps + 1, ROW):
        loss = array("f", RNG.random(min(ROW, steps + 1 - first)))
        values = (first, loss.tobytes(), loss.tobytes())
        connection.execute("INSERT INTO history VALUES (?, 1, ?, ?)", values)
        series.extend(range(first, first + len(loss)), loss, loss)
        merge_old_points(connection, MOST)
        series = series.merged(MOST)
    return series


@pytest.mark.parametrize("steps", [30, 200, 1_000, 20_010])
def test_a_thinned_history_reads_as_it_is_in_memory(file: sqlite3.Connection, steps: int) -> None:
    series = grow(file, steps)
    assert read_series(file) == series
    assert steps_of(file) == steps
    assert last_of(file) == (series.loss[-1], series.accuracy[-1])
    (count,) = file.execute("SELECT count(*) FROM history").fetchone()
    assert count < 20, "neighbours that stand for equally many steps are one row"


def test_old_points_stand_for_no_more_steps_than_the_length_of_a_run_asks_for(
    file: sqlite3.Connection,
) -> None:
    widths = grow(file, 20_010).widths()
    assert widths.max() <= 8 * 20_010 / MOST
    assert set(widths[-MOST // 4 :]) == {1}, "the newest are as they came"


@pytest.mark.parametrize("step", [0, 1, 700, 1_001, 19_990, 20_010])
def test_a_history_that_is_cut_ends_there_also_inside_a_point(
    file: sqlite3.Connection, step: int
) -> None:
    series = grow(file, 20_010)
    series.back_to(step)
    cut_history(file, step)
    found = read_series(file)
    assert found == series
    assert steps_of(file) == step


def test_a_history_with_a_gap_is_refused(file: sqlite3.Connection) -> None:
    grow(file, 100)
    file.execute("UPDATE history SET first = 60 WHERE first = 51")
    with pytest.raises(ValueError, match="goes on at step 60 after step 50"):
        read_series(file)


def test_of_very_many_held_out_accuracies_every_second_of_the_older_half_goes(
    file: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_MEASURED", 10)
    file.executemany(
        "INSERT INTO held_out VALUES (?, ?, 0.5, NULL)", [(i, i * 200) for i in range(1, 12)]
    )
    merge_old_points(file)
    left = [step // 200 for (step,) in file.execute("SELECT step FROM held_out ORDER BY id")]
    assert left == [2, 4, 6, 7, 8, 9, 10, 11]


@pytest.mark.anyio
async def test_a_long_run_is_thinned_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convscope.storage.run_writer.MERGE_EVERY", 20)
    monkeypatch.setattr(merge_old_points, "__defaults__", (100,))
    file = writer(tmp_path / "a.convscope")
    for first in range(1, 1000, 25):
        file.history(metrics(first, *[1.0] * 25))
    await file.close()
    ((points, last),) = rows(
        file.path,
        "SELECT sum(length(loss)) / 4, max(first + every * length(loss) / 4 - 1) FROM history",
    )
    assert last == 1000
    assert points <= 100 + 25

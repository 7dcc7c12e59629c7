"""The history in a run's file: how it is read, cut off, and kept from growing for ever."""

import sqlite3
from array import array
from collections.abc import Iterator
from math import isnan

import numpy as np

from convscope.storage.metric_series import MOST_POINTS, MetricSeries

MERGE_EVERY = 100_000  # steps
MOST_MEASURED = 200_000  # held-out accuracies
COLUMNS = "first, every, loss, accuracy"
Row = tuple[int, int, bytes, bytes]


def steps_of(connection: sqlite3.Connection) -> int:
    """How far a run has come."""
    row = connection.execute(
        "SELECT first + every * length(loss) / 4 - 1 FROM history ORDER BY first DESC LIMIT 1"
    ).fetchone()
    return int(row[0]) if row else 0


def last_of(connection: sqlite3.Connection) -> tuple[float | None, float | None]:
    """Loss and accuracy there."""
    row = connection.execute(
        "SELECT substr(loss, -4), substr(accuracy, -4) FROM history ORDER BY first DESC LIMIT 1"
    ).fetchone()
    return (_last(row[0]), _last(row[1])) if row else (None, None)


def _last(column: bytes) -> float | None:
    value = array("f", column)[0]
    return None if isnan(value) else value


def read_series(connection: sqlite3.Connection) -> MetricSeries:
    """All of it; ValueError where a step is missing, or there twice."""
    series = MetricSeries()
    for row in connection.execute(f"SELECT {COLUMNS} FROM history ORDER BY first"):
        _append(series, row)
    return series


def _append(series: MetricSeries, row: Row) -> None:
    first, every, losses, accuracies = row
    if first != series.step + 1:
        raise ValueError(f"its history goes on at step {first} after step {series.step}")
    loss, accuracy = array("f", losses), array("f", accuracies)
    last = range(first + every - 1, first + every * len(loss), every)
    series.extend(last, loss, accuracy)


def cut_history(connection: sqlite3.Connection, step: int) -> None:
    """Forget the steps after `step`; the row that spans it is cut."""
    spanning = connection.execute(
        f"SELECT {COLUMNS} FROM history WHERE first <= ? ORDER BY first DESC LIMIT 1", (step,)
    ).fetchone()
    connection.execute("DELETE FROM history WHERE first > ?", (step,))
    if spanning:
        series = MetricSeries(before=spanning[0] - 1)
        _append(series, spanning)
        series.back_to(step)
        _insert(connection, series)


def merge_old_points(connection: sqlite3.Connection, most_points: int = MOST_POINTS) -> None:
    """Where it has more points, the older ones stand for more steps each; of the held-out
    accuracies every second of the older half goes."""
    (points,) = connection.execute("SELECT total(length(loss)) / 4 FROM history").fetchone()
    if points > most_points:
        merged = read_series(connection).merged(most_points)
        connection.execute("DELETE FROM history")
        _insert(connection, merged)
    (measured,) = connection.execute("SELECT count(*) FROM held_out").fetchone()
    if measured > MOST_MEASURED:
        connection.execute(
            "DELETE FROM held_out WHERE id IN (SELECT id FROM (SELECT id, row_number() "
            "OVER (ORDER BY id) AS place FROM held_out) WHERE place <= ? AND place % 2)",
            (measured // 2,),
        )


def _insert(connection: sqlite3.Connection, series: MetricSeries) -> None:
    connection.executemany("INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?)", _rows(series))


def _rows(series: MetricSeries) -> Iterator[Row]:
    """Neighbours that stand for equally many steps are one row."""
    widths = series.widths()
    changes = np.flatnonzero(np.diff(widths)) + 1
    first = series.before + 1
    for a, b in zip([0, *changes.tolist()], [*changes.tolist(), len(series)], strict=True):
        if a < b:
            yield first, int(widths[a]), series.loss[a:b].tobytes(), series.accuracy[a:b].tobytes()
            first = series.last[b - 1] + 1

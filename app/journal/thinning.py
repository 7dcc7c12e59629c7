"""Older checkpoints thin out, so that a run's file stays small however long the run is."""

import sqlite3

MOST_BYTES = 160 * 10**6  # of checkpoints; the rest of a file is small beside them
LOOK_EVERY = 16  # checkpoints


def thin_out(connection: sqlite3.Connection, most_bytes: int = MOST_BYTES) -> None:
    """Where there is more than `most_bytes`, every second one of the older half goes, until three
    quarters of it are left.

    So the youngest are always close together, and the distance doubles towards the past. The first
    of each segment stays, since nothing before it leads there.
    """
    (count,) = connection.execute("SELECT count(*) FROM checkpoint").fetchone()
    if count % LOOK_EVERY or _total(connection) <= most_bytes:
        return
    while _total(connection) > most_bytes * 3 // 4:
        if not _halve(connection):
            return


def _total(connection: sqlite3.Connection) -> int:
    (total,) = connection.execute("SELECT sum(length(tensors)) FROM checkpoint").fetchone()
    return int(total or 0)


def _halve(connection: sqlite3.Connection) -> int:
    """Take every second of the older half; how many went."""
    rows = connection.execute(
        "SELECT segment, step FROM checkpoint ORDER BY segment, step"
    ).fetchall()
    firsts = dict(reversed(rows))  # of each segment
    older = [row for row in rows[: len(rows) // 2] if firsts[row[0]] != row[1]]
    gone = older[::2]
    connection.executemany("DELETE FROM checkpoint WHERE segment = ? AND step = ?", gone)
    return len(gone)

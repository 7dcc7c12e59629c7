"""Older checkpoints thin out, so that a run's file stays small however long the run is."""

import sqlite3

MOST_BYTES = 160 * 10**6  # of a file before it thins out; it grows by one checkpoint beyond
LEFT = 0.75  # of them after it has
Place = tuple[int, int]  # segment, step


def drop_old_checkpoints(connection: sqlite3.Connection, most_bytes: int = MOST_BYTES) -> None:
    """Where the file holds more than `most_bytes`, every second of the older half of its
    checkpoints goes, until three quarters of that are left.

    So the youngest are always close together, and the distance doubles towards the past. The first
    of each segment stays, since nothing before it leads there, and the last of all, so that a run
    can go on: where these alone take more, or history and pictures do, so does the file.
    """
    if _used_bytes(connection) <= most_bytes:
        return
    while _used_bytes(connection) > most_bytes * LEFT:
        gone = _older(connection)
        if not gone:
            return
        connection.executemany("DELETE FROM checkpoint WHERE segment = ? AND step = ?", gone)


def _used_bytes(connection: sqlite3.Connection) -> int:
    """What the file holds, without the room in it that was given back."""
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(size * (pages - free))


def _older(connection: sqlite3.Connection) -> list[Place]:
    """Every second of the older half of those that may go; at least one while there is any."""
    rows = connection.execute(
        "SELECT segment, step FROM checkpoint ORDER BY segment, step"
    ).fetchall()
    firsts = dict(reversed(rows))  # of each segment
    free = [row for row in rows[:-1] if firsts[row[0]] != row[1]]
    return free[: (len(free) + 1) // 2 : 2]

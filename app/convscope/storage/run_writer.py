"""Writes a run's file, a method a kind of record; all of it through one thread."""

import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convscope.ipc.reports import Finding, Metrics
from convscope.storage.group_commit import GroupCommitWriter, OnDiskError, OnSaved, Steps, Write
from convscope.storage.metric_series import float32
from convscope.storage.metrics import MERGE_EVERY, cut_history, merge_old_points
from convscope.storage.retention import drop_old_checkpoints
from convscope.storage.schema import MOST_FINDINGS, create, json_text, open_to_write
from convscope.types import JsonObject


@dataclass(frozen=True)
class Segment:
    """A part of a run with one recipe in one environment, from a step on."""

    number: int
    step: int
    recipe: JsonObject
    settings: JsonObject = field(default_factory=dict)  # as they were tuned before
    optimizer: bool = True  # whether the optimiser's state goes on from the segment before
    environment: JsonObject | None = None


class RunWriter:
    """One run's file, open for writing."""

    def __init__(
        self,
        path: Path,
        on_disk_error: OnDiskError,
        must_have_room: Callable[[], None],
        on_saved: OnSaved = lambda step: None,
    ) -> None:
        """`must_have_room` raises UnavailableError, in the writer's thread, at the disk's quota;
        for the others see GroupCommitWriter."""
        self.path = path
        self._must_have_room = must_have_room
        self._is_new = not path.exists()
        self._writer = GroupCommitWriter(self._connect, on_disk_error, on_saved)
        self.durable = self._writer.durable
        self.close = self._writer.close

    def _connect(self) -> sqlite3.Connection:
        return create(self.path) if self._is_new else open_to_write(self.path)

    def _sql(self, statement: str, *values: Any) -> None:
        self._writer.put(_execute(statement, *values))

    # --- what a run is ----------------------------------------------------------------------------

    def begin(self, about: JsonObject, first: Segment, weights: bytes) -> None:
        """A new run, all at once or not at all; `weights` are safetensors, or nothing."""

        def write(connection: sqlite3.Connection) -> None:
            insert_about(connection, about)
            insert_segment(connection, first)
            if weights:
                connection.execute("INSERT OR REPLACE INTO weights VALUES (0, ?)", (weights,))

        self._writer.put(write)

    def note(self, **values: Any) -> None:
        """What is known of the run, by name: anything that is JSON."""
        self._writer.put(lambda connection: insert_about(connection, values))

    def segment(self, segment: Segment) -> None:
        """A new segment, or what is now known of the last one."""
        self._writer.put(lambda connection: insert_segment(connection, segment))

    # --- what it goes through ---------------------------------------------------------------------

    def history(self, metrics: Metrics) -> None:
        """The steps and held-out accuracies that a worker's message brought."""
        if metrics.step:
            first, last = metrics.step[0], metrics.step[-1]
            steps = Steps(first, float32(metrics.loss), float32(metrics.accuracy))
            self._writer.put(steps)
            if last // MERGE_EVERY > (first - 1) // MERGE_EVERY:
                self._writer.put(merge_old_points)
        for measured in metrics.held_out:
            self._sql("INSERT INTO held_out (step, accuracy, balanced) VALUES (?, ?, ?)", *measured)

    def event(
        self,
        number: int,
        segment: int,
        step: int,
        kind: str,
        body: JsonObject,
        replaces: int | None = None,
    ) -> None:
        """Tuned settings, or an intervention, that took effect after a step; `replaces` is the
        number of the one whose place it takes, both at once or neither."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        event = {
            "id": number,
            "segment": segment,
            "step": step,
            "at": at,
            "kind": kind,
            "body": body,
        }

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM event WHERE id = ?", (replaces,))
            insert_event(connection, event)

        self._writer.put(write)

    def finding(self, number: int, finding: Finding) -> None:
        """One more, of which the oldest go."""
        fields = asdict(finding)
        body = json_text({name: fields[name] for name in ("says", "place", "numbers")})
        values = number, finding.step, finding.kind, body
        self._sql("INSERT INTO finding VALUES (?, ?, ?, ?)", *values)
        self._sql("DELETE FROM finding WHERE id <= ?", number - MOST_FINDINGS)

    def checkpoint(self, segment: int, about: JsonObject, tensors: bytes) -> None:
        """All it takes to go on from a step; older ones thin out as the file grows."""

        def write(connection: sqlite3.Connection) -> None:
            self._must_have_room()
            insert_checkpoint(connection, segment, about, tensors)
            drop_old_checkpoints(connection)

        self._writer.put(write)

    def back_to(self, step: int) -> None:
        """The steps after this one were taken back, as the loss of the next was not finite; what
        people changed after them stays, as a change of this step."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE event SET step = ?, body = json_set(body, '$.step', ?) WHERE step > ?",
                (step, step, step),
            )
            cut_after(connection, step)

        self._writer.put(write)

    def forget(self, first: Segment) -> None:
        """Back to step 0, in this segment: what it went through is kept in another file."""

        def write(connection: sqlite3.Connection) -> None:
            for table in ("history", "held_out", "event", "checkpoint", "finding", "segment"):
                connection.execute(f"DELETE FROM {table}")
            insert_segment(connection, first)

        self._writer.put(write)

    # --- what people gave -------------------------------------------------------------------------

    def upload(self, image: str, about: JsonObject, content: bytes) -> None:
        """An upload as PNG, new or in place of the one with this id."""
        self._sql(
            "INSERT INTO upload VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE "
            "SET about = excluded.about, image = excluded.image",
            image,
            json_text(about),
            content,
        )

    def drop_upload(self, image: str) -> None:
        """Delete an upload."""
        self._sql("DELETE FROM upload WHERE id = ?", image)


def insert_about(connection: sqlite3.Connection, values: JsonObject) -> None:
    """Write what is known of a run, by name."""
    rows = [(key, json_text(value)) for key, value in values.items()]
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)


def insert_segment(connection: sqlite3.Connection, segment: Segment) -> None:
    """Write a segment."""
    connection.execute(
        "INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?, ?, ?)",
        (
            segment.number,
            segment.step,
            json_text(segment.recipe),
            json_text(segment.settings),
            int(segment.optimizer),
            json_text(segment.environment),
        ),
    )


def insert_event(connection: sqlite3.Connection, event: JsonObject) -> None:
    """Write an event as `events_of` reads it: id, segment, step, at, kind, body."""
    connection.execute(
        "INSERT INTO event VALUES (:id, :segment, :step, :at, :kind, :body)",
        event | {"body": json_text(event["body"])},
    )


def insert_checkpoint(
    connection: sqlite3.Connection, segment: int, about: JsonObject, tensors: bytes
) -> None:
    """Write what it takes to go on from a step."""
    connection.execute(
        "INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?)",
        (segment, about["step"], json_text(about), tensors),
    )


def cut_after(connection: sqlite3.Connection, step: int) -> None:
    """Forget what came after a step."""
    for table in ("held_out", "event", "checkpoint", "finding"):
        connection.execute(f"DELETE FROM {table} WHERE step > ?", (step,))
    cut_history(connection, step)


def _execute(statement: str, *values: Any) -> Write:
    return lambda connection: connection.execute(statement, values)

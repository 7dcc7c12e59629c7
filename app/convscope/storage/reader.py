"""Reads a run's file, also while it is written."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convscope.errors import ConflictError, NotFoundError, UnavailableError, UnreadableRunError
from convscope.ipc.seek_plan import SeekPlan
from convscope.storage.metric_series import MetricSeries
from convscope.storage.metrics import last_of, read_series, steps_of
from convscope.storage.run_writer import Segment
from convscope.storage.schema import open_to_read
from convscope.system_errors import is_of_the_system, system_sentence
from convscope.types import FindingKind, JsonObject
from convscope.validation_errors import reason

Stored = tuple[JsonObject, bytes]  # a checkpoint: what is no tensor, and the tensors

MOST_SEEK_S = 120.0  # of steps made again, by estimate: nobody waits for longer


@dataclass(frozen=True)
class StoredRun:
    """All of a run but its history, checkpoints and pictures."""

    about: JsonObject
    segments: tuple[Segment, ...]
    weights: bytes
    uploads: int
    steps: int  # how far it has come
    last: tuple[float | None, float | None]  # loss and accuracy there
    events: tuple[JsonObject, ...]  # {id, segment, step, at, kind, body}
    held_out: tuple[int, float, float | None] | None  # step, accuracy, balanced; the last measured
    findings: tuple[JsonObject, ...] = ()  # {id, kind, step, says, place, numbers}
    recomputed_from: int | None = None  # of what the last segment begins with: FORMAT.md


@dataclass(frozen=True)
class StoredPlan:
    """How a worker comes to a step, and the tensors of the plan's checkpoints."""

    plan: SeekPlan
    tensors: bytes


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """One view of the file, whatever is written meanwhile; UnreadableRunError for a damaged one,
    UnavailableError where the disk fails."""
    try:
        with closing(open_to_read(path)) as connection:
            connection.execute("BEGIN")
            yield connection
    except (sqlite3.Error, ValueError, LookupError) as error:
        if isinstance(error, sqlite3.Error) and is_of_the_system(error):
            raise UnavailableError(system_sentence(error)) from error
        raise UnreadableRunError(
            f"{path.name} is damaged, or cannot be read: {reason(error)}."
        ) from error


def read_stored_run(path: Path) -> StoredRun:
    """UnreadableRunError for a file that is no run's, a newer version's, or damaged."""
    with reading(path) as connection:
        found = connection.execute("SELECT key, value FROM about")
        weights = connection.execute("SELECT tensors FROM weights").fetchone()
        held_out = connection.execute(
            "SELECT step, accuracy, balanced FROM held_out ORDER BY id DESC LIMIT 1"
        ).fetchone()
        (uploads,) = connection.execute("SELECT count(*) FROM upload").fetchone()
        return StoredRun(
            {key: json.loads(value) for key, value in found},
            tuple(_segments(connection)),
            weights[0] if weights else b"",
            uploads,
            steps_of(connection),
            last_of(connection),
            tuple(events_of(connection)),
            held_out,
            tuple(_findings(connection)),
            _recomputed_from(connection),
        )


def _findings(connection: sqlite3.Connection) -> Iterator[JsonObject]:
    rows = connection.execute("SELECT id, kind, step, body FROM finding ORDER BY id")
    for number, kind, step, body in rows:
        yield {"id": number, "kind": FindingKind(kind), "step": step} | json.loads(body)


def _recomputed_from(connection: sqlite3.Connection) -> int | None:
    row = connection.execute(
        "SELECT json_extract(checkpoint.about, '$.recomputed_from') FROM segment LEFT JOIN "
        "checkpoint ON checkpoint.segment = number AND checkpoint.step = segment.step "
        "ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return row[0] if row else None


def _segments(connection: sqlite3.Connection) -> Iterator[Segment]:
    rows = connection.execute(
        "SELECT number, step, recipe, settings, environment, optimizer FROM segment ORDER BY number"
    )
    for number, step, *texts, optimizer in rows:
        recipe, settings, environment = map(json.loads, texts)
        yield Segment(number, step, recipe, settings, bool(optimizer), environment)


def events_of(connection: sqlite3.Connection, where: str = "", *values: Any) -> list[JsonObject]:
    """Tuned settings and interventions, in their order."""
    names = ("id", "segment", "step", "at", "kind", "body")
    rows = connection.execute(f"SELECT {', '.join(names)} FROM event {where} ORDER BY id", values)
    return [
        dict(zip(names, row, strict=True)) | {"body": json.loads(row[-1])}
        for row in rows.fetchall()
    ]


def read_history(path: Path) -> tuple[MetricSeries, list[tuple[int, float, float | None]]]:
    """The curve from step 1 on, and (step, accuracy, balanced accuracy) of each time that the
    held-out accuracy was measured."""
    with reading(path) as connection:
        rows = connection.execute("SELECT step, accuracy, balanced FROM held_out ORDER BY id")
        return read_series(connection), rows.fetchall()


@dataclass(frozen=True)
class StoredUpload:
    """An upload as the file keeps it."""

    id: str
    about: JsonObject
    content: bytes  # PNG


def read_uploads(path: Path, image: str | None = None) -> list[StoredUpload]:
    """Each upload, in the order in which they came; of `image`, only that one, if it is there."""
    query = "SELECT id, about, image FROM upload WHERE ? IN (id, '') ORDER BY rowid"
    with reading(path) as connection:
        rows = connection.execute(query, (image or "",)).fetchall()
    return [StoredUpload(found, json.loads(about), content) for found, about, content in rows]


def segment_at(segments: tuple[Segment, ...], step: int) -> Segment:
    """The segment that a step lies in; where one begins, it is the later one."""
    return next(segment for segment in reversed(segments) if segment.step <= step)


def read_seek_plan(
    path: Path, segment: Segment, step: int, *, end_exactly: bool, step_s: float = 0.0
) -> StoredPlan:
    """From the last checkpoint before `step`, so that the step itself is made and has a gradient.

    With `end_exactly`, the checkpoint kept at `step`, if there is one, is sent too. NotFoundError
    where nothing is kept yet, ConflictError where the way there takes longer than anybody waits:
    a step takes `step_s` seconds to make again, by estimate.
    """
    with reading(path) as connection:
        begin = _checkpoint(connection, segment, "<" if step > segment.step else "<=", step)
        if begin is None:
            raise NotFoundError(f"Nothing is kept of step {step} of this run.")
        _must_be_near(connection, begin[0]["step"], step, step_s)
        end = _checkpoint(connection, segment, "=", step) if end_exactly and step else None
        events = events_of(connection, *_up_to(segment, step))
    return _plan(segment, step, begin, events, end)


def _must_be_near(connection: sqlite3.Connection, begin: int, step: int, step_s: float) -> None:
    seconds = (step - begin) * step_s
    if seconds > MOST_SEEK_S:
        raise ConflictError(
            f"Step {step} may take {seconds / 60:,.0f} minutes to compute again from step {begin}"
            f"{_nearest(connection, step)}"
        )


def _nearest(connection: sqlite3.Connection, step: int) -> str:
    """The end of a sentence: the steps around this one that need no computing."""
    before, after = connection.execute(
        "SELECT max(step) FILTER (WHERE step < ?1), min(step) FILTER (WHERE step > ?1) "
        "FROM checkpoint",
        (step,),
    ).fetchone()
    near = " and ".join(str(at) for at in (before, after) if at is not None)
    return f"; the nearest kept are {near}." if near else ", and nothing else is kept."


def _up_to(segment: Segment, step: int) -> tuple[Any, ...]:
    """The events that a state of this segment at a step has been through."""
    clause = "WHERE segment < ? OR (segment = ? AND step <= ?)"
    return clause, segment.number, segment.number, step


def _plan(
    segment: Segment,
    step: int,
    begin: Stored,
    events: list[JsonObject],
    end: Stored | None = None,
) -> StoredPlan:
    about, tensors = begin
    exact, exact_tensors = end or (None, b"")
    fresh = about["step"] == segment.step and not segment.optimizer
    plan = SeekPlan(
        to=step,
        segment=segment.number,
        settings=segment.settings,
        checkpoint=about,
        tensors_bytes=len(tensors),
        events=events,
        optimizer=not fresh,
        exact=exact,
    )
    return StoredPlan(plan, tensors + exact_tensors)


def read_stored_plan(path: Path, segment: Segment, step: int) -> StoredPlan:
    """To a step whose checkpoint is kept, without computing any; ConflictError for another, with
    the nearest that are."""
    with reading(path) as connection:
        found = _checkpoint(connection, segment, "=", step)
        if found is None:
            raise ConflictError(
                f"Step {step} is computed again from its data set, which is not here"
                f"{_nearest(connection, step)}"
            )
        events = events_of(connection, *_up_to(segment, step))
    return _plan(segment, step, found, events)


def last_stored(path: Path) -> int | None:
    """The last step whose checkpoint is kept."""
    with reading(path) as connection:
        row = connection.execute("SELECT max(step) FROM checkpoint").fetchone()
    return None if row[0] is None else int(row[0])


def _checkpoint(
    connection: sqlite3.Connection, segment: Segment, relation: str, step: int
) -> Stored | None:
    row = connection.execute(
        f"SELECT about, tensors FROM checkpoint WHERE segment = ? AND step {relation} ? "
        "ORDER BY step DESC LIMIT 1",
        (segment.number, step),
    ).fetchone()
    return (json.loads(row[0]), row[1]) if row else None

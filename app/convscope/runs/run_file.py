"""A run's file as the run uses it: what is recorded, and plans to come back to any step."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convscope.errors import ConflictError, NotFoundError
from convscope.ipc.replies import CheckpointReply, InterventionReply, Status, TuneReply
from convscope.ipc.reports import CheckpointNotice, Finding, FindingNotice, RecordNotice, Report
from convscope.recipe import Recipe, plan, step_seconds
from convscope.runs.history import History
from convscope.runs.recomputed import KEY, sentence
from convscope.storage.directory import RunDirectory
from convscope.storage.group_commit import OnDiskError
from convscope.storage.reader import (
    StoredPlan,
    StoredRun,
    last_stored,
    read_history,
    read_seek_plan,
    read_stored_plan,
    segment_at,
)
from convscope.storage.run_writer import RunWriter, Segment
from convscope.storage.schema import MOST_FINDINGS
from convscope.types import JsonObject

STORED = ("id", "step", "says", "undoes", "change", "undo_record")  # what of a change is kept


class RunFile:
    """Opened when there is something to write; what a worker says is recorded in its order."""

    def __init__(
        self,
        path: Path,
        directory: RunDirectory,
        stored: StoredRun | None = None,
        absent: str | None = None,
    ) -> None:
        """`stored` is what the file holds already; a new one begins with `begin`. `absent` says why
        no step can be computed here, where none can: then nothing is recorded."""
        self.path = path
        self.absent = absent
        self._directory = directory
        self._writer: RunWriter | None = None
        self.about: JsonObject = dict(stored.about) if stored else {}
        self.segments: tuple[Segment, ...] = stored.segments if stored else ()
        self.steps = stored.steps if stored else 0  # how far the run has come
        self.saved_step = self.steps  # how far of that is on the disk
        self.events = len(stored.events) if stored else 0
        # the id of the last, which no other has had: it tells one that replaced another
        self.last_event: int = stored.events[-1]["id"] if stored and stored.events else 0
        self.findings = stored.findings if stored else ()  # the latest, in the order they came
        # what the last segment begins with
        self._recomputed_from = stored.recomputed_from if stored else None
        self.uploads = stored.uploads if stored else 0  # that it had when it was found
        self._sure_of = (-1, -1)  # the step and the last event that are known to be on the disk

    def open(self, on_disk_error: OnDiskError) -> None:
        """From now on it can be written."""
        if self._writer is None:
            room = self._directory.must_have_room
            self._writer = RunWriter(self.path, on_disk_error, room, self._on_saved)

    def _on_saved(self, step: int) -> None:
        self.saved_step = max(self.saved_step, min(step, self.steps))

    @property
    def writer(self) -> RunWriter:
        """The open file; NotFoundError where its run was deleted meanwhile."""
        if self._writer is None:
            raise NotFoundError("The run was deleted.")
        return self._writer

    async def durable(self) -> None:
        """When all that was recorded is on the disk; UnavailableError where the disk fails."""
        if self._writer:
            await self._writer.durable()

    async def close(self) -> None:
        """All is written, and nobody has the file open."""
        writer, self._writer = self._writer, None
        if writer:
            await writer.close()

    # --- recording --------------------------------------------------------------------------------

    def record(self, report: Report) -> None:
        """What a worker's message says of the run."""
        if self.absent:
            return  # its worker stands at what is kept, and adds nothing
        metrics, writer = report.metrics, self.writer
        if metrics.restarted:
            self.restart()
        writer.history(metrics)
        self.steps = max([self.steps, *metrics.step[-1:]])
        here = report.status.step if report.status else self.steps
        if here < self.steps:
            writer.back_to(here)
            self.steps, self._sure_of = here, (-1, -1)
            self.saved_step = min(self.saved_step, here)
            self.findings = tuple(one for one in self.findings if one["step"] <= here)
        if isinstance(report.notice, CheckpointNotice):
            tensors = report.notice.payload
            writer.checkpoint(self.segments[-1].number, report.notice.checkpoint, tensors)
        if isinstance(report.notice, RecordNotice):
            self._recorded(report.notice, report.status)
        if isinstance(report.notice, FindingNotice):
            self._found(report.notice.finding)
        if isinstance(report.reply, InterventionReply):
            body = {key: report.reply.intervention[key] for key in STORED}
            self._event(body["step"], "intervention", body, replaces=report.reply.replaces)
        if isinstance(report.reply, TuneReply):
            self._tuned(report.reply)

    def _recorded(self, notice: RecordNotice, status: Status | None) -> None:
        """A frame of an observed run, with what was true then."""
        about = {
            "step": notice.step,
            "status": asdict(status) if status else None,
            "sections": notice.sections,
            "predictions": notice.predictions,
        }
        self.writer.checkpoint(0, about, notice.payload)

    def _found(self, finding: Finding) -> None:
        number = self.findings[-1]["id"] + 1 if self.findings else 1
        self.findings = (*self.findings, {"id": number} | asdict(finding))[-MOST_FINDINGS:]
        self.writer.finding(number, finding)

    def _tuned(self, reply: TuneReply) -> None:
        changes = dict(reply.changes)
        if "steps_per_second" in changes:
            self.note(steps_per_second=changes.pop("steps_per_second"))
        if changes:
            self._event(reply.step, "tune", {"step": reply.step, "changes": changes})

    def _event(self, step: int, kind: str, body: JsonObject, *, replaces: bool = False) -> None:
        before, self.last_event = self.last_event, self.last_event + 1
        self.events += not replaces
        self.writer.event(
            self.last_event,
            self.segments[-1].number,
            step,
            kind,
            body,
            replaces=before if replaces else None,
        )

    def restart(self) -> None:
        """The run is at step 0 again: what it was is kept in another file."""
        last = self.segments[-1]
        first = Segment(0, 0, last.recipe, environment=last.environment)
        self.segments, self.steps, self.saved_step = (first,), 0, 0
        self.events = self.last_event = 0
        self._sure_of, self._recomputed_from, self.findings = (-1, -1), None, ()
        self.writer.forget(first)

    def begin(self, about: JsonObject, recipe: JsonObject, weights: bytes) -> None:
        """A new run, kept all at once; `weights` are what it begins with, or nothing."""
        first = Segment(0, 0, recipe)
        self.about, self.segments = about, (first,)
        self.writer.begin(about, first, weights)

    def note(self, **values: Any) -> None:
        """What is known of the run, by name."""
        self.about |= values
        self.writer.note(**values)

    async def note_closed(self, **values: Any) -> None:
        """The same, while nobody has the file open; UnavailableError where the disk fails."""
        writer = RunWriter(self.path, lambda why: None, self._directory.must_have_room)
        try:
            writer.note(**values)
            await writer.durable()
        finally:
            await writer.close()
        self.about |= values

    def segment(self, segment: Segment) -> None:
        """A new segment, or what is now known of the last one."""
        self.segments = (*self.segments[: segment.number], segment)
        self.writer.segment(segment)

    def stands_at(self, now: CheckpointReply) -> None:
        """The present state is kept, and need not be computed again."""
        self.writer.checkpoint(self.segments[-1].number, now.checkpoint, now.payload)

    def go_on(self, segment: Segment, state: JsonObject, tensors: bytes) -> None:
        """A new segment, which begins with this state."""
        # the checkpoint first: a segment that no checkpoint begins could not be resumed
        self.writer.checkpoint(segment.number, state, tensors)
        self.segment(segment)
        self._recomputed_from = state.get(KEY)

    @property
    def recomputed(self) -> str | None:
        """What to say of where the run is, if that was computed again in another environment."""
        begins = bool(self.segments) and self.segments[-1].step == self.steps
        return sentence(self.steps, self._recomputed_from) if begins else None

    # --- the past ---------------------------------------------------------------------------------

    async def history(self) -> History:
        """The metrics up to the last step."""
        await self.durable()
        return History(*await asyncio.to_thread(read_history, self.path))

    def segment_at(self, step: int) -> Segment:
        """The one that a step lies in; NotFoundError for a step that the run has not come to."""
        if step > self.steps:
            raise NotFoundError(
                f"This run has come to step {self.steps}: there is no step {step} yet."
            )
        return segment_at(self.segments, step)

    async def plan(self, step: int, *, end_exactly: bool = False) -> StoredPlan:
        """To a step that was recorded; NotFoundError for one that was not, ConflictError for one
        that cannot be computed here, or takes too long to."""
        segment = self.segment_at(step)
        await self._be_sure_of(step)
        if self.absent:
            return await asyncio.to_thread(self._stored_plan, segment, step, self.absent)
        return await asyncio.to_thread(
            read_seek_plan,
            self.path,
            segment,
            step,
            end_exactly=end_exactly,
            step_s=_step_seconds(segment),
        )

    def _stored_plan(self, segment: Segment, step: int, absent: str) -> StoredPlan:
        try:
            return read_stored_plan(self.path, segment, step)
        except ConflictError as error:
            raise ConflictError(f"{error.detail} {absent}") from error

    async def last_stored(self) -> int | None:
        """The last step that can be shown without computing any."""
        await self.durable()
        return await asyncio.to_thread(last_stored, self.path)

    async def _be_sure_of(self, step: int) -> None:
        """Have all that leads to a step on the disk; what has been there already is not waited
        for, since that would hold up who drags over old steps."""
        steps, last_event = self._sure_of
        if step > steps or self.last_event != last_event:
            now = self.steps, self.last_event
            await self.durable()
            self._sure_of = now


def _step_seconds(segment: Segment) -> float:
    recipe = Recipe.model_validate(segment.recipe)
    return step_seconds(plan(recipe.network), recipe.batch_size)

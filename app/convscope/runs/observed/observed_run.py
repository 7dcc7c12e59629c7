"""A run whose steps are made in somebody's own training loop."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from time import monotonic
from typing import Any

from convscope.errors import ConflictError, NotFoundError, UnavailableError
from convscope.ipc.commands import Attend, Command, Look, Pause, Play, R, Step
from convscope.ipc.dialled import DialledWorker
from convscope.ipc.replies import FrameReply, LoopStatus, Reply, Status
from convscope.ipc.reports import Report
from convscope.runs.base_run import BaseRun
from convscope.runs.counts import Counts
from convscope.runs.observed.messages import check_report
from convscope.runs.observed.recorded import answer, frame, status_of
from convscope.runs.observed.spec import ObservedSpec
from convscope.runs.run_file import RunFile
from convscope.runs.status import RunStatus, now, status_at
from convscope.runs.supervision.replay_worker import Looked
from convscope.storage.directory import RunDirectory
from convscope.storage.reader import StoredRun
from convscope.storage.records import Record, nearest_record, recorded_steps
from convscope.types import JsonObject, LoopState, RunKind, RunState

NO_LOOP = LoopStatus(steps_per_second=0.0, overhead=0.0, frames_per_second=0.0)
CONTROLS = (Pause, Play, Step)
LOST = (
    "The training loop of this run went away without a word. It comes back by itself if it still "
    "runs."
)


class ObservedRun(BaseRun[ObservedSpec]):
    """Its loop dials in, tells of its steps, and answers while it is there."""

    kind = RunKind.OBSERVED
    probe = "probe-0"

    def __init__(
        self,
        run_id: str,
        spec: ObservedSpec,
        directory: RunDirectory,
        counts: Counts,
        stored: StoredRun | None = None,
    ) -> None:
        """`stored` is what its file holds, of a run that was there before; a new one `begin`s."""
        file = RunFile(directory.path(run_id), directory, stored)
        status = RunStatus(_status(stored), _status(None))
        super().__init__(run_id, spec, file, status, tell=self._tell, counts=counts)
        self._worker: DialledWorker | None = None
        self._loop_state = LoopState(file.about.get("loop", LoopState.LOST))
        self._touched_s = monotonic()
        self._asked = 0
        self.is_closed = False
        self._disk_error: UnavailableError | None = None
        self._closing = asyncio.Lock()

    async def begin(self, token: str) -> None:
        """A new run, whose loop shows this token when it dials in."""
        self.file.open(self._on_disk_error)
        known: JsonObject = {
            "kind": self.kind,
            "created_at": now(),
            "network": self.spec.network or None,
            "dataset_sha256": None,
            "classes": list(self.spec.classes),
            "observed": self.spec.model_dump(mode="json"),
            "worker_token": _digest(token),
        }
        self.file.begin(known, {}, b"")
        await self.file.durable()

    # --- its loop ---------------------------------------------------------------------------------

    def knows(self, token: str) -> bool:
        """Whether this is the token that its loop was given."""
        return hmac.compare_digest(_digest(token), self.file.about["worker_token"])

    async def attend(self, worker: DialledWorker) -> None:
        """Its loop is there; one that was there before is let go."""
        if self.is_closed:
            raise NotFoundError("The run was deleted.")
        await self._open()
        before, self._worker = self._worker, worker
        if before:
            before.leave()
        worker.tell(Attend(steps=self.file.steps))
        self._loop_is(LoopState.CONNECTED)
        self.viewers.tell_worker()

    async def _open(self) -> None:
        """Its file, for writing, and its history."""
        async with self._closing:
            self.file.open(self._on_disk_error)
            if self.history.steps < self.file.steps:
                self.history = await self.file.history()

    def heard(self, worker: DialledWorker, data: bytes) -> None:
        """A message of its loop; ValueError, LookupError or TypeError for what is none."""
        if worker is not self._worker:
            return
        report = worker.take(data)
        check_report(report, self.file.steps)
        self.on_report(report)

    def left(self, worker: DialledWorker, *, said: bool) -> None:
        """Its loop is gone; `said`: it ended, and took its leave."""
        worker.leave()
        if worker is not self._worker:
            return
        self._worker = None
        self._loop_is(LoopState.ENDED if said else LoopState.LOST)

    def _loop_is(self, state: LoopState) -> None:
        self._loop_state = state
        if state is not LoopState.CONNECTED:
            rests = replace(self._status.worker, state=RunState.READY, images_per_second=0.0)
            self._status.worker = rests
        if not self.is_closed:
            self.file.note(loop=state)
        self.viewers.run_changed()

    def _tell(self, command: Command[Any]) -> None:
        if self._worker:
            self._worker.tell(command)

    def _on_disk_error(self, why: UnavailableError | None) -> None:
        self._disk_error = why
        self.viewers.run_changed()

    def on_report(self, report: Report) -> None:
        """See BaseRun."""
        super().on_report(report)
        self._touched_s = monotonic()

    # --- what is held of it -----------------------------------------------------------------------

    def wake(self) -> None:
        """Its loop is there, or not."""

    async def up(self) -> None:
        """All that it holds is in memory; NotFoundError where the run is deleted meanwhile."""
        if self.is_closed:
            raise NotFoundError("The run was deleted.")
        await self._open()

    async def suspend(self) -> None:
        """Let go of all but the file."""
        async with self._closing:
            await self.file.close()

    async def close(self) -> None:
        """End the run for this server: its loop is told, and goes on without it."""
        self.is_closed = True
        self.viewers.close()
        if self._worker:
            self._worker.leave()
        await self.suspend()

    def touch(self) -> None:
        """Somebody is interested."""
        self._touched_s = monotonic()

    @property
    def touched_s(self) -> float:
        """When somebody last asked or watched, on the clock of `monotonic`."""
        return self._touched_s

    @property
    def is_untouched(self) -> bool:
        """Whether nothing came of it."""
        return not (self._worker or self.file.steps or self.file.about.get("name"))

    @property
    def is_awake(self) -> bool:
        """Whether its loop is there."""
        return self._worker is not None

    @property
    def may_suspend(self) -> bool:
        """Whether it holds what nobody would miss."""
        return not (self._worker or self._asked or len(self.viewers))

    async def pause_unwatched(self) -> None:
        """Somebody's own loop is not the server's to pause."""

    @contextmanager
    def needed(self) -> Iterator[None]:
        """It is not suspended meanwhile."""
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1

    async def note(self, **values: Any) -> None:
        """Keep what is known of it, by name; UnavailableError where the disk fails."""
        await self.up()
        self.file.note(**values)
        await self.file.durable()

    # --- what it says -----------------------------------------------------------------------------

    @property
    def state(self) -> RunState:
        """What its loop last said."""
        return self._status.worker.state

    @property
    def classes(self) -> list[str]:
        """What its class scores are called."""
        return self.spec.class_names

    @property
    def problem(self) -> str | None:
        """One sentence about what is wrong with it."""
        lost = LOST if self._loop_state is LoopState.LOST else None
        disk = self._disk_error.detail if self._disk_error else None
        return disk or lost or self._status.worker.problem

    @property
    def fixed(self) -> JsonObject:
        """What seldom or never changes in it."""
        about = self.file.about
        return {
            "name": about.get("name"),
            "parent": None,
            "imported_from": about.get("imported_from"),
            "absent": None,
            "trainable": False,
            "recipe": {},
            "network": about["network"],
            "classes": self.classes,
            "dataset_sha256": None,
            "held_out_images": None,
            "parameters": sum(layer.parameters for layer in self.spec.layers),
            "probes": self.spec.probe_ids,
            "first_weights": None,
            "created_at": about["created_at"],
        }

    def must_have_probe(self, image: str) -> int:
        """Its number; NotFoundError where it is not looked at through this image."""
        ids = self.spec.probe_ids
        if image in ids:
            return ids.index(image)
        known = f"{ids[0]} to {ids[-1]}" if ids else "none"
        raise NotFoundError(f"There is no image {image!r}: this run is watched with {known}.")

    def describe_probe(self, image: str) -> JsonObject:
        """An image that it is looked at through, as `GET /runs/{id}/images/{image}` answers."""
        number, shape = self.must_have_probe(image), self.spec.layers[0].input_shape
        label = self.spec.labels[number] if number < len(self.spec.labels) else None
        name = self.classes[label] if label is not None and label < len(self.classes) else None
        return {
            "id": image,
            "source": "probe",
            "label": label,
            "class": name,
            "name": f"image {number} of the probe",
            "width": shape[-1],
            "height": shape[-2] if len(shape) == 3 else 1,
            "format": None,
            "inverted": False,
            "centred": False,
            "preprocessing": [],
        }

    def describe(self) -> JsonObject:
        """See BaseRun; with how its loop goes."""
        told = super().describe()
        loop = told["loop"] or asdict(NO_LOOP)
        rests = asdict(NO_LOOP) | {"skipped_steps": loop["skipped_steps"]}
        going = loop if self._worker else rests
        about = {"state": self._loop_state, "controllable": self.spec.controllable}
        return told | {"loop": going | about}

    async def describe_at(self, step: int | None) -> JsonObject:
        """The run as it was at a step that was recorded."""
        if step is None:
            return self.describe()
        record = await self._recorded(step)
        then = status_of(record)
        measured = (await self.metric_history()).held_out_at(step)
        return self.describe() | status_at(then, measured)

    # --- what it is asked -------------------------------------------------------------------------

    async def ask(self, command: Command[R]) -> R:
        """A question to its loop, which answers between two steps; ConflictError while it is not
        there, and for what it cannot be asked."""
        self.touch()
        if isinstance(command, CONTROLS) and not self.spec.controllable:
            raise ConflictError(
                "This run's training loop is its own: watch(…, control=True) lets it be paused "
                "and stepped from here."
            )
        if self._worker is None:
            raise ConflictError("The training loop of this run is not connected.")
        with self.needed():
            return await self._worker.ask(command)

    async def command(self, command: Command[Any]) -> JsonObject:
        """A command that changes how it goes on; answers with the run after it."""
        await self.ask(command)
        return self.describe()

    async def look(self, step: int | None, command: Command[R]) -> Looked[R]:
        """A question about the present, or about a step that was recorded."""
        if step is None and self._worker:
            return Looked(await self.ask(command), None)
        record = await self._recorded(step)
        reply: Reply = answer(record, command)
        return Looked(reply, None)  # type: ignore[arg-type]

    async def look_near(self, step: int, command: Look) -> FrameReply:
        """What was recorded nearest to a step."""
        return frame(await self._nearest(step), command)

    async def recorded_steps(self) -> list[int]:
        """The steps that can be looked at."""
        await self.up()
        await self.file.durable()
        return await asyncio.to_thread(recorded_steps, self.file.path)

    async def _nearest(self, step: int) -> Record:
        with self.needed():
            await self.up()
            await self.file.durable()
            record = await asyncio.to_thread(nearest_record, self.file.path, step)
        if record is None:
            raise ConflictError(
                "Nothing of this run is recorded yet, and its training loop is not connected."
            )
        return record

    async def _recorded(self, step: int | None) -> Record:
        """What was recorded at a step; None: at the last one that was."""
        if step is not None and step > self.file.steps:
            raise NotFoundError(
                f"This run has come to step {self.file.steps}: there is no step {step} yet."
            )
        record = await self._nearest(self.file.steps if step is None else step)
        if step not in (None, record.step):
            raise ConflictError(
                f"Step {step} was not recorded, and steps of somebody's own loop cannot be made "
                f"again: the nearest that was is {record.step}."
            )
        return record


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _status(stored: StoredRun | None) -> Status:
    """Of a loop that says nothing now."""
    step, accuracy, balanced = (stored.held_out if stored else None) or (None, None, None)
    return Status(
        state=RunState.READY if stored else RunState.STARTING,
        step=stored.steps if stored else 0,
        loss=stored.last[0] if stored else None,
        accuracy=stored.last[1] if stored else None,
        held_out_accuracy=accuracy,
        held_out_step=step,
        held_out_balanced_accuracy=balanced,
        images_per_second=0.0,
        steps_per_second=None,
        problem=None,
        learning_rate=None,
        momentum=None,
        weight_decay=None,
    )

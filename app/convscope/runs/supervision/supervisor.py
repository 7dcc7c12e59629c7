"""A run's life with its worker: brought up when it is needed, brought back where it was."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from convscope.errors import ConflictError, ConvscopeError, NotFoundError, UnavailableError
from convscope.ipc.messages import Message
from convscope.ipc.protocol import Worker
from convscope.runs.owner import Owner
from convscope.runs.place import Place
from convscope.runs.recomputed import marked, recomputed_from
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.runs.status import DEFAULT_STEPS_PER_SECOND, RunStatus
from convscope.runs.supervision.crashes import Crashes
from convscope.runs.supervision.replay import ReplayWorker
from convscope.storage.reader import SeekPlan
from convscope.storage.run_writer import Segment
from convscope.types import JsonObject, RunState

log = logging.getLogger("convscope")
BUSY = (RunState.PLAYING, RunState.STEPPING)


class Supervisor:
    """One worker at a time; a dead one is replaced, a run that nobody needs has none."""

    def __init__(
        self, owner: Owner, spec: Spec, place: Place, file: RunFile, present: RunStatus
    ) -> None:
        self._owner = owner
        self._spec = spec
        self._place = place
        self._file = file
        self._present = present
        self.replay = ReplayWorker(file, self._new_worker, self._arguments_of, owner.pictures)
        self.failure: str | None = None
        self.disk_error: str | None = None  # the disk's
        self._stopped_by_disk = False  # when its worker was to be replaced
        self._crashes = Crashes()
        self._goes_on = False  # it is to play as soon as it can
        self._worker: Worker | None = None
        self._ready: asyncio.Task[None] | None = None  # being opened, or open
        self._is_up = False  # the worker has come to where the run was
        self._closed = False
        self._asked = 0  # how many wait for the worker
        self._going = asyncio.Lock()  # held while it goes to sleep: the file is let go of last

    @property
    def state(self) -> RunState:
        """Where the run is in its life."""
        if self.failure:
            return RunState.FAILED
        return RunState(self._present.status.get("state", RunState.STARTING))

    @property
    def may_sleep(self) -> bool:
        """Whether it has a worker, or a failed one, that nobody waits for."""
        rests = (self._is_up or self.failure is not None) and self.state not in BUSY
        return rests and not self._asked and not self.disk_error

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""
        return self._ready is not None

    # --- coming up --------------------------------------------------------------------------------

    def launch(self) -> None:
        """Start a worker, where the run is."""
        self.failure, self._stopped_by_disk = None, False
        self._ready = asyncio.create_task(self._start())

    def try_again(self) -> None:
        """Somebody wants a run that failed to have another worker."""
        if self.failure:
            self._crashes = Crashes()
            self.launch()

    def wake(self) -> None:
        """Have a worker, for whoever asks or looks; a run that failed stays so."""
        if self._ready is None:
            self._ready = asyncio.create_task(self._open())

    async def _open(self) -> None:
        """From the file; UnavailableError where no more runs may be awake."""
        try:
            await self._owner.admit()
            async with self._going:
                pass  # whoever put it to sleep has let go of the file
            self._file.open(self.on_disk_error)
            await self._owner.remember()
        except BaseException:
            self._ready = None
            raise
        await self._start()

    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        ready = None
        while ready is None or ready is not self._ready:  # a worker may be replaced
            self._must_be_there()
            self.wake()
            ready = self._ready
            assert ready is not None
            await asyncio.wait([ready])
            if not ready.cancelled():
                ready.result()

    async def _start(self) -> None:
        worker = self._worker = self._new_worker()
        self._is_up = False
        try:
            await worker.start(self._owner.on_message, lambda why: self._on_death(worker, why))
            await self._start_at(worker, await self._plan_back())
        except Exception as error:
            if not isinstance(error, ConvscopeError):
                log.exception("the worker of run %s could not be started", self._owner.id)
            await worker.close()
            if worker is self._worker:
                self._stopped_by_disk = isinstance(error, UnavailableError)
                self._fail(str(error) or "The worker of this run could not be started.")
            return
        self._is_up = True
        for image, pixels in self._owner.pictures():
            worker.tell("put_image", pixels, image=image)
        self._owner.came_up()
        if self._goes_on and not self.disk_error:
            self._goes_on = False
            worker.tell("play")

    def _new_worker(self) -> Worker:
        return self._place.new_worker(self._place.settings.device)

    async def _plan_back(self) -> SeekPlan | None:
        """To where the run was; None for one that is at its beginning."""
        file = self._file
        if file.absent:
            stored = await file.last_stored()
            return None if stored is None else await file.seek_plan(stored)
        if not (file.steps or file.events or file.segments[-1].number):
            return None
        return await file.seek_plan(file.steps, end_exactly=True)

    async def _start_at(self, worker: Worker, seek_plan: SeekPlan | None) -> None:
        spec, present = self._spec, self._present
        answer = await worker.ask(
            "start",
            spec.weights + (seek_plan.payload if seek_plan else b""),
            **self._arguments(spec.recipe.model_dump(mode="json")),
            weights_bytes=len(spec.weights),
            steps_per_second=present.status.get("steps_per_second", DEFAULT_STEPS_PER_SECOND),
            seek_plan=seek_plan.header if seek_plan else None,
            was=present.was(self._file.about.get("halted")),
        )
        about = answer.header["about"]
        if seek_plan:
            about["taken"] = present.about.get("taken", about["taken"])
        elif about["taken"]:
            self._file.note(taken=about["taken"])
        present.about, present.lists = about, answer.header["lists"]
        await self._settle(worker, about["environment"], seek_plan)

    async def _settle(
        self, worker: Worker, environment: JsonObject, seek_plan: SeekPlan | None
    ) -> None:
        """Where the run goes on in another environment, a new part of its life begins."""
        file, last = self._file, self._file.segments[-1]
        if last.environment == environment or file.absent:
            return
        if last.environment is None or file.steps == last.step or seek_plan is None:
            file.segment(replace(last, environment=environment))
            return
        answer = await worker.ask("begin_segment")
        tuned = {k: v for k, v in answer.header["settings"].items() if v is not None}
        state = marked(answer.header["checkpoint"], recomputed_from(seek_plan, differs=True))
        begun = Segment(last.number + 1, state["step"], last.recipe, tuned, True, environment)
        file.go_on(begun, state, answer.payload)

    def _arguments(self, recipe: JsonObject) -> JsonObject:
        settings = self._place.settings
        return {
            "recipe": recipe | {"data": {"dataset": None}} if self._file.absent else recipe,
            "classes": len(self._file.about.get("classes") or []),
            "device": settings.device,
            "data_dirs": [str(path) for path in settings.data_dirs],
            "cache_dir": str(settings.cache_dir),
        }

    def _arguments_of(self, segment: Segment) -> tuple[JsonObject, bytes]:
        return self._arguments(segment.recipe), self._spec.weights

    # --- trouble ----------------------------------------------------------------------------------

    def _on_death(self, worker: Worker, why: str) -> None:
        if worker is not self._worker:
            return
        self._is_up = False
        self._goes_on = self._goes_on or self.state is RunState.PLAYING
        if self._crashes.too_many():
            self._goes_on = False
            self._fail(
                f"{why} That was the third time in a row, so it was not started again. All steps "
                f"up to {self._file.steps} are kept."
            )
            return
        log.warning("run %s goes on after: %s", self._owner.id, why)
        self._present.status = self._present.status | {"state": RunState.STARTING}
        self._present.notice = f"{why} It went on from what is kept, and nothing is lost."
        self.launch()
        self._owner.changed()

    def _fail(self, why: str) -> None:
        log.warning("run %s failed: %s", self._owner.id, why)
        self.failure = self.failure or why
        self._owner.changed()

    def on_disk_error(self, why: str | None) -> None:
        """The disk fails, for this reason, or works again."""
        self.disk_error = why
        if why and self.state in BUSY:
            self._goes_on = self.state is RunState.PLAYING
            self.tell("pause")
        elif not why and self._stopped_by_disk:
            self.try_again()
        elif not why and self._goes_on:
            self._goes_on = False
            self.tell("play")
        self._owner.changed()

    async def note(self, **values: Any) -> None:
        """Keep what is known of the run, by name, which needs no worker; UnavailableError where
        the disk fails, NotFoundError where the run is deleted meanwhile."""
        if self.is_awake:
            await self.up()
            self.must_be_kept("note")
            self._file.note(**values)
            await self._file.durable()
            return
        async with self._going:  # whoever wakes it waits
            self._must_be_there()
            await self._file.note_asleep(**values)

    def _must_be_there(self) -> None:
        if self._closed:
            raise NotFoundError("The run was deleted.")

    def must_be_kept(self, command: str) -> None:
        """Before what changes the run: UnavailableError while the disk fails.

        Who asks for a pause meanwhile does not want it to go on by itself, nor to wait.
        """
        if command == "pause":
            self._goes_on = False
        if self.disk_error:
            raise UnavailableError(self.disk_error, retry_after=1)

    # --- ending -----------------------------------------------------------------------------------

    async def sleep(self) -> None:
        """End the worker; all that the run was is in the file."""
        ready, self._ready = self._ready, None
        if ready:
            ready.cancel()
        worker, self._worker, self._is_up = self._worker, None, False
        async with self._going:
            if worker:
                await worker.close()
            await self.replay.close()
            await self._file.close()
            self.disk_error = None  # its next writer will see

    async def close(self) -> None:
        """The run is not to be asked any more."""
        self._closed = True
        await self.sleep()

    # --- asking -----------------------------------------------------------------------------------

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        await self.up()
        if self.failure or self._worker is None:
            raise ConflictError(f"{self.failure or 'The run was put aside.'} Reset the run first.")
        self._asked += 1
        try:
            return await self._worker.ask(command, payload, **arguments)
        finally:
            self._asked -= 1

    def tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """To a worker that is up; one that is not is told everything when it comes up."""
        if self._worker and self._is_up and not self.failure:
            self._worker.tell(command, payload, **arguments)

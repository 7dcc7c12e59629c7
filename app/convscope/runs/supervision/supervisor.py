"""A run's worker: started when it is needed, replaced when it dies, ended when nobody needs it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from time import monotonic
from typing import Any, Protocol

from convscope.budget import Budget
from convscope.errors import (
    ConflictError,
    ConvscopeError,
    NotFoundError,
    UnavailableError,
    WorkerDiedError,
)
from convscope.ipc.commands import (
    Command,
    Pause,
    Play,
    PutImage,
    R,
)
from convscope.ipc.protocol import Worker
from convscope.ipc.reports import Report
from convscope.runs.counts import Counts
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.runs.status import RunStatus
from convscope.runs.supervision.pool import Pool
from convscope.runs.supervision.replay_worker import ReplayWorker
from convscope.runs.supervision.startup import Startup
from convscope.settings import Settings
from convscope.system_errors import system_sentence
from convscope.types import RunState

log = logging.getLogger("convscope")
CRASHES_IN_A_ROW_S = 30.0  # a worker that lived for so long after a crash had got over it
MOST_CRASHES = 3


class Phase(Enum):
    """What a supervisor has: one gate for all that it may be asked."""

    SUSPENDED = auto()  # no worker; all of the run is in its file
    STARTING = auto()  # a worker that is coming to where the run was
    UP = auto()  # a worker that is there
    FAILED = auto()  # none, and a sentence that says why
    CLOSED = auto()  # the run is gone


@dataclass(frozen=True)
class Workers:
    """Where a run gets its workers from."""

    settings: Settings
    pool: Pool
    new: Callable[[str], Worker]  # by device
    budget: Budget
    counts: Counts = field(default_factory=Counts)


class RunCallbacks(Protocol):
    """What a supervisor tells the run."""

    id: str

    async def load(self) -> None:
        """Have in memory what a run with a worker needs: its history and uploads."""

    def on_report(self, report: Report) -> None:
        """What the worker says."""

    def on_up(self) -> None:
        """The worker is where the run was, and can be told things."""

    def on_change(self) -> None:
        """The run's state, or what is to be said of it, is another now."""

    @property
    def is_watched(self) -> bool:
        """Whether somebody has it on screen."""

    def images(self) -> Iterable[PutImage]:
        """Its uploads as a worker is told of them."""


class Supervisor:
    """One worker at a time; a dead one is replaced, a run that nobody needs has none."""

    def __init__(
        self, run: RunCallbacks, spec: Spec, workers: Workers, file: RunFile, status: RunStatus
    ) -> None:
        self._run = run
        self._workers = workers
        self._file = file
        self._status = status
        self._startup = Startup(spec, file, status, workers.settings)
        self.replay = ReplayWorker(
            file, self._new_worker, self._startup.of_segment, run.images, self._on_replay_death
        )
        self.phase = Phase.SUSPENDED
        self.failure: str | None = None  # why, in phase FAILED
        self.disk_error: UnavailableError | None = None
        self.touched_s = monotonic()  # when somebody last asked or watched
        self._retry_when_disk_works = False  # it failed because its disk did
        self._resume_playing = False  # it is to play as soon as it can
        self._crashes = 0
        self._crashed_s = float("-inf")
        self._worker: Worker | None = None
        self._starting: asyncio.Task[None] | None = None  # ended, once the phase is another
        self._asked = 0  # how many need the worker
        self._suspending = asyncio.Lock()  # the file is let go of last
        workers.pool.add(self)

    # --- its state --------------------------------------------------------------------------------

    @property
    def state(self) -> RunState:
        """The run's state, as it is told."""
        return RunState.FAILED if self.phase is Phase.FAILED else self._status.worker.state

    @property
    def is_awake(self) -> bool:
        """See Pool."""
        return self.phase in (Phase.STARTING, Phase.UP, Phase.FAILED)

    @property
    def may_suspend(self) -> bool:
        """See Pool."""
        rests = self.phase in (Phase.UP, Phase.FAILED) and not self.state.is_training
        return rests and not self._asked and self.may_suspend_soon

    @property
    def may_suspend_soon(self) -> bool:
        """See Pool."""
        plays = self.state is RunState.PLAYING
        return self.is_awake and not (plays or self.disk_error or self._run.is_watched)

    def touch(self) -> None:
        """Somebody is interested."""
        self.touched_s = monotonic()

    # --- coming up --------------------------------------------------------------------------------

    async def reserve(self) -> None:
        """A place for the worker of a new run, which is to be started then; UnavailableError where
        no more runs may be awake."""
        self.phase = Phase.STARTING
        await self._workers.pool.make_room(self)

    def start(self) -> None:
        """A worker, where the run is."""
        self.phase, self.failure, self._retry_when_disk_works = Phase.STARTING, None, False
        self._starting = asyncio.create_task(self._start())

    def retry(self) -> None:
        """Somebody wants a run that failed to have another worker."""
        if self.phase is Phase.FAILED:
            self._crashes = 0
            self.start()

    def wake(self) -> None:
        """A worker, for whoever asks or looks; a run that failed stays so."""
        if self.phase is Phase.SUSPENDED:
            self.phase = Phase.STARTING
            self._starting = asyncio.create_task(self._open())

    async def _open(self) -> None:
        """From the file; UnavailableError where no more runs may be awake."""
        try:
            await self._workers.pool.make_room(self)
            async with self._suspending:
                pass  # whoever suspended it has let go of the file
            self._file.open(self.on_disk_error)
            await self._run.load()
        except BaseException:
            if self.phase is Phase.STARTING:
                self.phase = Phase.SUSPENDED
            raise
        await self._start()

    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        waited = None
        while waited is None or waited is not self._starting:  # a worker may be replaced
            self._must_be_there()
            self.wake()
            waited = self._starting
            assert waited is not None
            await asyncio.wait([waited])
            if not waited.cancelled():
                waited.result()

    async def _start(self) -> None:
        worker = self._worker = self._new_worker()
        try:
            if not await self._has_come(worker):
                return
            await self._startup.bring(worker)
        except Exception as error:
            if not isinstance(error, ConvscopeError):
                log.exception("the worker of run %s could not be started", self._run.id)
            await worker.close()
            if worker is self._worker:
                self._retry_when_disk_works = isinstance(error, UnavailableError)
                self._fail(_why_not_started(error), type(error).__name__)
            return
        if worker is not self._worker:  # it died meanwhile, or is not wanted any more
            return
        self.phase = Phase.UP
        for image in self._run.images():
            worker.tell(image)
        self._run.on_up()
        self._play_on()

    async def _has_come(self, worker: Worker) -> bool:
        """Whether there is a process; that none could be forked is a death like any other."""
        try:
            await worker.start(self._run.on_report, lambda why: self._on_death(worker, why))
        except WorkerDiedError as error:
            self._on_death(worker, error.detail)
            return False
        return True

    def _play_on(self) -> None:
        if self._resume_playing and not self.disk_error:
            self._resume_playing = False
            self.tell(Play())
            # from now on, so that one which dies before it says so is played on too
            self._status.worker = replace(self._status.worker, state=RunState.PLAYING)
            self._run.on_change()

    def _new_worker(self) -> Worker:
        return self._workers.new(self._workers.settings.device)

    # --- failures ---------------------------------------------------------------------------------

    def _on_death(self, worker: Worker, why: str) -> None:
        if worker is not self._worker:
            return
        self._resume_playing = self._resume_playing or self.state is RunState.PLAYING
        if self._crashed_again():
            self._resume_playing = False
            self._fail(
                f"{why} That was the third time in a row, so it was not started again. All steps "
                f"up to {self._file.steps} are kept."
            )
            return
        log.warning("run %s goes on after: %s", self._run.id, why)
        self._workers.counts.worker_restarts += 1
        self._status.worker = replace(self._status.worker, state=RunState.STARTING)
        self._status.notice = f"{why} It went on from what is kept, and nothing is lost."
        self.start()
        self._run.on_change()

    def _on_replay_death(self, why: str) -> None:
        log.warning("looking back at run %s: %s", self._run.id, why)
        self._workers.counts.worker_restarts += 1
        self._status.notice = f"{why} It computed past steps; the next look has another."
        self._run.on_change()

    def _crashed_again(self) -> bool:
        """One more; whether it is the third in a row: none of them was up for long."""
        now, was_up = monotonic(), self.phase is Phase.UP
        in_a_row = not was_up or now - self._crashed_s < CRASHES_IN_A_ROW_S
        self._crashes = self._crashes + 1 if in_a_row else 1
        self._crashed_s = now
        return self._crashes >= MOST_CRASHES

    def _fail(self, why: str, cause: str | None = None) -> None:
        """`cause` is for the log where the sentence may have names in it that people gave."""
        log.warning("run %s failed: %s", self._run.id, cause or why)
        self.phase, self.failure = Phase.FAILED, self.failure or why
        self._run.on_change()

    def on_disk_error(self, why: UnavailableError | None) -> None:
        """The disk fails, for this reason, or works again."""
        self.disk_error = why
        if why and self.state.is_training:
            self._resume_playing = self.state is RunState.PLAYING
            self.tell(Pause())
        elif not why and self._retry_when_disk_works:
            self.retry()
        elif not why:
            self._play_on()
        self._run.on_change()

    async def note(self, **values: Any) -> None:
        """Keep what is known of the run, by name, which needs no worker; UnavailableError where
        the disk fails, NotFoundError where the run is deleted meanwhile."""
        if self.is_awake:
            await self.up()
            self.must_have_disk()
            self._file.note(**values)
            await self._file.durable()
            return
        async with self._suspending:  # whoever wakes it waits
            self._must_be_there()
            await self._file.note_closed(**values)

    def _must_be_there(self) -> None:
        if self.phase is Phase.CLOSED:
            raise NotFoundError("The run was deleted.")

    def must_have_disk(self, *, pausing: bool = False) -> None:
        """Before what changes the run: UnavailableError while the disk fails.

        Who asks for a pause meanwhile does not want it to go on by itself, nor to wait.
        """
        if pausing:
            self._resume_playing = False
        if self.disk_error:
            raise self.disk_error.with_traceback(None)  # it may be raised often

    # --- ending -----------------------------------------------------------------------------------

    async def suspend(self) -> None:
        """End the worker; all that the run was is in the file."""
        if self.phase is not Phase.CLOSED:
            self.phase = Phase.SUSPENDED
        starting, self._starting = self._starting, None
        if starting:
            starting.cancel()
        worker, self._worker = self._worker, None
        async with self._suspending:
            if worker:
                await worker.close()
            await self.replay.close()
            await self._file.close()
            self.disk_error = None  # its next writer will see

    async def close(self) -> None:
        """The run is not to be asked any more."""
        self.phase = Phase.CLOSED
        self._workers.pool.discard(self)
        await self.suspend()

    # --- asking -----------------------------------------------------------------------------------

    async def ask(self, command: Command[R]) -> R:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        with self.needed():
            await self.up()
            self._must_be_there()
            if self.phase is Phase.FAILED or self._worker is None:
                raise ConflictError(
                    f"{self.failure or 'The run was suspended.'} Reset the run first."
                )
            return await self._worker.ask(command)

    @contextmanager
    def needed(self) -> Iterator[None]:
        """It is not suspended meanwhile; NotFoundError where its worker goes as it is deleted."""
        self._asked += 1
        try:
            yield
        except WorkerDiedError:
            self._must_be_there()
            raise
        finally:
            self._asked -= 1

    def tell(self, command: Command[Any]) -> None:
        """To a worker that is up; one that is not is told everything when it comes up."""
        if self._worker and self.phase is Phase.UP:
            self._worker.tell(command)


def _why_not_started(error: Exception) -> str:
    if isinstance(error, ConvscopeError):
        return error.detail
    if isinstance(error, OSError):
        return f"The worker of this run could not be started. {system_sentence(error)}"
    return "The worker of this run could not be started; see the server log."

"""Looking at a run's past: a second worker that computes any step again, beside the training."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic

from convscope.ipc.commands import (
    AblateFreezing,
    Command,
    DropTask,
    PutImage,
    R,
    Seek,
    Setup,
    StartReplay,
)
from convscope.ipc.protocol import Worker
from convscope.ipc.replies import AblationReply
from convscope.ipc.seek_plan import SeekPlan
from convscope.runs.recomputed import recomputed_from, sentence
from convscope.runs.run_file import RunFile
from convscope.storage.run_writer import Segment
from convscope.types import JsonObject

IDLE_S = 30.0  # then the second worker goes


@dataclass(frozen=True)
class Looked(Generic[R]):
    """A reply about a step, and how far its numbers are those that were."""

    reply: R
    recomputed: str | None = None  # a sentence where the last digits may differ
    recomputed_from: int | None = None  # the step that they were computed from, where they may
    events: Sequence[JsonObject] = ()  # that they have been through, as the run's file had them


@dataclass(frozen=True)
class Position:
    """Where the worker is, and all that could make it another state."""

    step: int
    last_event: int  # the id of the last that the run knows of
    restarts: int  # how often the run began anew


class ReplayWorker:
    """One worker for all who look at a run's past; the step nearest to where it is comes first."""

    def __init__(
        self,
        file: RunFile,
        new_worker: Callable[[], Worker],
        setup: Callable[[Segment], tuple[Setup, bytes]],
        images: Callable[[], Iterable[PutImage]],
        on_death: Callable[[str], None] = lambda why: None,
    ) -> None:
        """`setup` is what a segment's run is built from, with its first weights; `images` are the
        run's uploads; `on_death` hears why one ended by itself: the next question has another."""
        self._file = file
        self._new_worker = new_worker
        self._setup = setup
        self._images = images
        self._on_death = on_death
        self._worker: Worker | None = None
        self._segment: Segment | None = None
        self.environment: JsonObject | None = None  # in which the steps here are computed
        self._restarts = 0
        self._here: Position | None = None
        self._asked_environment: JsonObject | None = None  # that the steps were trained in
        self._plan: SeekPlan | None = None  # that led here
        self._busy = False
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()  # workers on their way out

    async def ask(self, step: int, command: Command[R]) -> Looked[R]:
        """A command about a past step, left off by the worker where it is cancelled; NotFoundError
        for a step that is not there yet."""
        async with self._turn(step):
            worker = await self._come_to(step)
            try:
                reply = await worker.ask(command)
            except asyncio.CancelledError:
                worker.tell(DropTask())
                raise
            return self._looked(reply)

    def _looked(self, reply: R) -> Looked[R]:
        plan = self._plan
        assert plan is not None
        since = recomputed_from(plan, differs=self._differs())
        return Looked(reply, sentence(plan.to, since), since, plan.events)

    async def ablate_freezing(self, step: int, layer: str, number: int) -> AblationReply:
        """What a filter's learning is worth in the steps after this one."""
        async with self._turn(step):
            worker = await self._come_to(step)
            self._here = None
            return await worker.ask(AblateFreezing(layer=layer, filter=number))

    def tell(self, command: Command[Any]) -> None:
        """A command about no step, such as a new image."""
        if self._worker and self._segment:
            self._worker.tell(command)

    # --- whose turn it is -------------------------------------------------------------------------

    @asynccontextmanager
    async def _turn(self, step: int) -> AsyncIterator[None]:
        if self._idle:
            self._idle.cancel()
        if self._busy:
            await self._wait(step)
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, step: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (step, turn)
        self._waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:  # it was its turn already
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        if not self._waiting:
            self._busy = False
            self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.rest)
            return
        here = self._here.step if self._here else 0
        nearest = min(self._waiting, key=lambda entry: abs(entry[0] - here))
        self._waiting.remove(nearest)
        nearest[1].set_result(None)

    # --- going there ------------------------------------------------------------------------------

    async def _come_to(self, step: int) -> Worker:
        segment = self._file.segment_at(step)
        worker = await self._worker_for(segment)
        there = Position(step, self._file.last_event, self._restarts)
        if self._here != there:
            self._here = None
            self._asked_environment = segment.environment
            stored = await self._file.plan(step, end_exactly=self._differs())
            await worker.ask(Seek(plan=stored.plan, payload=stored.tensors))
            self._here, self._plan = there, stored.plan
        return worker

    def _differs(self) -> bool:
        """Whether the steps are computed in another environment than they were trained in."""
        return self._asked_environment not in (None, self.environment)

    async def _worker_for(self, segment: Segment) -> Worker:
        """A worker with this segment's recipe."""
        worker = self._worker
        if worker is None:
            worker = self._new_worker()
            await worker.start(lambda report: None, lambda why: self._died(worker, why))
            self._worker, self._segment = worker, None
        if segment != self._segment:
            setup, weights = self._setup(segment)
            self._here = self._segment = None
            restarts = self._restarts
            reply = await worker.ask(StartReplay(setup=setup, payload=weights))
            for image in self._images():
                worker.tell(image)
            self.environment = reply.environment
            self._segment = segment if restarts == self._restarts else None
        return worker

    def _died(self, worker: Worker | None, why: str) -> None:
        if worker is self._worker:
            self._worker = self._segment = self._here = None
            self._on_death(why)

    # --- ending -----------------------------------------------------------------------------------

    def restart(self) -> None:
        """The run is at step 0 again: no answer about what was is used any more. A question under
        way is answered as it was asked."""
        self._restarts += 1
        self._segment = None

    def rest(self) -> None:
        """Nobody looks back any more. The worker is released at once, so that a question that
        comes while it ends gets another."""
        worker = self._let_go()
        if worker:
            ending = asyncio.create_task(worker.close())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the second worker, for now or for good."""
        worker = self._let_go()
        if worker:
            await worker.close()

    def _let_go(self) -> Worker | None:
        if self._idle:
            self._idle.cancel()
        worker, self._worker, self._segment, self._here = self._worker, None, None, None
        return worker

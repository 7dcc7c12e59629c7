"""Looking at a run's past: a second worker that computes any step again, beside the training."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from convscope.errors import NotFoundError
from convscope.ipc.messages import Message
from convscope.ipc.protocol import Worker
from convscope.runs.recomputed import recomputed_from, sentence
from convscope.runs.run_file import RunFile
from convscope.storage.reader import SeekPlan, segment_at
from convscope.storage.run_writer import Segment
from convscope.types import JsonObject

IDLE_S = 30.0  # then the second worker goes


class ReplayWorker:
    """One worker for all who look at a run's past; the step nearest to where it is comes first."""

    def __init__(
        self,
        file: RunFile,
        new_worker: Callable[[], Worker],
        arguments: Callable[[Segment], tuple[JsonObject, bytes]],
        pictures: Callable[[], Iterable[tuple[str, bytes]]],
    ) -> None:
        """`arguments` are those of a worker's `start_past`, and first weights; `pictures` are the
        run's uploads as the network sees them, by id."""
        self._file = file
        self._new_worker = new_worker
        self._arguments = arguments
        self._pictures = pictures
        self._worker: Worker | None = None
        self._segment: Segment | None = None
        self.environment: JsonObject | None = None  # in which the steps here are computed
        self._lives = 0  # how often the run began anew
        # step, the number of events known of, and in which life
        self._here: tuple[int, int, int] | None = None
        self._said: JsonObject = {}  # what goes with every answer about the step that it is at
        self._busy = False
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()  # workers on their way out

    async def ask(self, step: int, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command about a past step. Its header has `recomputed`, None or a sentence where the
        numbers may differ in their last digits from those that were; `recomputed_from`, None or the
        step that they were computed from; `last_event`, the id of the last change that they have
        been through, or 0.

        NotFoundError for a step that is not there yet.
        """
        async with self._turn(step):
            worker = await self._come_to(step)
            answer = await worker.ask(command, payload, **arguments)
            answer.header.update(self._said)
            return answer

    async def ablate_freezing(self, step: int, layer: str, number: int) -> JsonObject:
        """What a filter's learning is worth in the steps after this one: `{ahead, learning,
        frozen}`, held-out accuracies so many steps ahead."""
        async with self._turn(step):
            worker = await self._come_to(step)
            self._here = None
            answer = await worker.ask("ablate_freezing", layer=layer, filter=number)
            return answer.header

    def tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """A command about no step, such as a new picture."""
        if self._worker and self._segment:
            self._worker.tell(command, payload, **arguments)

    # --- whose turn it ----------------------------------------------------------------------------

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
        here = self._here[0] if self._here else 0
        nearest = min(self._waiting, key=lambda entry: abs(entry[0] - here))
        self._waiting.remove(nearest)
        nearest[1].set_result(None)

    # --- going ------------------------------------------------------------------------------------

    async def _come_to(self, step: int) -> Worker:
        if step > self._file.steps:
            raise NotFoundError(
                f"This run has come to step {self._file.steps}: there is no step {step} yet."
            )
        segment = segment_at(self._file.segments, step)
        worker = await self._worker_for(segment)
        there = (step, self._file.events, self._lives)
        if self._here != there:
            self._here = None
            differs = segment.environment not in (None, self.environment)
            seek_plan = await self._file.seek_plan(step, end_exactly=differs)
            await worker.ask("seek", seek_plan.payload, seek_plan=seek_plan.header)
            self._here, self._said = there, _says(seek_plan, differs=differs)
        return worker

    async def _worker_for(self, segment: Segment) -> Worker:
        """A worker with this segment's recipe."""
        worker = self._worker
        if worker is None:
            worker = self._new_worker()
            await worker.start(lambda message: None, lambda why: self._died(worker))
            self._worker, self._segment = worker, None
        if segment != self._segment:
            arguments, weights = self._arguments(segment)
            self._here = self._segment = None
            supervisor = self._lives
            answer = await worker.ask("start_past", weights, **arguments)
            for image, pixels in self._pictures():
                worker.tell("put_image", pixels, image=image)
            self.environment = answer.header["environment"]
            self._segment = segment if supervisor == self._lives else None
        return worker

    def _died(self, worker: Worker | None) -> None:
        if worker is self._worker:
            self._worker = self._segment = self._here = None

    # --- ending -----------------------------------------------------------------------------------

    def begin_anew(self) -> None:
        """What was is no more: no answer about it is used for the new life. A question under way
        is answered as it was asked."""
        self._lives += 1
        self._segment = None

    def rest(self) -> None:
        """Nobody looks back any more. The worker is let go of at once, so that whoever asks while
        it ends gets another."""
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


def _says(seek_plan: SeekPlan, *, differs: bool) -> JsonObject:
    """What goes with every answer about the state at a way's end."""
    since = recomputed_from(seek_plan, differs=differs)
    return {
        "recomputed": sentence(seek_plan.header["to"], since),
        "recomputed_from": since,
        "last_event": max((event["id"] for event in seek_plan.header["events"]), default=0),
    }

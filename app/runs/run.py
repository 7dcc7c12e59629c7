"""One run as the server knows it: recipe, file, worker, what the worker last said, who watches."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from app.errors import ConflictError, ConvscopeError, NotFoundError, RecipeError
from app.journal.journal import Segment
from app.journal.reading import Kept, Way
from app.recipe import LayerPlan
from app.runs import present
from app.runs.crashes import Crashes
from app.runs.file import RunFile
from app.runs.history import History
from app.runs.keepsakes import load_history, load_uploads, upload_row
from app.runs.past import Past
from app.runs.place import Place
from app.runs.present import Present
from app.runs.spec import Spec
from app.runs.uploads import Upload, Uploads
from app.runs.viewers import Frame, Viewers, Watch
from app.types import JsonObject, RunState
from app.wire.messages import Message
from app.workers.protocol import Worker

log = logging.getLogger("convscope")
BUSY = (RunState.PLAYING, RunState.STEPPING)
NOT_OF_THE_PAST = {
    "state",
    "problem",
    "images_per_second",
    "steps_per_second",
    "held_out_accuracy",
    "held_out_step",
}


class Run:
    """A run's life; while it has a worker, that decides its state."""

    def __init__(self, run_id: str, spec: Spec, place: Place, kept: Kept | None = None) -> None:
        """`kept` is what its file holds, of a run that was there before; a new one `begin`s."""
        self.id = run_id
        self.spec = spec
        self.about: JsonObject = dict(kept.about) if kept else {}
        self.touched_s = monotonic()  # when somebody last asked or watched
        self.history = History()
        self.restarts = 0  # how often it went back to step 0
        self.uploads = Uploads(
            spec.recipe.network.input,
            dark_background=spec.shown.dark_background,
            most=place.settings.max_uploads_per_run,
        )
        self.viewers = Viewers(self._tell, {plan.name: _kinds(plan) for plan in spec.plans})
        self.file = RunFile(place.library.path(run_id), place.library, kept)
        self.past = Past(self.file, self._worker_of_the_past, self._arguments_of, self._pictures)
        self._place = place
        self._present = present.of_kept(spec, kept) if kept else Present()
        self._crashes = Crashes()
        self._failure: str | None = None
        self._trouble: str | None = None  # the disk's
        self._goes_on = False  # it is to play as soon as it can
        self._worker: Worker | None = None
        self._ready: asyncio.Task[None] | None = None  # being opened, or open
        self._closed = False
        self._asked = 0  # how many wait for its worker
        self._is_up = False  # the worker has come to where the run was

    # --- its life ---------------------------------------------------------------------------------

    def begin(self, **about: Any) -> None:
        """A new run: its file is made and its worker started."""
        model = self.spec.model.name if self.spec.model else None
        dataset = self.spec.dataset.sha256 if self.spec.dataset else None
        self.about = {"created_at": now(), "network": model, "dataset_sha256": dataset} | about
        self.file.open(self._on_trouble)
        self.file.journal.note(**self.about)
        self.file.segment(Segment(0, 0, self.spec.recipe.model_dump(mode="json")))
        if self.spec.weights:
            self.file.journal.weights(self.spec.weights)
        self.launch()

    def launch(self) -> None:
        """Start a worker, where the run is."""
        self._failure = None
        self._ready = asyncio.create_task(self._start())

    def wake(self) -> None:
        """Have a worker, for whoever asks or looks; a run that failed stays so."""
        if self._ready is None:
            self._ready = asyncio.create_task(self._open())

    async def _open(self) -> None:
        """From the file; UnavailableError where no more runs may be awake."""
        try:
            await self._place.admit(self)
            self.file.open(self._on_trouble)
            self.history = await load_history(self.file)
            await load_uploads(self.file, self.uploads)
        except BaseException:
            self._ready = None
            raise
        await self._start()

    async def _start(self) -> None:
        worker = self._worker = self._place.new_worker(self._place.settings.device)
        self._is_up = False
        try:
            await worker.start(self._on_message, lambda why: self._on_death(worker, why))
            way = await self._way_back()
            await self._start_at(worker, way)
        except Exception as error:
            if not isinstance(error, ConvscopeError):
                log.exception("the worker of run %s could not be started", self.id)
            await worker.close()
            if worker is self._worker:
                self._fail(str(error) or "The worker of this run could not be started.")
            return
        self._is_up = True
        for image, pixels in self._pictures():
            worker.tell("put_image", pixels, image=image)
        self.viewers.tell_worker()
        self.viewers.run_changed()
        if self._goes_on and not self._trouble:
            self._goes_on = False
            worker.tell("play")

    async def _way_back(self) -> Way | None:
        """To where the run was; None for one that is at its beginning."""
        if not (self.file.steps or self.file.events or self.file.segments[-1].number):
            return None
        return await self.file.way(self.file.steps, end_exactly=True)

    async def _start_at(self, worker: Worker, way: Way | None) -> None:
        spec, status = self.spec, self._present.status
        held_out = [status.get("held_out_step"), status.get("held_out_accuracy")]
        halted = self.about.get("halted")
        answer = await worker.ask(
            "start",
            spec.weights + (way.payload if way else b""),
            **self._arguments(spec.recipe.model_dump(mode="json")),
            weights_bytes=len(spec.weights),
            steps_per_second=status.get("steps_per_second", present.DEFAULT_STEPS_PER_SECOND),
            way=way.header if way else None,
            was={
                "state": RunState.HALTED if halted else RunState.READY,
                "problem": halted,
                "held_out": held_out if held_out[0] is not None else None,
            },
        )
        about = answer.header["about"]
        if way:
            about["taken"] = self._present.about.get("taken", about["taken"])
        elif about["taken"]:
            self.file.journal.note(taken=about["taken"])
        self._present.about, self._present.lists = about, answer.header["lists"]
        await self._settle(worker, about["environment"])

    async def _settle(self, worker: Worker, environment: JsonObject) -> None:
        """Where the run goes on in another environment, a new part of its life begins."""
        last = self.file.segments[-1]
        if last.environment == environment:
            return
        if last.environment is None or self.file.steps == last.step:
            self.file.segment(replace(last, environment=environment))
            return
        answer = await worker.ask("checkpoint")
        state, settings = answer.header["checkpoint"], answer.header["settings"]
        number = last.number + 1
        self.file.segment(
            Segment(number, state["step"], last.recipe, _set(settings), True, environment)
        )
        self.file.journal.checkpoint(number, state, answer.payload)

    def _arguments(self, recipe: JsonObject) -> JsonObject:
        settings = self._place.settings
        return {
            "recipe": recipe,
            "device": settings.device,
            "data_dirs": [str(path) for path in settings.data_dirs],
            "cache_dir": str(settings.cache_dir),
        }

    def _arguments_of(self, segment: Segment) -> tuple[JsonObject, bytes]:
        return self._arguments(segment.recipe), self.spec.weights

    def _worker_of_the_past(self) -> Worker:
        return self._place.new_worker(self._place.settings.device)

    def _pictures(self) -> list[tuple[str, bytes]]:
        return [(upload.id, upload.prepared.pixels.tobytes()) for upload in self.uploads]

    def _on_death(self, worker: Worker, why: str) -> None:
        if worker is not self._worker:
            return
        self._goes_on = self._goes_on or self._present.status.get("state") in BUSY
        if not self._crashes.too_many():
            log.warning("run %s goes on after: %s", self.id, why)
            self._present.status = self._present.status | {"state": RunState.STARTING}
            self._present.notice = f"{why} It went on from what is kept, and nothing is lost."
            self.launch()
            self.viewers.run_changed()
            return
        self._goes_on = False
        self._fail(
            f"{why} That was the third time in a row, so it was not started again. All steps up "
            f"to {self.file.steps} are kept."
        )

    def _fail(self, why: str) -> None:
        log.warning("run %s failed: %s", self.id, why)
        self._failure = self._failure or why
        self.viewers.run_changed()

    async def sleep(self) -> None:
        """End the worker; all that it was is in the file."""
        ready, self._ready = self._ready, None
        if ready:
            ready.cancel()
        worker, self._worker, self._is_up = self._worker, None, False
        if worker:
            await worker.close()
        await self.past.close()
        await self.file.close()

    async def close(self) -> None:
        """End the run for this server, and tell the viewers."""
        self._closed = True
        self.viewers.close()
        await self.sleep()

    # --- what it says -----------------------------------------------------------------------------

    def _on_message(self, message: Message) -> None:
        header = message.header
        if header["news"]["restarted"]:
            self._forget()
        self.file.record(message)
        self.history.apply(header["news"])
        self.history.back_to(self.file.steps)
        if "deed" in header:
            self._present.record(header["deed"], header["lists"])
            self.viewers.run_changed()
        if header.get("tuned", {}).get("changes", {}).keys() & {"steps_per_second"}:
            self.file.journal.note(steps_per_second=header["tuned"]["changes"]["steps_per_second"])
        self._heard(header["status"])
        if header.get("event") == "frame":
            self.viewers.offer(Frame(header, message.payload))

    def _heard(self, status: JsonObject) -> None:
        before, self._present.status = self._present.status, status or self._present.status
        if _notable(before) == _notable(self._present.status):
            return
        self.viewers.run_changed()
        halted = status["problem"] if status.get("state") == RunState.HALTED else None
        if halted != self.about.get("halted"):
            self.about["halted"] = halted
            self.file.journal.note(halted=halted)

    def _forget(self) -> None:
        """It is at step 0 again."""
        self.restarts += 1
        self.history = History()
        self._present.forget()
        self.viewers.restart()

    def _on_trouble(self, why: str | None) -> None:
        """The disk fails, or works again."""
        self._trouble = why
        if why and self.state in BUSY:
            self._goes_on = self.state is RunState.PLAYING
            self._tell("pause")
        elif not why and self._goes_on:
            self._goes_on = False
            self._tell("play")
        self.viewers.run_changed()

    @property
    def state(self) -> RunState:
        """Where it is in its life."""
        if self._failure:
            return RunState.FAILED
        return RunState(self._present.status.get("state", RunState.STARTING))

    @property
    def may_sleep(self) -> bool:
        """Whether it has a worker that nobody would miss."""
        rests = (self._is_up or self._failure is not None) and self.state not in BUSY
        return rests and not (len(self.viewers) or self._asked)

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""
        return self._ready is not None

    def describe(self) -> JsonObject:
        """The run as the API answers it."""
        heard, status = self._present, self._present.status
        said = self._failure or self._trouble or status.get("problem") or heard.notice
        return (
            present.of_new(self.spec)
            | status
            | self._fixed()
            | heard.lists
            | {
                "state": self.state,
                "problem": said,
                "environment": heard.about.get("environment"),
                "taken": heard.about.get("taken", []),
                "interventions": heard.deeds,
                "restarts": self.restarts,
                "viewers": len(self.viewers),
                "awake": self.is_awake,
                "steps": self.file.steps,
            }
        )

    def _fixed(self) -> JsonObject:
        """What seldom or never changes in a run."""
        spec = self.spec
        return {
            "id": self.id,
            "name": self.about.get("name"),
            "parent": self.about.get("parent"),
            "trainable": spec.trainable,
            "recipe": spec.recipe.model_dump(mode="json"),
            "network": self.about["network"],
            "classes": list(spec.dataset.classes) if spec.dataset and spec.trainable else [],
            "dataset_sha256": self.about["dataset_sha256"],
            "parameters": sum(plan.parameters for plan in spec.plans),
            "probe": "test-0",
            "created_at": self.about["created_at"],
        }

    @property
    def holds_nothing(self) -> bool:
        """At step 0, with nothing given to it or changed by hand, and nobody watching."""
        given = len(self.uploads) or self._present.deeds or self.spec.weights
        named = self.about.get("name") or self.about.get("parent")
        return not (self.file.steps or len(self.viewers) or given or named)

    # --- what it is asked -------------------------------------------------------------------------

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        self.touch()
        await self.up()
        if self._failure or self._worker is None:
            raise ConflictError(f"{self._failure or 'The run was put aside.'} Reset the run first.")
        self._asked += 1
        try:
            return await self._worker.ask(command, payload, **arguments)
        finally:
            self._asked -= 1
            self.touch()

    async def do(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command that changes the run: answered when what it did is durable."""
        answer = await self.ask(command, payload, **arguments)
        await self.file.durable()
        return answer

    async def look(
        self, step: int | None, command: str, payload: bytes = b"", **arguments: Any
    ) -> Message:
        """A question about a step of the past, or about the present where `step` is None."""
        if step is None:
            return await self.ask(command, payload, **arguments)
        self.touch()
        await self.up()
        return await self.past.ask(step, command, payload, **arguments)

    async def curves(self) -> History:
        """Its history, also while it is asleep."""
        if not self.is_awake and len(self.history) < self.file.steps:
            self.history = await load_history(self.file)
        return self.history

    async def look_back(self, watch: Watch) -> Frame:
        """What a viewer sees of the past step that it watches."""
        assert watch.step is not None
        wanted = self.viewers.wanted([watch])
        reply = await self.look(watch.step, "look", interval_s=1.0, watched=True, **wanted)
        said = {"reason": "seek", "seq": 0, "time": 0.0}
        return Frame(reply.header | said, reply.payload)

    async def describe_at(self, step: int | None) -> JsonObject:
        """The run as it was at a step; NotFoundError for one that it has not come to."""
        if step is None:
            return self.describe()
        reply = await self.look(step, "lists")
        status = {k: v for k, v in reply.header["status"].items() if k not in NOT_OF_THE_PAST}
        held_out_step, held_out = self.history.held_out_at(step)
        deeds = [deed for deed in self._present.deeds if deed["step"] <= step]
        measured = {"held_out_step": held_out_step, "held_out_accuracy": held_out}
        lists: JsonObject = reply.header["lists"] | {"interventions": deeds}
        return self.describe() | status | measured | lists

    def touch(self) -> None:
        """Somebody is interested."""
        self.touched_s = monotonic()

    async def command(self, command: str, **arguments: Any) -> JsonObject:
        """A command that changes the run; answers with the run after it."""
        self._present.notice = None
        await self.do(command, **arguments)
        return self.describe()

    async def started(self) -> JsonObject:
        """The run once its worker is up; RecipeError where that failed."""
        await self.up()
        if self._failure:
            raise RecipeError(self._failure)
        return self.describe()

    async def intervene(self, change: JsonObject) -> JsonObject:
        """A change by hand; answers with it, and what it was worth where that was measured."""
        reply = await self.do("intervene", change=change)
        deed: JsonObject = reply.header["deed"]
        return deed | {"run": self.describe()}

    async def reset(self) -> JsonObject:
        """Back to step 0, what was being kept elsewhere; a failed run gets a new worker."""
        await self.past.close()
        if self._failure:
            self._crashes = Crashes()
            self.launch()
            await self.up()
        return self.describe() if self._failure else await self.command("reset")

    async def resume(self) -> JsonObject:
        """A run that failed tries again where it was."""
        if self._failure:
            self._crashes = Crashes()
            self.launch()
        await self.up()
        return self.describe()

    async def rename(self, name: str | None) -> JsonObject:
        """A name that people gave it, or none."""
        await self.up()
        self.about["name"] = name
        self.file.journal.note(name=name)
        await self.file.durable()
        self.viewers.run_changed()
        return self.describe()

    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        ready = None
        while ready is None or ready is not self._ready:  # a worker may be replaced
            if self._closed:
                raise NotFoundError("The run was deleted.")
            self.wake()
            ready = self._ready
            assert ready is not None
            await asyncio.wait([ready])
            if not ready.cancelled():
                ready.result()

    async def pause_unwatched(self) -> None:
        """What plays and nobody watches is paused, and says so."""
        await self.ask("pause")
        minutes = self._place.settings.unwatched_pause_s / 60
        self._present.notice = (
            f"Paused: nobody watched for {minutes:g} minutes. Press play to go on."
        )
        self.viewers.run_changed()

    async def keep_upload(self, upload: Upload) -> None:
        """Keep a picture here and in the worker; ConflictError, and it is not kept, where the run
        has failed."""
        row = await asyncio.to_thread(upload_row, upload)
        pixels = upload.prepared.pixels.tobytes()
        await self.ask("put_image", pixels, image=upload.id)
        self.uploads.keep(upload)
        self.past.tell("put_image", pixels, image=upload.id)
        self.file.journal.upload(*row)
        await self.file.durable()

    async def drop_upload(self, image: str) -> None:
        """Forget a picture here and in the worker."""
        await self.up()
        self.uploads.drop(image)
        self.past.tell("drop_image", image=image)
        self.file.journal.drop_upload(image)
        await self.do("drop_image", image=image)

    def _tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """To a worker that is up; one that is not is told everything when it comes up."""
        if self._worker and self._is_up and not self._failure:
            self._worker.tell(command, payload, **arguments)


def now() -> str:
    """The present time as runs note it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kinds(plan: LayerPlan) -> frozenset[str]:
    """The kinds of tensor that a viewer can watch of a layer."""
    learned = [name for name in ("weight", "bias") if name in plan.tensors]
    return frozenset(f"{name}{of}" for name in learned for of in ("", "_gradient", "_update"))


def _notable(status: JsonObject) -> JsonObject:
    """What of a status the viewers are told of at once, rather than with the next frame."""
    moving = {"step", "loss", "accuracy", "images_per_second"}
    return {key: value for key, value in status.items() if key not in moving}


def _set(settings: JsonObject) -> JsonObject:
    """The settings that this optimiser has."""
    return {key: value for key, value in settings.items() if value is not None}

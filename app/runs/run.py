"""One run as the server knows it: recipe, worker, what the worker last said, who watches."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from app.errors import ConflictError, ConvscopeError, NotFoundError, RecipeError
from app.recipe import LayerPlan
from app.runs.history import History
from app.runs.spec import Spec
from app.runs.uploads import Upload, Uploads
from app.runs.viewers import Frame, Viewers
from app.settings import Settings
from app.types import JsonObject, RunState
from app.wire.messages import Message
from app.workers.protocol import Worker

log = logging.getLogger("convscope")
DEFAULT_STEPS_PER_SECOND = 10.0


@dataclass
class _Present:
    """What the worker last said, and what was done to it by hand."""

    status: JsonObject = field(default_factory=dict)
    about: JsonObject = field(default_factory=dict)
    notice: str | None = None  # a sentence about what the server did to it
    deeds: list[JsonObject] = field(default_factory=list)
    lists: JsonObject = field(default_factory=lambda: {"silenced": [], "frozen": []})


class Run:
    """A run's life, from `starting` to the end; the worker decides all states in between."""

    def __init__(
        self, run_id: str, spec: Spec, settings: Settings, new_worker: Callable[[str], Worker]
    ) -> None:
        self.id = run_id
        self.spec = spec
        self.created_at = datetime.now(UTC)
        self.touched_s = monotonic()  # when somebody last asked or watched
        self.history = History()
        self.restarts = 0  # how often it went back to step 0
        self.uploads = Uploads(
            spec.recipe.network.input,
            dark_background=spec.shown.dark_background,
            most=settings.max_uploads_per_run,
        )
        self.viewers = Viewers(self._tell, {plan.name: _kinds(plan) for plan in spec.plans})
        self._settings = settings
        self._new_worker = new_worker
        self._present = _Present()
        self._failure: str | None = None
        self._worker: Worker
        self._ready: asyncio.Task[None]
        self.launch()

    # --- its life -----------------------------------------------------------------------------

    def launch(self) -> None:
        """Start a worker, from step 0."""
        self._failure = None
        self._present = _Present()
        self._worker = self._new_worker(self._settings.device)
        self._ready = asyncio.create_task(self._start())

    async def _start(self) -> None:
        worker = self._worker
        try:
            await worker.start(self._on_message, lambda why: self._on_death(worker, why))
            answer = await worker.ask("start", self.spec.weights, **self._start_arguments())
            self._present.about = answer.header["about"]
        except Exception as error:
            if not isinstance(error, ConvscopeError):
                log.exception("the worker of run %s could not be started", self.id)
            await worker.close()
            if worker is self._worker:
                self._fail(str(error) or "The worker of this run could not be started.")
            return
        for upload in self.uploads:
            self._send_upload(upload)
        self.viewers.tell_worker()
        self.viewers.run_changed()

    def _start_arguments(self) -> JsonObject:
        return {
            "recipe": self.spec.recipe.model_dump(mode="json"),
            "device": self._settings.device,
            "data_dirs": [str(path) for path in self._settings.data_dirs],
            "cache_dir": str(self._settings.cache_dir),
            "steps_per_second": DEFAULT_STEPS_PER_SECOND,
        }

    def _on_death(self, worker: Worker, why: str) -> None:
        if worker is self._worker:
            self._fail(f"{why} What it had learned is lost; it can start again from step 0.")

    def _fail(self, why: str) -> None:
        log.warning("run %s failed: %s", self.id, why)
        self._failure = self._failure or why
        self.viewers.run_changed()

    async def close(self) -> None:
        """End the worker, and tell the viewers."""
        self._ready.cancel()
        self.viewers.close()
        await self._worker.close()

    # --- what it says -------------------------------------------------------------------------

    def _on_message(self, message: Message) -> None:
        header = message.header
        if header["news"]["restarted"]:
            self._forget()
        self.history.apply(header["news"])
        self.history.back_to(header["status"].get("step", 0))
        if "deed" in header:
            self._record(header)
        before, self._present.status = self._present.status, header["status"]
        if _notable(before) != _notable(header["status"]):
            self.viewers.run_changed()
        if header.get("event") == "frame":
            self.viewers.offer(Frame(header, message.payload))

    def _forget(self) -> None:
        """It is at step 0 again."""
        self.restarts += 1
        self.history = History()
        self._present.deeds, self._present.lists = [], {"silenced": [], "frozen": []}
        self.viewers.restart()

    @property
    def state(self) -> RunState:
        """Where it is in its life."""
        if self._failure:
            return RunState.FAILED
        return RunState(self._present.status.get("state", RunState.STARTING))

    def describe(self) -> JsonObject:
        """The run as the API answers it."""
        present, status = self._present, self._present.status
        return (
            self._before_it_is_up()
            | status
            | self._fixed()
            | present.lists
            | {
                "state": self.state,
                "problem": self._failure or status.get("problem") or self._present.notice,
                "environment": present.about.get("environment"),
                "taken": present.about.get("taken", []),
                "interventions": present.deeds,
                "restarts": self.restarts,
                "viewers": len(self.viewers),
            }
        )

    def _before_it_is_up(self) -> JsonObject:
        """What a worker says first, while there is none."""
        optimizer = self.spec.recipe.optimizer
        unknown = ("loss", "accuracy", "held_out_accuracy", "held_out_step")
        return dict.fromkeys(unknown) | {
            "step": 0,
            "images_per_second": 0.0,
            "steps_per_second": DEFAULT_STEPS_PER_SECOND,
            "learning_rate": optimizer.learning_rate,
            "momentum": getattr(optimizer, "momentum", None),
            "weight_decay": optimizer.weight_decay,
        }

    def _fixed(self) -> JsonObject:
        """What never changes in a run."""
        spec = self.spec
        return {
            "id": self.id,
            "trainable": spec.trainable,
            "recipe": spec.recipe.model_dump(mode="json"),
            "network": spec.model.name if spec.model else None,
            "classes": list(spec.dataset.classes) if spec.dataset and spec.trainable else [],
            "dataset_sha256": spec.dataset.sha256 if spec.dataset else None,
            "parameters": sum(plan.parameters for plan in spec.plans),
            "probe": "test-0",
            "created_at": self.created_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }

    @property
    def holds_nothing(self) -> bool:
        """At step 0, with nothing given to it or changed by hand, and nobody watching."""
        given = len(self.uploads) or self._present.deeds or self.spec.weights
        return not (self._present.status.get("step", 0) or len(self.viewers) or given)

    # --- what it is asked ---------------------------------------------------------------------

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        self.touch()
        await self._up()
        if self._failure:
            raise ConflictError(f"{self._failure} Reset the run first.")
        return await self._worker.ask(command, payload, **arguments)

    def touch(self) -> None:
        """Somebody is interested."""
        self.touched_s = monotonic()

    async def command(self, command: str, **arguments: Any) -> JsonObject:
        """A command that changes the run; answers with the run after it."""
        self._present.notice = None
        await self.ask(command, **arguments)
        return self.describe()

    async def started(self) -> JsonObject:
        """The run once its worker is up; RecipeError where that failed."""
        await self._up()
        if self._failure:
            raise RecipeError(self._failure)
        return self.describe()

    async def intervene(self, change: JsonObject) -> JsonObject:
        """A change by hand; answers with it, and what it was worth where that was measured."""
        reply = await self.ask("intervene", change=change)
        deed: JsonObject = reply.header["deed"]
        return deed | {"run": self.describe()}

    def _record(self, header: JsonObject) -> None:
        """A change by hand, where the order of messages is the order of events."""
        entry = {key: header["deed"][key] for key in ("id", "step", "says", "undoes")}
        self._present.deeds = [*self._present.deeds, entry]
        self._present.lists = header["lists"]
        self.viewers.run_changed()

    async def reset(self) -> JsonObject:
        """Back to step 0; a failed run gets a new worker."""
        if not self._failure:
            return await self.command("reset")
        self._forget()
        self.launch()
        self.viewers.run_changed()
        await self._up()
        return self.describe()

    async def _up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        await asyncio.wait([self._ready])
        if self._ready.cancelled():
            raise NotFoundError("The run was deleted.")

    async def pause_unwatched(self) -> None:
        """Nobody has watched for long: pause, and say so."""
        await self.ask("pause")
        minutes = self._settings.unwatched_pause_s / 60
        self._present.notice = (
            f"Paused: nobody watched for {minutes:g} minutes. Press play to go on."
        )
        self.viewers.run_changed()

    async def keep_upload(self, upload: Upload) -> None:
        """Keep a picture here and in the worker; ConflictError, and it is not kept, where the run
        has failed."""
        await self.ask("put_image", upload.prepared.pixels.tobytes(), image=upload.id)
        self.uploads.keep(upload)

    def _send_upload(self, upload: Upload) -> None:
        self._tell("put_image", upload.prepared.pixels.tobytes(), image=upload.id)

    async def drop_upload(self, image: str) -> None:
        """Forget a picture here and in the worker."""
        self.uploads.drop(image)
        await self.ask("drop_image", image=image)

    def _tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """To a worker that is up; one that is not is told everything when it comes up."""
        if self._present.status and not self._failure:
            self._worker.tell(command, payload, **arguments)


def _kinds(plan: LayerPlan) -> frozenset[str]:
    """The kinds of tensor that a viewer can watch of a layer."""
    learned = [name for name in ("weight", "bias") if name in plan.tensors]
    return frozenset(f"{name}{of}" for name in learned for of in ("", "_gradient", "_update"))


def _notable(status: JsonObject) -> JsonObject:
    """What of a status the viewers are told of at once, rather than with the next frame."""
    moving = {"step", "loss", "accuracy", "images_per_second"}
    return {key: value for key, value in status.items() if key not in moving}

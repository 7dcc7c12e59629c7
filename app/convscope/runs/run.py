"""One run as the server knows it: recipe, file, worker, what the worker last said, who watches."""

from time import monotonic
from typing import Any

from convscope.errors import ConflictError, RecipeError
from convscope.ipc.messages import Message
from convscope.runs import status as present
from convscope.runs.history import History
from convscope.runs.keepsakes import load_history, load_uploads
from convscope.runs.place import Place
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.runs.status import RunStatus
from convscope.runs.supervision.supervisor import Supervisor
from convscope.runs.uploads import Uploads
from convscope.runs.viewers import Frame, Viewers, kinds_of
from convscope.storage.reader import StoredRun
from convscope.types import JsonObject, RunState

LEAVE_ALONE = ("pause", "drop_image")  # what a run can be told that cannot go on


class Run:
    """A run: what is known of it, who watches, and what it may be asked."""

    def __init__(
        self, run_id: str, spec: Spec, place: Place, kept: StoredRun | None = None
    ) -> None:
        """`kept` is what its file holds, of a run that was there before; a new one `begin`s."""
        self.id = run_id
        self.spec = spec
        self.touched_s = monotonic()  # when somebody last asked or watched
        self.history = History()
        self.restarts = 0  # how often it went back to step 0
        self.uploads = Uploads(
            spec.recipe.network.input,
            dark_background=spec.shown.dark_background,
            most=place.settings.max_uploads_per_run,
        )
        self._place = place
        self._present = present.of_kept(spec, kept) if kept else RunStatus()
        self.file = RunFile(place.directory.path(run_id), place.directory, kept)
        self.file.absent = spec.absent
        self._supervisor = Supervisor(self, spec, place, self.file, self._present)
        self.replay = self._supervisor.replay
        self.viewers = Viewers(
            self._supervisor.tell, {plan.name: kinds_of(plan) for plan in spec.plans}
        )

    # --- its life ---------------------------------------------------------------------------------

    def begin(self, **about: Any) -> None:
        """A new run: its file is made and its worker started."""
        model = self.spec.model.name if self.spec.model else None
        dataset = self.spec.dataset.sha256 if self.spec.dataset else None
        self.file.open(self._supervisor.on_disk_error)
        known = {"created_at": present.now(), "network": model, "dataset_sha256": dataset} | about
        known["classes"] = list(self.spec.classes)
        self.file.begin(known, self.spec.recipe.model_dump(mode="json"), self.spec.weights)
        self._supervisor.launch()

    def wake(self) -> None:
        """Have a worker, for somebody who looks."""
        self._supervisor.wake()

    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        await self._supervisor.up()

    async def sleep(self) -> None:
        """End the worker; all that the run was is in the file."""
        await self._supervisor.sleep()

    async def close(self) -> None:
        """End the run for this server, and tell the viewers."""
        self.viewers.close()
        await self._supervisor.close()

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has done, given or named anything, so that nothing is lost with it."""
        known = any(self.file.about.get(key) for key in ("name", "parent", "imported_from"))
        given = (
            self.restarts
            or self.file.steps
            or self.file.events
            or len(self.uploads)
            or self.spec.weights
        )
        return not (known or given or self.file.pictures or len(self.viewers))

    async def admit(self) -> None:
        """See Owner."""
        await self._place.admit(self)

    async def remember(self) -> None:
        """See Owner."""
        self.history = await load_history(self.file)
        await load_uploads(self.file, self.uploads)

    def pictures(self) -> list[tuple[str, bytes]]:
        """See Owner."""
        return [(upload.id, upload.prepared.pixels.tobytes()) for upload in self.uploads]

    def came_up(self) -> None:
        """See Owner."""
        self.viewers.tell_worker()
        self.viewers.run_changed()

    def changed(self) -> None:
        """See Owner."""
        self.viewers.run_changed()

    # --- what it says -----------------------------------------------------------------------------

    def on_message(self, message: Message) -> None:
        """See Owner: recorded first of all."""
        header = message.header
        if header["metrics"]["restarted"]:
            self._forget()
        self.file.record(message)
        self.history.apply(header["metrics"])
        self.history.back_to(self.file.steps)
        if "intervention" in header:
            self._present.record(header["intervention"], header["lists"])
            self.viewers.run_changed()
        self._heard(header["status"])
        if header.get("event") == "frame":
            self.viewers.offer(Frame(header, message.payload))

    def _heard(self, status: JsonObject) -> None:
        before, self._present.status = self._present.status, status or self._present.status
        if present.notable(before) == present.notable(self._present.status):
            return
        self.viewers.run_changed()
        halted = status["problem"] if status.get("state") == RunState.HALTED else None
        if halted != self.file.about.get("halted"):
            self.file.note(halted=halted)

    def _forget(self) -> None:
        """It is at step 0 again."""
        self.restarts += 1
        self.replay.begin_anew()
        self.history = History()
        self._present.forget()
        self.viewers.restart()

    @property
    def state(self) -> RunState:
        """Where it is in its life."""
        return self._supervisor.state

    @property
    def may_sleep(self) -> bool:
        """Whether it has a worker that nobody would miss."""
        return self._supervisor.may_sleep and not len(self.viewers)

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""
        return self._supervisor.is_awake

    def describe(self) -> JsonObject:
        """The run as the API answers it."""
        supervisor, heard = self._supervisor, self._present
        said = (
            supervisor.failure
            or supervisor.disk_error
            or heard.status.get("problem")
            or heard.notice
        )
        return (
            present.of_new(self.spec)
            | heard.status
            | present.fixed(self.spec, self.file.about)
            | heard.lists
            | {
                "id": self.id,
                "state": self.state,
                "problem": said,
                "environment": heard.about.get("environment"),
                "taken": heard.about.get("taken", []),
                "interventions": heard.interventions,
                "restarts": self.restarts,
                "revision": self.viewers.changes,
                "viewers": len(self.viewers),
                "awake": self.is_awake,
                "steps": self.file.steps,
                "recomputed": self.file.recomputed,
            }
        )

    async def describe_at(self, step: int | None) -> JsonObject:
        """The run as it was at a step; NotFoundError for one that it has not come to."""
        if step is None:
            return self.describe()
        reply = await self.look(step, "lists")
        interventions = [
            intervention
            for intervention in self._present.interventions
            if intervention["step"] <= step
        ]
        then = present.of_the_past(reply.header["status"], self.history.held_out_at(step))
        lists: JsonObject = reply.header["lists"] | {"interventions": interventions}
        return self.describe() | then | lists | {"recomputed": reply.header["recomputed"]}

    # --- what it is asked -------------------------------------------------------------------------

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        self.touch()
        answer = await self._supervisor.ask(command, payload, **arguments)
        self.touch()
        return answer

    async def do(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command that changes the run: answered when what it did is durable.

        UnavailableError while the disk fails, or where it does so now.
        """
        self._supervisor.must_be_kept(command)
        if command not in LEAVE_ALONE:
            self.must_go_on()
        answer = await self.ask(command, payload, **arguments)
        await self.file.durable()
        return answer

    def must_go_on(self) -> None:
        """ConflictError with the reason where this run can only be looked at."""
        if self.spec.absent:
            raise ConflictError(f"This run can be looked at, and not go on. {self.spec.absent}")

    async def look(
        self, step: int | None, command: str, payload: bytes = b"", **arguments: Any
    ) -> Message:
        """A question about a step of the past, or about the present where `step` is None; the
        header has `recomputed`, see Past.ask."""
        if step is None:
            answer = await self.ask(command, payload, **arguments)
            answer.header["recomputed"] = self.file.recomputed
            return answer
        self.touch()
        await self.up()
        return await self.replay.ask(step, command, payload, **arguments)

    async def curves(self) -> History:
        """Its history, also while it is asleep."""
        if not self.is_awake and self.history.steps < self.file.steps:
            self.history = await load_history(self.file)
        return self.history

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
        if self._supervisor.failure:
            raise RecipeError(self._supervisor.failure)
        return self.describe()

    @property
    def place_in_time(self) -> list[int]:
        """Where it is: its step, and how many changes it has been through, tuned ones too."""
        return [self.file.steps, self.file.events]

    async def reset(self, at: list[int]) -> JsonObject:
        """Back to step 0; a failed run gets a new worker.

        ConflictError, with `moved`, where it is not at this place in time any more.
        """
        await self.resume()
        if not self._supervisor.failure:
            return await self.command("reset", at=at)
        return await self._begin_anew(at)

    async def _begin_anew(self, at: list[int]) -> JsonObject:
        """Of a run that cannot come to where it was: step 0 needs nothing of what is kept."""
        self._supervisor.must_be_kept("reset")
        if self.place_in_time != at:
            raise ConflictError("The run has gone on meanwhile.", moved=True)
        self._forget()
        self.file.restart()
        await self.file.durable()
        return await self.resume()

    async def resume(self) -> JsonObject:
        """A run that failed tries again where it was."""
        self._supervisor.try_again()
        await self.up()
        return self.describe()

    async def rename(self, name: str | None) -> JsonObject:
        """A name that people gave it, or none; it wakes no worker."""
        await self._supervisor.note(name=name)
        self.viewers.run_changed()
        return self.describe()

    async def pause_unwatched(self) -> None:
        """What plays and nobody watches is paused, and says so."""
        await self.ask("pause")
        waited = f"{self._place.settings.unwatched_pause_s / 60:g} minutes"
        self._present.notice = f"Paused: nobody watched for {waited}. Press play to go on."
        self.viewers.run_changed()

"""A run that is trained here: its recipe, its worker, and what it may be asked."""

from contextlib import AbstractContextManager
from typing import Any, TypeGuard

from convscope.errors import ConflictError, ConvscopeError, RecipeError
from convscope.ipc import commands
from convscope.ipc.commands import (
    Command,
    DropImage,
    Intervene,
    ListSwitches,
    Pause,
    PutImage,
    R,
    Tune,
)
from convscope.ipc.reports import Report
from convscope.recipe.interventions import AnyIntervention, SwitchFilter
from convscope.runs.base_run import BaseRun
from convscope.runs.history import History
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.runs.status import (
    changes_json,
    classes_of,
    findings_json,
    fixed,
    now,
    status_at,
    status_of_new,
    status_of_stored,
    switches_json,
)
from convscope.runs.supervision.replay_worker import Looked
from convscope.runs.supervision.supervisor import Supervisor, Workers
from convscope.runs.uploads import Uploads
from convscope.storage.directory import RunDirectory
from convscope.storage.reader import StoredRun
from convscope.storage.schema import MOST_EVENTS
from convscope.types import JsonObject, RunKind, RunState

CHANGES = (Intervene, Tune)
NEEDS_NO_DATA = (Pause, DropImage)  # what a run can be told whose data set is not here


class Run(BaseRun[Spec]):
    """A run whose steps are made here, from its recipe."""

    kind = RunKind.TRAINED

    def __init__(
        self,
        run_id: str,
        spec: Spec,
        workers: Workers,
        directory: RunDirectory,
        stored: StoredRun | None = None,
    ) -> None:
        """`stored` is what its file holds, of a run that was there before; a new one `begin`s."""
        self._settings = workers.settings
        status = status_of_stored(spec, stored) if stored else status_of_new(spec)
        file = RunFile(directory.path(run_id), directory, stored, spec.absent)
        self._supervisor = Supervisor(self, spec, workers, file, status)
        self._replay = self._supervisor.replay
        super().__init__(
            run_id, spec, file, status, tell=self._supervisor.tell, counts=workers.counts
        )
        self.uploads = Uploads(
            spec,
            workers.settings,
            workers.budget,
            file=self.file,
            needed=self.needed,
            send=self._send_image,
        )

    # --- its worker -------------------------------------------------------------------------------

    async def begin(self) -> None:
        """A new run: its file is made and its worker started; UnavailableError where no more runs
        may be awake."""
        spec = self.spec
        with self.needed():
            await self._supervisor.reserve()
            self.file.open(self._supervisor.on_disk_error)
            known: JsonObject = {
                "created_at": now(),
                "network": spec.model.name if spec.model else None,
                "dataset_sha256": spec.dataset.sha256 if spec.dataset else None,
                "first_weights": spec.first_weights,
                "classes": list(spec.classes),
            }
            self.file.begin(known, spec.recipe.model_dump(mode="json"), spec.weights)
            self._supervisor.start()
            await self.file.durable()

    def wake(self) -> None:
        """Have a worker, for somebody who looks."""
        self._supervisor.wake()

    async def up(self) -> None:
        """Wait for the worker; NotFoundError where the run is deleted meanwhile."""
        await self._supervisor.up()

    async def suspend(self) -> None:
        """End the worker; all that the run was is in the file."""
        await self._supervisor.suspend()

    async def close(self) -> None:
        """End the run for this server, and tell the viewers."""
        self.viewers.close()
        await self._supervisor.close()

    def touch(self) -> None:
        """Somebody is interested."""
        self._supervisor.touch()

    @property
    def touched_s(self) -> float:
        """When somebody last asked or watched, on the clock of `monotonic`."""
        return self._supervisor.touched_s

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
        return not (known or given or self.file.uploads or len(self.viewers))

    # --- what its supervisor tells it: see RunCallbacks -------------------------------------------

    async def load(self) -> None:
        """See RunCallbacks."""
        self.history = await self.file.history()
        await self.uploads.load()

    def images(self) -> list[PutImage]:
        """See RunCallbacks."""
        return self.uploads.commands()

    @property
    def is_watched(self) -> bool:
        """See RunCallbacks."""
        return len(self.viewers) > 0

    def on_up(self) -> None:
        """See RunCallbacks."""
        self.viewers.tell_worker()
        self.viewers.run_changed()

    def on_change(self) -> None:
        """See RunCallbacks."""
        self.viewers.run_changed()

    def on_report(self, report: Report) -> None:
        """See RunCallbacks: recorded first of all."""
        if report.metrics.restarted:
            self._restart()
        super().on_report(report)

    def _restart(self) -> None:
        """It is at step 0 again."""
        self.restarts += 1
        self._replay.restart()
        self.history = History()
        self._status.restart()
        self.viewers.restart()

    # --- what it says -----------------------------------------------------------------------------

    @property
    def state(self) -> RunState:
        """Its state."""
        return self._supervisor.state

    @property
    def may_suspend(self) -> bool:
        """Whether it has a worker that nobody would miss."""
        return self._supervisor.may_suspend

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""
        return self._supervisor.is_awake

    @property
    def problem(self) -> str | None:
        """One sentence about what is wrong with it, or what was done about it."""
        supervisor, status = self._supervisor, self._status
        disk = supervisor.disk_error.detail if supervisor.disk_error else None
        return supervisor.failure or disk or status.worker.problem or status.notice

    @property
    def fixed(self) -> JsonObject:
        """What seldom or never changes in it."""
        return fixed(self.spec, self.file.about)

    async def note(self, **values: Any) -> None:
        """Keep what is known of it, by name; UnavailableError where the disk fails."""
        await self._supervisor.note(**values)

    async def describe_at(self, step: int | None) -> JsonObject:
        """The run as it was at a step; NotFoundError for one that it has not come to."""
        if step is None:
            return self.describe()
        looked = await self.look(step, ListSwitches())
        interventions = [entry for entry in self._status.interventions if entry["step"] <= step]
        then = status_at(looked.reply.status, self.history.held_out_at(step))
        findings = [one for one in self.findings if one["step"] <= step]
        happened = changes_json(interventions) | findings_json(findings)
        switched = switches_json(looked.reply.switches)
        return self.describe() | then | switched | happened | {"recomputed": looked.recomputed}

    @property
    def classes(self) -> list[str]:
        """What its class scores are called."""
        return classes_of(self.spec, self.file.about)

    # --- what it is asked -------------------------------------------------------------------------

    async def ask(self, command: Command[R]) -> R:
        """A command to the worker, once it is up; ConflictError when it has failed."""
        self.touch()
        reply = await self._supervisor.ask(command)
        self.touch()
        return reply

    async def do(self, command: Command[R]) -> R:
        """A command that changes the run: answered when what it did is durable.

        UnavailableError while the disk fails, or where it does so now.
        """
        self._must_change(command)
        with self.needed():
            reply = await self.ask(command)
            await self.file.durable()
        return reply

    def needed(self) -> AbstractContextManager[None]:
        """It is not suspended meanwhile."""
        return self._supervisor.needed()

    def _must_change(self, command: Command[Any]) -> None:
        self._supervisor.must_have_disk(pausing=isinstance(command, Pause))
        if not isinstance(command, NEEDS_NO_DATA):
            self.must_go_on()
        if isinstance(command, CHANGES) and self.file.events >= MOST_EVENTS:
            raise ConflictError(
                f"This run has had {MOST_EVENTS:,} changes, which is as many as it may have: reset "
                "it, or begin another."
            )

    def must_go_on(self) -> None:
        """ConflictError with the reason where this run can only be looked at."""
        if self.spec.absent:
            raise ConflictError(f"This run can be viewed but not trained. {self.spec.absent}")

    def must_know_batch(self, step: int | None) -> None:
        """ConflictError with the reason where the batch that led to a step (None: the latest)
        cannot be told."""
        if self.spec.absent:
            raise ConflictError(f"The images of this run's batches are absent. {self.spec.absent}")
        step = self.steps if step is None else step
        if self.file.segment_at(step).step == step:
            raise ConflictError(
                f"There is no batch of step {step}: no step of this run, as it is set up and in "
                "this environment, led there."
            )

    async def _send_image(self, command: Command[Any]) -> None:
        """To both workers."""
        self._must_change(command)
        await self.ask(command)
        self._replay.tell(command)

    async def look(self, step: int | None, command: Command[R]) -> Looked[R]:
        """A question about a step of the past, or about the present where `step` is None."""
        if step is None:
            return Looked(await self.ask(command), self.file.recomputed)
        self.touch()
        with self.needed():
            await self.up()
            return await self._replay.ask(step, command)

    @property
    def replay_environment(self) -> JsonObject | None:
        """In which past steps are computed."""
        return self._replay.environment

    async def command(self, command: Command[Any]) -> JsonObject:
        """A command that changes the run; answers with the run after it."""
        self._status.notice = None
        await self.do(command)
        return self.describe()

    async def intervene(self, change: AnyIntervention, drag: str | None = None) -> JsonObject:
        """An intervention; answers with it, and what it was worth where that was measured. Those of
        one drag share a key."""
        reply = await self.do(Intervene(change=change, drag=drag))
        worth = {
            "held_out_before": reply.held_out_before,
            "held_out_after": reply.held_out_after,
            "steps_ahead": 0,
        }
        if _freezes(change) and self.spec.trainable:
            worth |= await self._worth_of_learning(reply.intervention["step"], change)
        return reply.intervention | worth | {"run": self.describe()}

    async def _worth_of_learning(self, step: int, change: SwitchFilter) -> JsonObject:
        """What freezing costs in the steps to come; it is done, whatever becomes of this."""
        try:
            found = await self._replay.ablate_freezing(step, change.layer, change.filter)
        except ConvscopeError:
            return {}
        return {
            "held_out_before": found.learning,
            "held_out_after": found.frozen,
            "steps_ahead": found.steps_ahead,
        }

    async def started(self) -> JsonObject:
        """The run once its worker is up; RecipeError where that failed."""
        await self.up()
        if self._supervisor.failure:
            raise RecipeError(self._supervisor.failure)
        return self.describe()

    # --- beginning again --------------------------------------------------------------------------

    @property
    def position(self) -> tuple[int, int]:
        """Where it is: its step, and the id of the last event that it has been through."""
        return self.file.steps, self.file.last_event

    @property
    def is_new(self) -> bool:
        """Whether nothing has happened to it yet."""
        return self.position == (0, 0)

    async def reset(self, position: tuple[int, int]) -> JsonObject:
        """Back to step 0; a failed run gets a new worker.

        ConflictError, with `moved`, where it is not at this position any more.
        """
        await self.resume()
        if not self._supervisor.failure:
            step, last_event = position
            return await self.command(commands.Reset(step=step, last_event=last_event))
        return await self._reset_without_worker(position)

    async def _reset_without_worker(self, position: tuple[int, int]) -> JsonObject:
        """Of a run that cannot come to where it was: step 0 needs nothing of what is kept."""
        self._supervisor.must_have_disk()
        if self.position != position:
            raise ConflictError("The run has gone on meanwhile.", moved=True)
        self._restart()
        self.file.restart()
        await self.file.durable()
        return await self.resume()

    async def resume(self) -> JsonObject:
        """A run that failed tries again where it was."""
        self._supervisor.retry()
        await self.up()
        return self.describe()

    async def move_to_parent(self, run_id: str) -> None:
        """The state that it left its parent in is another run's from now on."""
        await self.note(parent=self.file.about["parent"] | {"run": run_id})
        self.viewers.run_changed()

    async def pause_unwatched(self) -> None:
        """What plays and nobody watches is paused, and says so."""
        waited = f"{self._settings.unwatched_pause_s / 60:g} minutes"
        # before it is: whoever sees it paused is told why
        self._status.notice = f"Paused: nobody watched for {waited}. Press play to go on."
        try:
            await self.ask(Pause())
        except BaseException:
            self._status.notice = None
            raise
        self.viewers.run_changed()


def _freezes(change: AnyIntervention) -> TypeGuard[SwitchFilter]:
    return isinstance(change, SwitchFilter) and change.type == "freeze" and change.on

"""Bringing a worker to where a run is: what it is built from, and how far it had come."""

from dataclasses import replace

from convscope.ipc.commands import BeginSegment, Setup, Start
from convscope.ipc.protocol import Worker
from convscope.runs.recomputed import marked, recomputed_from
from convscope.runs.run_file import RunFile
from convscope.runs.spec import Spec
from convscope.runs.status import RunStatus
from convscope.settings import Settings
from convscope.storage.reader import StoredPlan
from convscope.storage.run_writer import Segment
from convscope.types import JsonObject


class Startup:
    """Builds a run in its workers, and notes in its file and status what they are."""

    def __init__(self, spec: Spec, file: RunFile, status: RunStatus, settings: Settings) -> None:
        self._spec = spec
        self._file = file
        self._status = status
        self._settings = settings

    async def bring(self, worker: Worker) -> None:
        """Build the run in a worker, as it was; what it raises says why that cannot be."""
        stored = await self._plan_back()
        spec, status = self._spec, self._status
        command = Start(
            setup=self._setup(spec.recipe.model_dump(mode="json")),
            weights_bytes=len(spec.weights),
            steps_per_second=status.worker.steps_per_second,
            plan=stored.plan if stored else None,
            before=status.before(self._file.about.get("halted"), self._file.findings),
            payload=spec.weights + (stored.tensors if stored else b""),
        )
        reply = await worker.ask(command)
        if stored is None:
            status.taken = reply.taken
            if reply.taken:
                self._file.note(taken=reply.taken)
        status.environment, status.switches = reply.environment, reply.switches
        await self._settle(worker, reply.environment, stored)

    async def _plan_back(self) -> StoredPlan | None:
        """To where the run was; None for one that is at its beginning."""
        file = self._file
        if file.absent:
            stored = await file.last_stored()
            return None if stored is None else await file.plan(stored)
        if not (file.steps or file.events or file.segments[-1].number):
            return None
        return await file.plan(file.steps, end_exactly=True)

    async def _settle(
        self, worker: Worker, environment: JsonObject, stored: StoredPlan | None
    ) -> None:
        """Where the run goes on in another environment, a new segment begins."""
        file, last = self._file, self._file.segments[-1]
        if last.environment == environment or file.absent:
            return
        if last.environment is None or file.steps == last.step or stored is None:
            file.segment(replace(last, environment=environment))
            return
        reply = await worker.ask(BeginSegment())
        tuned = {k: v for k, v in reply.settings.items() if v is not None}
        state = marked(reply.checkpoint, recomputed_from(stored.plan, differs=True))
        begun = Segment(last.number + 1, state["step"], last.recipe, tuned, True, environment)
        file.go_on(begun, state, reply.payload)

    def _setup(self, recipe: JsonObject) -> Setup:
        settings = self._settings
        return Setup(
            recipe=_without_data(recipe) if self._file.absent else recipe,
            device=settings.device,
            data_dirs=[str(path) for path in settings.data_dirs],
            cache_dir=str(settings.cache_dir),
            own_data_dir=str(settings.own_data_dir),
        )

    def of_segment(self, segment: Segment) -> tuple[Setup, bytes]:
        """What a past part of the run is built from, and its first weights."""
        return self._setup(segment.recipe), self._spec.weights


def _without_data(recipe: JsonObject) -> JsonObject:
    """The recipe of a run whose data set is not here, so that it can be looked at."""
    return recipe | {"data": recipe["data"] | {"dataset": None}}

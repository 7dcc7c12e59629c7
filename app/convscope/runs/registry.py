"""All runs of a server, with a worker or suspended, and the limits on them."""

import asyncio
import contextlib
import logging
import secrets
import string
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import IO, Any, TypeVar

from convscope.budget import Budget
from convscope.errors import (
    ConflictError,
    ConvscopeError,
    NotFoundError,
    RecipeError,
    UnavailableError,
    UnreadableRunError,
)
from convscope.ipc.commands import Checkpoint, Pause, Weights
from convscope.ipc.protocol import Worker
from convscope.recipe import RecipeRequest
from convscope.recipe.interventions import AnyIntervention
from convscope.recipe.trained_weights.match import FileWeights
from convscope.runs.base_run import AnyRun
from convscope.runs.counts import Counts
from convscope.runs.keyed_locks import KeyedLocks
from convscope.runs.observed.observed_run import ObservedRun
from convscope.runs.observed.spec import ObservedSpec
from convscope.runs.run import Run
from convscope.runs.run_list import RunList
from convscope.runs.spec import make_spec, stored_spec
from convscope.runs.status import now
from convscope.runs.supervision.pool import Pool
from convscope.runs.supervision.supervisor import Workers
from convscope.runs.transfer.copy import copy_run
from convscope.runs.transfer.fork import Branch, branch_off
from convscope.runs.transfer.import_export import export_run, import_file
from convscope.runs.trash import deleted_runs
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from convscope.storage.exported_file import ExportedFile
from convscope.storage.reader import read_stored_run
from convscope.storage.schema import holds_nothing
from convscope.storage.upgrade import upgrade_file
from convscope.types import JsonObject, RunKind
from convscope.validation_errors import reason

T = TypeVar("T")
log = logging.getLogger("convscope")
ID_CHARACTERS = string.ascii_lowercase + string.digits
ID_LENGTH = 10
RETRY_AFTER_S = 5  # where as many loops as may be are connected
RESET_ATTEMPTS = 5  # where others train it at the same time


class Registry:
    """Runs by id; it starts, finds and ends them."""

    def __init__(
        self,
        settings: Settings,
        directory: RunDirectory,
        new_worker: Callable[[str], Worker],
        budget: Budget | None = None,
    ) -> None:
        self._budget = budget or Budget()
        self._settings = settings
        self._directory = directory
        self.counts = Counts()
        pool = Pool(settings.max_runs)
        self._workers = Workers(settings, pool, new_worker, self._budget, self.counts)
        self.runs = RunList()
        self._moving = KeyedLocks()  # a run's file goes to the trash, or comes back from there
        self.unreadable: dict[str, str] = {}  # file, and why

    # --- from the disk, and to --------------------------------------------------------------------

    def open(self) -> None:
        """Find the runs that are kept; InUseError where the folder is another server's."""
        self._directory.open()
        found: list[AnyRun] = []
        for run_id in list(self._directory.ids()):
            if holds_nothing(self._directory.path(run_id)):
                self._directory.forget(run_id)
                continue
            try:
                found.append(self._stored(run_id))
            except (ConvscopeError, ValueError, LookupError, TypeError) as error:
                kind = type(error).__name__  # its sentence, on the page, may have names in it
                log.warning(
                    "the run in %s cannot be opened: %s", self._directory.path(run_id), kind
                )
                self.unreadable[run_id] = f"{reason(error)}."
        self.runs = RunList(found)

    def _stored(self, run_id: str) -> AnyRun:
        upgrade_file(self._directory.path(run_id))
        stored = read_stored_run(self._directory.path(run_id))
        _must_have_age(stored.about)
        if stored.about.get("kind") == RunKind.OBSERVED:
            seen = ObservedSpec.model_validate(stored.about["observed"])
            return ObservedRun(run_id, seen, self._directory, self.counts, stored)
        recipe, model = stored.segments[-1].recipe, stored.about["network"]
        sha256 = stored.about["dataset_sha256"]
        spec = stored_spec(recipe, self._settings, stored.weights, model, sha256)
        return Run(run_id, spec, self._workers, self._directory, stored)

    async def adopt(self, run_id: str) -> AnyRun:
        """A run whose file has been put in its place."""
        run = await asyncio.to_thread(self._stored, run_id)
        is_new = not run.number
        self.runs.add(run)
        if is_new:
            with contextlib.suppress(UnavailableError):  # the disk fails: it is in its place
                await run.keep_number()
        return run

    @property
    def is_busy(self) -> bool:
        """Whether somebody watches a run, or one trains, here or in its own loop."""
        loops = (run.is_awake for run in self.runs if run.kind is RunKind.OBSERVED)
        return any(loops) or any(len(run.viewers) or run.state.is_training for run in self.runs)

    @property
    def trained(self) -> list[Run]:
        """Those whose steps are made here."""
        return [run for run in self.runs if isinstance(run, Run)]

    def trained_run(self, run_id: str) -> Run:
        """NotFoundError for an unknown one, ConflictError for one that is observed."""
        run = self.runs.get(run_id)
        if isinstance(run, Run):
            return run
        raise ConflictError(
            "This run is observed: its steps are made in somebody's own training loop, so there is "
            "no recipe to make them from, and this cannot be asked of it."
        )

    def observed_run(self, run_id: str) -> ObservedRun:
        """One whose steps are made in somebody's own loop; NotFoundError for an unknown one,
        ConflictError for one that is trained here."""
        run = self.runs.get(run_id)
        if isinstance(run, ObservedRun):
            return run
        raise ConflictError("This run is trained here, from its recipe: it has no loop elsewhere.")

    async def data_goes(self, dataset_id: str) -> None:
        """Where runs that learn from a data set stand is kept, as far as can be: without its
        pictures no step is computed again."""
        using = [run for run in self.trained if run.spec.recipe.data.dataset == dataset_id]
        for run in [run for run in using if not run.spec.absent]:
            with contextlib.suppress(ConvscopeError):
                if run.state.is_training:
                    await run.do(Pause())
                if await run.file.last_stored() != run.file.steps:
                    run.file.stands_at(await run.ask(Checkpoint()))

    async def data_went(self, dataset_id: str) -> None:
        """Runs that learn from a data set that was deleted can be viewed from now on."""
        using = (run for run in self.trained if run.spec.recipe.data.dataset == dataset_id)
        await self._reopen(using)

    async def data_came(self, sha256: str) -> None:
        """Runs that miss a data set of this digest can be trained again."""
        missing = (run for run in self.trained if run.spec.absent)
        await self._reopen(run for run in missing if run.file.about.get("dataset_sha256") == sha256)

    async def _reopen(self, runs: Iterable[Run]) -> None:
        """As a start of the server would; who watches one comes back to it."""
        for run_id in [run.id for run in runs]:
            with contextlib.suppress(NotFoundError):  # deleted meanwhile
                await self._whole(self._reopen_one(run_id))

    async def _reopen_one(self, run_id: str) -> None:
        async with self._moving.of(run_id):
            run = self.runs.get(run_id)
            await run.close()
            await self.adopt(run_id)
            run.viewers.close()  # of those that came meanwhile

    # --- making -----------------------------------------------------------------------------------

    async def create(self, request: RecipeRequest, weights: FileWeights | None = None) -> Run:
        """A new run, whose worker is starting; RecipeError or, at the limit, UnavailableError.

        `weights` are for an `init` of type from_file; UploadError for a file that is not whole.
        """
        weights = await self._first_weights(request, weights)
        spec = await asyncio.to_thread(make_spec, request, self._settings, weights)
        self._directory.must_have_room()
        run = Run(self.new_id(), spec, self._workers, self._directory)
        try:
            await run.begin()
        except BaseException:
            await run.close()
            self._directory.forget(run.id)
            raise
        self.runs.add(run)
        run.file.note(number=run.number)  # nobody need wait for it
        return run

    async def observe(self, spec: ObservedSpec, name: str | None) -> tuple[ObservedRun, str]:
        """A new run whose steps are made elsewhere, and the token that its loop shows;
        UnavailableError where as many loops as may be are connected."""
        connected = [one for one in self.runs if isinstance(one, ObservedRun) and one.is_awake]
        if len(connected) >= self._settings.max_runs:
            raise UnavailableError(
                f"{len(connected)} training loops are connected, which is as many as may be: end "
                "one, or try again later.",
                retry_after=RETRY_AFTER_S,
            )
        self._directory.must_have_room()
        run = ObservedRun(self.new_id(), spec, self._directory, self.counts)
        token = secrets.token_urlsafe(32)
        try:
            await run.begin(token)
        except BaseException:
            await run.close()
            self._directory.forget(run.id)
            raise
        self.runs.add(run)
        run.file.note(number=run.number, name=name)  # nobody need wait for it
        return run, token

    @staticmethod
    def new_id() -> str:
        """10 lower-case letters and digits, never used before."""
        return "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))

    async def _first_weights(
        self, request: RecipeRequest, weights: FileWeights | None
    ) -> FileWeights | None:
        """Those that an `init` names; RecipeError where there are none."""
        init = request.init
        if init is not None and init.type == "from_run":
            try:
                reply = await self.trained_run(init.run or "").ask(Weights())
            except NotFoundError as error:  # or it is deleted meanwhile
                raise RecipeError(f"init is from_run: there is no run {init.run!r}.") from error
            return FileWeights(reply.payload)
        if init is not None and init.type == "from_file" and not weights:
            raise RecipeError("init is from_file: expected the file at /runs/from-weights.")
        return weights

    # --- ending -----------------------------------------------------------------------------------

    async def delete(self, run_id: str) -> None:
        """End a run and put its file aside for a day; NotFoundError for an unknown one."""
        await self._whole(self._delete(run_id))

    async def _delete(self, run_id: str) -> None:
        async with self._moving.of(run_id):
            run = self.runs.get(run_id)
            self.runs.remove(run_id)
            await run.close()
            try:
                await asyncio.to_thread(self._directory.discard, run_id)
            except OSError:
                await self.adopt(run_id)  # it is still there
                raise

    async def deleted(self) -> list[JsonObject]:
        """`{id, name, steps, deleted_at}` of each run that can be restored, the latest first."""
        return await asyncio.to_thread(deleted_runs, self._directory)

    async def empty_trash(self) -> None:
        """Those that were deleted a day ago go for good."""
        await asyncio.to_thread(self._directory.empty_trash)

    async def restore(self, run_id: str) -> AnyRun:
        """Restore a run that was deleted; NotFoundError where it is gone for good."""
        return await self._whole(self._restore(run_id))

    async def _restore(self, run_id: str) -> AnyRun:
        async with self._moving.of(run_id):
            await asyncio.to_thread(self._directory.restore, run_id)
            return await self.adopt(run_id)

    @staticmethod
    async def _whole(moving: Coroutine[Any, Any, T]) -> T:
        """What was begun is done to its end, whoever waits for it."""
        return await asyncio.shield(asyncio.ensure_future(moving))

    async def reset(self, run_id: str) -> Run | None:
        """Back to step 0; what the run was is kept as another, which is answered, unless it was
        nothing."""
        run = self.trained_run(run_id)
        run.must_go_on()
        for _ in range(RESET_ATTEMPTS):
            if run.state.is_training:
                await run.do(Pause())
            position = run.position
            kept = None if run.is_new else await self._keep_as_another(run)
            try:
                await run.reset(position)
            except ConflictError as error:
                if kept:
                    await self._forget(kept)
                if not error.extra.get("moved"):
                    raise
            else:
                if kept:
                    await self._hand_over_forks(run, kept)
                return kept
        raise ConflictError("Somebody else trains this run: pause it, and reset it then.")

    async def _hand_over_forks(self, run: Run, kept: Run) -> None:
        """Forks of what a run was before its reset are forks of the run that keeps it."""
        for fork in list(self.runs):
            if isinstance(fork, Run) and fork is not kept and fork.parent_id == run.id:
                with contextlib.suppress(
                    ConvscopeError
                ):  # the disk fails, or it is deleted meanwhile
                    await fork.move_to_parent(kept.id)

    async def _forget(self, run: Run) -> None:
        """A run that nobody was told of."""
        self.runs.remove(run.id)
        await run.close()
        self._directory.forget(run.id)

    async def _keep_as_another(self, run: Run) -> Run:
        await run.file.durable()
        name = f"{run.file.about.get('name') or run.id}, before a reset"
        return await self._copy(run.id, None, name=name)

    async def _copy(self, run_id: str, branch: Branch | None, **about: Any) -> Run:
        """A new run from another's file; where that fails, or nobody waits any more, it is gone."""
        new_id = self.new_id()
        with self._directory.reserved(self._directory.size_of(run_id)):
            copying = asyncio.ensure_future(
                asyncio.to_thread(copy_run, self._directory, run_id, new_id, branch, **about)
            )
            try:
                await asyncio.shield(copying)
                await self.adopt(new_id)
                return self.trained_run(new_id)
            except BaseException:
                await asyncio.wait([copying])  # a thread goes on, whoever waits for it
                self._directory.forget(new_id)
                raise

    async def fork(
        self,
        run_id: str,
        step: int | None,
        recipe: JsonObject,
        interventions: Iterable[AnyIntervention],
        name: str | None,
    ) -> Run:
        """A new run that goes on from a step of another; see `branch_off` for what is raised."""
        run = self.trained_run(run_id)
        restarts = run.restarts
        branch = await branch_off(run, step, recipe, self._settings)
        await run.file.durable()
        about = {"name": name, "halted": None, "created_at": now()} | branch.about
        forked = await self._copy(run_id, branch, **about)
        try:
            if run.restarts != restarts:
                raise ConflictError(
                    "This run was reset meanwhile: its previous state is now another run."
                )
            for change in interventions:
                await forked.intervene(change)
        except BaseException:
            await self._forget(forked)
            raise
        return forked

    async def export_run(self, run: Run, *, uploads: bool) -> ExportedFile:
        """A run as one file, with all that was acknowledged up to now."""
        return await export_run(run, self._directory, uploads=uploads)

    async def import_run(self, given: IO[bytes]) -> Run:
        """A new run from an untrusted file; see `import_file` for what is raised."""
        new_id = self.new_id()
        async with self._budget.decode():  # its pictures, one after the other
            await import_file(given, self._directory, new_id, self._settings)
        try:
            await self.adopt(new_id)
            return self.trained_run(new_id)
        except (ConvscopeError, ValueError):
            self._directory.forget(new_id)
            raise

    async def close(self) -> None:
        """End all runs, for this server."""
        await asyncio.gather(*(run.close() for run in self.runs))
        self._directory.close()


def _must_have_age(about: JsonObject) -> None:
    """UnreadableRunError for what the runs could not be put in order by."""
    try:
        datetime.fromisoformat(about["created_at"])
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableRunError(f"It does not say when it was made ({error}).") from error

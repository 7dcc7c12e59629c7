"""All runs of a server, and the limits on them."""

import asyncio
import logging
import secrets
import string
from collections.abc import Callable
from time import monotonic

from app.errors import NotFoundError, RecipeError, UnavailableError
from app.recipe import RecipeRequest
from app.runs.run import Run
from app.runs.spec import make_spec
from app.settings import Settings
from app.types import RunState
from app.workers.protocol import Worker

log = logging.getLogger("convscope")
ID_CHARACTERS = string.ascii_lowercase + string.digits
ID_LENGTH = 10
WATCH_EVERY_S = 5.0
RETRY_AFTER_S = 30
FORGET_UNTOUCHED_S = 60.0  # a run at step 0 that nobody has looked at for so long makes room


class Registry:
    """Runs by id; it starts, finds and ends them."""

    def __init__(self, settings: Settings, new_worker: Callable[[str], Worker]) -> None:
        self._settings = settings
        self._new_worker = new_worker
        self._runs: dict[str, Run] = {}

    async def create(self, request: RecipeRequest, weights: bytes = b"") -> Run:
        """A new run, whose worker is starting; RecipeError or, at the limit, UnavailableError.

        `weights` are safetensors for an `init` of type from_file.
        """
        weights = await self._first_weights(request, weights)
        spec = await asyncio.to_thread(make_spec, request, self._settings, weights)
        await self._make_room()
        run_id = "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))
        self._runs[run_id] = Run(run_id, spec, self._settings, self._new_worker)
        return self._runs[run_id]

    async def _first_weights(self, request: RecipeRequest, weights: bytes) -> bytes:
        """The safetensors that an `init` names; RecipeError where there are none."""
        init = request.init
        if init is not None and init.type == "from_run":
            if init.run not in self._runs:
                raise RecipeError(f"init is from_run: there is no run {init.run!r}.")
            return (await self._runs[init.run].ask("weights")).payload
        if init is not None and init.type == "from_file" and not weights:
            raise RecipeError("init is from_file: expected the file at /runs/from-weights.")
        return weights

    async def _make_room(self) -> None:
        """Where all places are taken, one that holds nothing to lose is given up."""
        if len(self._runs) < self._settings.max_runs:
            return
        for run_id, run in self._runs.items():
            if run.holds_nothing and monotonic() - run.touched_s > FORGET_UNTOUCHED_S:
                await self.delete(run_id)
                await self._make_room()  # somebody else may have taken the place meanwhile
                return
        most = self._settings.max_runs
        raise UnavailableError(
            f"This server may have {most if most > 1 else 'one'} run{'s' * (most > 1)} and has as "
            "many: delete one, or try again later.",
            retry_after=RETRY_AFTER_S,
        )

    def get(self, run_id: str) -> Run:
        """NotFoundError for an unknown one."""
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFoundError(f"There is no run {run_id!r}.") from None

    def page(self, cursor: str | None, limit: int) -> tuple[list[Run], str | None]:
        """Up to `limit` runs after the one `cursor` names, oldest first, and the next cursor."""
        ids = list(self._runs)
        start = ids.index(cursor) + 1 if cursor in self._runs else 0
        chosen = ids[start : start + limit]
        more = start + limit < len(ids)
        return [self._runs[run_id] for run_id in chosen], chosen[-1] if more else None

    async def delete(self, run_id: str) -> None:
        """End a run and forget it; NotFoundError for an unknown one."""
        run = self.get(run_id)
        del self._runs[run_id]
        await run.close()

    async def watch(self) -> None:
        """For ever: pause what plays and nobody watches."""
        while True:
            await asyncio.sleep(min(WATCH_EVERY_S, self._settings.unwatched_pause_s / 4))
            for run in list(self._runs.values()):
                await self._pause_if_unwatched(run)

    async def _pause_if_unwatched(self, run: Run) -> None:
        if len(run.viewers):
            run.touch()
        alone_s = monotonic() - run.touched_s
        busy = run.state in (RunState.PLAYING, RunState.STEPPING)
        if busy and alone_s > self._settings.unwatched_pause_s:
            try:
                await run.pause_unwatched()
            except Exception:  # one run's trouble is not the others'
                log.exception("run %s could not be paused", run.id)

    async def close(self) -> None:
        """End all runs."""
        await asyncio.gather(*(self.delete(run_id) for run_id in list(self._runs)))

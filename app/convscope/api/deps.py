"""Route dependencies: the settings, the registry, and the run that a path names.

All are coroutines, those that wait for nothing too: FastAPI runs a plain function in a thread,
which costs more than the rest of a short request.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from starlette.requests import HTTPConnection

from convscope.api.monitoring.monitor import Monitor
from convscope.errors import ConflictError
from convscope.ipc.commands import Command, R
from convscope.own_data.preview.previews import Previews
from convscope.runs.base_run import AnyRun
from convscope.runs.registry import Registry
from convscope.runs.run import Run
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory

T = TypeVar("T")
GONE_S = 0.2  # between two looks whether a client is still there


async def _registry(connection: HTTPConnection) -> Registry:
    found: Registry = connection.app.state.registry
    return found


async def _settings(connection: HTTPConnection) -> Settings:
    found: Settings = connection.app.state.settings
    return found


async def _previews(connection: HTTPConnection) -> Previews:
    found: Previews = connection.app.state.previews
    return found


async def _directory(connection: HTTPConnection) -> RunDirectory:
    found: RunDirectory = connection.app.state.directory
    return found


async def _monitor(connection: HTTPConnection) -> Monitor:
    found: Monitor = connection.app.state.monitor
    return found


TheMonitor = Annotated[Monitor, Depends(_monitor)]
ThePreviews = Annotated[Previews, Depends(_previews)]
TheDirectory = Annotated[RunDirectory, Depends(_directory)]
TheRegistry = Annotated[Registry, Depends(_registry)]
TheSettings = Annotated[Settings, Depends(_settings)]


RunId = Annotated[str, Path(description="a run's id")]


async def _any_run(run_id: RunId, registry: TheRegistry) -> AnyRun:
    run = registry.runs.get(run_id)
    run.touch()
    return run


async def _run(run_id: RunId, registry: TheRegistry) -> Run:
    run = registry.trained_run(run_id)
    run.touch()
    return run


TheAnyRun = Annotated[AnyRun, Depends(_any_run)]  # also one that is observed
TheRun = Annotated[Run, Depends(_run)]


async def _awake(run: TheRun) -> Run:
    await run.up()
    return run


async def _awake_any(run: TheAnyRun) -> AnyRun:
    await run.up()
    return run


TheAwakeAnyRun = Annotated[AnyRun, Depends(_awake_any)]
TheAwakeRun = Annotated[Run, Depends(_awake)]  # all that it holds is in memory
StepNumber = Annotated[
    int | None,
    Query(
        alias="step", ge=0, le=2**53, description="the step to describe; if absent, the current one"
    ),
]


@dataclass(frozen=True)
class AnyLook:
    """A run of any kind as it is, or as it was at a step."""

    run: AnyRun
    step: int | None
    headers: dict[str, str]  # to go with the answer
    request: Request

    async def ask(self, command: Command[R]) -> R:
        """What its worker says; NotFoundError for a step that it has not come to."""
        looked = await self.run.look(self.step, command)
        self.mark(looked.recomputed)
        return looked.reply

    def mark(self, recomputed: str | None) -> None:
        """Say with the answer why its last digits may differ, if they may."""
        if recomputed:
            self.headers["Convscope-Recomputed"] = recomputed


@dataclass(frozen=True)
class Look(AnyLook):
    """A run that is trained here, as it is or as it was at a step."""

    run: Run

    async def ask_beside(self, command: Command[R]) -> R:
        """The same, always of the second worker: training does not wait for the answer. Left off
        where nobody waits for it any more."""
        step = self.run.steps if self.step is None else self.step
        looked = await _while_wanted(self.request, self.run.look(step, command))
        self.mark(looked.recomputed)
        return looked.reply

    @property
    def first_seed(self) -> int:
        """Which draws the weights that the run began with, however often it was forked."""
        seed: int = self.run.file.segments[0].recipe["seed"]
        return seed


async def _while_wanted(request: Request, asking: Coroutine[Any, Any, T]) -> T:
    """The answer; ConflictError, which nobody reads, once the client is gone."""
    task = asyncio.ensure_future(asking)
    try:
        while not task.done():
            await asyncio.wait([task], timeout=GONE_S)
            if not task.done() and await request.is_disconnected():
                raise ConflictError("Nobody waits for this answer any more.")
        return await task
    finally:
        task.cancel()


async def _look(request: Request, run: TheRun, step: StepNumber = None) -> Look:
    return Look(run, step, {}, request)


async def _any_look(request: Request, run: TheAnyRun, step: StepNumber = None) -> AnyLook:
    return AnyLook(run, step, {}, request)


TheLook = Annotated[Look, Depends(_look)]
TheAnyLook = Annotated[AnyLook, Depends(_any_look)]

"""Who answers a command: the server that has the folder of the runs, or an application in here."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from convscope.cli.in_process import InProcessTransport
from convscope.client import AsyncClient
from convscope.client.questions import reachable
from convscope.main import create_app
from convscope.settings import Settings
from convscope.storage.directory import InUseError, RunDirectory

HERE = "http://127.0.0.1"


class RefusedError(Exception):
    """What was asked cannot be; the text is a sentence for a terminal."""


@contextlib.asynccontextmanager
async def connect_or_run(
    settings: Settings, token: str | None, *, works: bool
) -> AsyncIterator[AsyncClient]:
    """Somebody to ask, for as long as this is open.

    `works` is whether a worker will be needed. RefusedError where the folder is taken by somebody
    who cannot be asked; OSError where it cannot be used.
    """
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    try:
        directory.open()
    except InUseError as error:
        address = reachable(error.address)
        if not address:
            raise RefusedError(f"{error} It is a command that will finish by itself.") from error
        async with AsyncClient(address, token) as client:
            yield client
        return
    async with _here(settings, directory, works) as client:
        yield client


@contextlib.asynccontextmanager
async def _here(
    settings: Settings, directory: RunDirectory, works: bool
) -> AsyncIterator[AsyncClient]:
    guard = create_app(settings, directory, preload=works)
    app = guard.app
    assert isinstance(app, FastAPI)
    transport = InProcessTransport(guard)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(f"{HERE}:{settings.port}", transport=transport) as client,
    ):
        yield client

"""Who answers a command: the server that has the folder of the runs, or an application in here."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from convscope.cli.in_process import InProcessTransport
from convscope.hosts import is_wildcard, url
from convscope.main import create_app
from convscope.settings import Settings
from convscope.storage.directory import InUseError, RunDirectory
from convscope.types import JsonObject

PATIENCE_S = 600.0  # for one answer: some steps of a large network take a while
CONNECT_S = 5.0
HERE = "http://127.0.0.1"


class RefusedError(Exception):
    """What was asked cannot be; the text is a sentence for a terminal."""


class Api:
    """REST, version 1; every refusal is a RefusedError."""

    def __init__(self, client: httpx.AsyncClient, address: str | None) -> None:
        """`address` is the server's; None: there is none beyond this process."""
        self._client = client
        self.address = address

    async def get(self, path: str, **query: Any) -> Any:
        """A document."""
        return (await self.send("GET", path, params=query)).json()

    async def post(self, path: str, body: JsonObject | None = None) -> Any:
        """What a POST answers."""
        return (await self.send("POST", path, json=body or {})).json()

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any request, its answer whole."""
        with self._explained():
            answer = await self._client.request(method, path, **more)
        if not answer.is_success:
            raise RefusedError(_detail(answer))
        return answer

    @contextlib.asynccontextmanager
    async def stream(self, path: str, **query: Any) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of a large answer, piece by piece."""
        with self._explained():
            async with self._client.stream("GET", path, params=query) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise RefusedError(_detail(answer))
                yield answer.aiter_bytes()

    @contextlib.contextmanager
    def _explained(self) -> Any:
        try:
            yield
        except httpx.HTTPError as error:
            where = self.address or "this process"
            why = str(error) or type(error).__name__
            raise RefusedError(f"The Convscope at {where} does not answer: {why}.") from error

    async def find(self, name: str) -> JsonObject:
        """The run of this id, the beginning of an id, or name; RefusedError where there is none or
        more than one."""
        runs = await self.runs()
        for found in (
            [run for run in runs if run["id"] == name],
            [run for run in runs if run["name"] == name],
            [run for run in runs if run["id"].startswith(name)],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(run["id"] for run in found[:6])
                raise RefusedError(f"{name!r} matches {len(found)} runs: {ids}.")
        raise RefusedError(f"There is no run {name!r}: `convscope runs` lists all runs.")

    async def runs(self) -> list[JsonObject]:
        """All of them, oldest first."""
        runs: list[JsonObject] = []
        query: JsonObject = {"limit": 100}
        while True:
            page = await self.get("/runs", **query)
            runs += page["runs"]
            if not page["next"]:
                return runs
            query["cursor"] = page["next"]


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {answer.status_code} without a reason."


@contextlib.asynccontextmanager
async def connect_or_run(
    settings: Settings, token: str | None, *, works: bool
) -> AsyncIterator[Api]:
    """Somebody to ask, for as long as this is open.

    `works` is whether a worker will be needed. RefusedError where the folder is taken by somebody
    who cannot be asked; OSError where it cannot be used.
    """
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    try:
        directory.open()
    except InUseError as error:
        if not error.address:
            raise RefusedError(f"{error} It is a command that will finish by itself.") from error
        async with _elsewhere(error.address, token) as api:
            yield api
        return
    async with _here(settings, directory, works) as api:
        yield api


@contextlib.asynccontextmanager
async def _elsewhere(address: str, token: str | None) -> AsyncIterator[Api]:
    at = urlsplit(address)
    host, port = at.hostname or "", at.port or 80
    if is_wildcard(host):  # it listens on every address: this machine's own is one
        address = url("::1" if ":" in host else "127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = httpx.Timeout(PATIENCE_S, connect=CONNECT_S)
    # no proxy that the environment names: the server is on this machine
    transport = httpx.AsyncHTTPTransport(trust_env=False)
    base = f"{address}/api/v1"
    async with httpx.AsyncClient(
        base_url=base, headers=headers, timeout=timeout, transport=transport, trust_env=False
    ) as client:
        yield Api(client, address)


@contextlib.asynccontextmanager
async def _here(settings: Settings, directory: RunDirectory, works: bool) -> AsyncIterator[Api]:
    guard = create_app(settings, directory, preload=works)
    app = guard.app
    assert isinstance(app, FastAPI)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            base_url=f"{HERE}:{settings.port}/api/v1",
            transport=InProcessTransport(guard),
            timeout=None,  # nothing is between: whoever answers is this process
        ) as client,
    ):
        yield Api(client, None)

"""Uploads that are deleted while they are being replaced: they stay deleted."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from convscope.api.openapi.problems import add_error_handlers
from convscope.api.routes import images
from convscope.budget import Budget
from convscope.ipc.commands import Command, DropImage, PutImage, R
from convscope.recipe import RecipeRequest
from convscope.runs.run import Run
from convscope.runs.spec import make_spec
from convscope.runs.supervision.pool import Pool
from convscope.runs.supervision.supervisor import Workers
from convscope.runs.uploads import Uploads
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from convscope.types import JsonObject
from tests.support.api_calls import photograph
from tests.support.workers import FakeWorker

pytestmark = pytest.mark.anyio
PATIENCE_S = 60
Send = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


class Slow(FakeWorker):
    """A worker that keeps images, and takes its time over them in order."""

    def __init__(self) -> None:
        super().__init__()
        self.images: set[str] = set()
        self.free = asyncio.Event()
        self.free.set()
        self.reached = asyncio.Event()
        self._one_by_one = asyncio.Lock()

    async def ask(self, command: Command[R]) -> R:
        """Answers when it is free."""
        self.reached.set()
        async with self._one_by_one:
            await self.free.wait()
            match command:
                case PutImage():
                    self.images.add(command.image)
                case DropImage():
                    self.images.discard(command.image)
        return await super().ask(command)


class OneRun:
    """A registry of one run, and the application that serves its pictures."""

    def __init__(self, settings: Settings) -> None:
        self.worker = Slow()
        spec = make_spec(RecipeRequest.model_validate({}), settings)
        directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
        directory.open()
        workers = Workers(settings, Pool(1), lambda _: self.worker, Budget())
        self.run = Run("k3", spec, workers, directory)
        app = FastAPI()
        app.state.settings = settings
        app.state.registry = SimpleNamespace(runs=self, trained_run=self.get)
        app.include_router(images.router)
        add_error_handlers(app)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test/runs/k3"
        )

    def get(self, _: str) -> Run:
        """As a registry's list does."""
        return self.run

    async def upload(self) -> str:
        """The id of a new run's first upload."""
        await self.run.begin()
        answer = await self.client.post("/images", files={"file": ("a.png", photograph())})
        made: JsonObject = answer.json()
        return str(made["id"])


def put(client: httpx.AsyncClient, image: str) -> Awaitable[httpx.Response]:
    return client.put(f"/images/{image}", files={"file": ("b.png", photograph(40, 40))})


def patch(client: httpx.AsyncClient, image: str) -> Awaitable[httpx.Response]:
    return client.patch(f"/images/{image}", json={"invert": False})


@pytest.mark.parametrize("send", [put, patch])
async def test_an_upload_deleted_while_a_replacement_is_prepared_stays_deleted(
    send: Send, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = OneRun(settings)
    image = await one.upload()
    preparing, go_on, make = threading.Event(), threading.Event(), Uploads._made

    def slowly(*arguments: Any) -> Any:
        preparing.set()
        assert go_on.wait(PATIENCE_S)
        return make(*arguments)

    monkeypatch.setattr(Uploads, "_made", slowly)
    replacing = asyncio.ensure_future(send(one.client, image))
    assert await asyncio.to_thread(preparing.wait, PATIENCE_S)
    assert (await one.client.delete(f"/images/{image}")).status_code == 204
    go_on.set()
    answer = await replacing
    assert (answer.status_code, answer.json()["title"]) == (404, "Not found")
    assert (list(one.run.uploads), one.worker.images) == ([], set())


@pytest.mark.parametrize("send", [put, patch])
async def test_an_upload_deleted_while_the_worker_takes_its_replacement_stays_deleted(
    send: Send, settings: Settings
) -> None:
    one = OneRun(settings)
    image = await one.upload()
    one.worker.free.clear()
    one.worker.reached.clear()
    replacing = asyncio.ensure_future(send(one.client, image))
    await asyncio.wait_for(one.worker.reached.wait(), PATIENCE_S)
    one.worker.reached.clear()
    deleting = asyncio.ensure_future(one.client.delete(f"/images/{image}"))
    await asyncio.wait_for(one.worker.reached.wait(), PATIENCE_S)
    one.worker.free.set()
    assert [(await replacing).status_code, (await deleting).status_code] == [200, 204]
    assert (list(one.run.uploads), one.worker.images) == ([], set())

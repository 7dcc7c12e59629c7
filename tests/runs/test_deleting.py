"""Deleting and restoring a run while others do the same, or use it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from convscope.errors import NotFoundError
from convscope.ipc.commands import Command
from convscope.recipe import RecipeRequest
from convscope.runs.registry import Registry
from convscope.runs.run import Run
from convscope.runs.uploads import Asked
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from tests.support.api_calls import photograph
from tests.support.workers import FakeWorker

pytestmark = pytest.mark.anyio


@pytest.fixture
def directory(settings: Settings) -> RunDirectory:
    """Where the server keeps its runs."""
    return RunDirectory(settings.state_dir, settings.max_disk_bytes)


@pytest.fixture
async def registry(settings: Settings, directory: RunDirectory) -> AsyncIterator[Registry]:
    """A server's runs."""
    made = Registry(settings, directory, lambda device: FakeWorker())
    made.open()
    yield made
    await made.close()


@pytest.fixture
async def run(registry: Registry) -> Run:
    """One that people care for."""
    made = await registry.create(RecipeRequest())
    await made.rename("mine")
    return made


@pytest.fixture
def slow_moves(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Files are moved when this is set."""
    goes_on, move = threading.Event(), RunDirectory._move

    def slow(*arguments: object) -> None:
        goes_on.wait(10)
        move(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(RunDirectory, "_move", slow)
    return goes_on


async def outcome(call: Awaitable[object]) -> str:
    """What became of a call."""
    try:
        await call
    except NotFoundError:
        return "not found"
    return "done"


async def test_deleted_runs_are_listed_while_one_goes_and_comes(
    registry: Registry, run: Run
) -> None:
    async def go_and_come() -> None:
        for _ in range(20):
            await registry.delete(run.id)
            await registry.restore(run.id)

    moving = asyncio.ensure_future(go_and_come())
    while not moving.done():
        assert {entry["id"] for entry in await registry.deleted()} <= {run.id}
    await moving


async def test_of_two_who_restore_a_run_one_does(
    registry: Registry, run: Run, slow_moves: threading.Event
) -> None:
    slow_moves.set()
    await registry.delete(run.id)
    slow_moves.clear()
    both = [asyncio.ensure_future(registry.restore(run.id)) for _ in range(2)]
    await asyncio.sleep(0.1)  # both are in the middle of it, if nothing holds one back
    slow_moves.set()
    assert sorted([await outcome(call) for call in both]) == ["done", "not found"]
    assert len(registry.runs.page(None, 10)[0]) == 1


async def test_what_is_restored_while_it_is_deleted_comes_back_and_is_told_so(
    registry: Registry, run: Run, directory: RunDirectory, slow_moves: threading.Event
) -> None:
    deleting = asyncio.ensure_future(registry.delete(run.id))
    await asyncio.sleep(0.1)
    restoring = asyncio.ensure_future(registry.restore(run.id))
    slow_moves.set()
    assert [await outcome(call) for call in (deleting, restoring)] == ["done", "done"]
    assert registry.runs.get(run.id).id == run.id
    assert list(directory.ids()) == [run.id]


async def test_what_is_deleted_while_it_is_restored_stays_deleted(
    registry: Registry, run: Run, directory: RunDirectory, slow_moves: threading.Event
) -> None:
    slow_moves.set()
    await registry.delete(run.id)
    slow_moves.clear()
    restoring = asyncio.ensure_future(registry.restore(run.id))
    await asyncio.sleep(0.1)
    deleting = asyncio.ensure_future(registry.delete(run.id))
    slow_moves.set()
    assert [await outcome(call) for call in (restoring, deleting)] == ["done", "done"]
    assert list(directory.ids()) == []
    assert registry.runs.page(None, 10)[0] == []


async def test_a_deletion_is_ended_though_nobody_waits_for_it(
    registry: Registry, run: Run, directory: RunDirectory, slow_moves: threading.Event
) -> None:
    deleting = asyncio.ensure_future(registry.delete(run.id))
    await asyncio.sleep(0.1)
    deleting.cancel()
    slow_moves.set()
    restored = await registry.restore(run.id)  # after it
    assert restored.id == run.id
    assert list(directory.ids()) == [run.id]


async def test_a_run_that_cannot_be_put_aside_is_still_there(
    registry: Registry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(RunDirectory, "_move", failing)
    with pytest.raises(OSError, match="Input/output"):
        await registry.delete(run.id)
    assert registry.runs.get(run.id).file.about["name"] == "mine"


@pytest.mark.parametrize("meanwhile", ["deleted", "wanted by another"])
async def test_an_upload_while_its_run_goes_is_answered(
    meanwhile: str, registry: Registry, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run.up()
    send = run.uploads._send

    async def send_then(command: Command[Any]) -> object:
        answer = await send(command)
        if meanwhile == "deleted":
            await registry.delete(run.id)
        elif run.may_suspend:
            await run.suspend()
        return answer

    monkeypatch.setattr(run.uploads, "_send", send_then)
    adding = run.uploads.add(photograph(), "a.png", Asked())
    if meanwhile == "deleted":
        with pytest.raises(NotFoundError, match="deleted"):
            await adding
    else:
        assert (await adding).name == "a.png"

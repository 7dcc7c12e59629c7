"""Which runs a server forgets by itself, and which it never does."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from convscope.errors import NotFoundError
from convscope.recipe import RecipeRequest
from convscope.recipe.interventions import UndoLast
from convscope.runs import housekeeping
from convscope.runs import registry as module
from convscope.runs.registry import Registry
from convscope.runs.run import Run
from convscope.runs.run_file import RunFile
from convscope.runs.transfer.copy import copy_run
from convscope.runs.transfer.fork import Branch
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from tests.support.waiting import comes_true
from tests.support.workers import FakeWorker

pytestmark = pytest.mark.anyio


@pytest.fixture
def directory(settings: Settings) -> RunDirectory:
    """Where the server keeps its runs."""
    return RunDirectory(settings.state_dir, settings.max_disk_bytes)


@pytest.fixture
async def registry(
    settings: Settings, directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Registry]:
    """A server's runs, looked after all the time, by one that has no patience."""
    monkeypatch.setattr(housekeeping, "UNTOUCHED_S", 0.5)
    monkeypatch.setattr(housekeeping, "LOOK_EVERY_S", 0.01)
    made = Registry(settings, directory, lambda device: FakeWorker())
    made.open()
    watching = asyncio.create_task(housekeeping.keep_house(made, settings))
    yield made
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    await made.close()


async def test_a_run_in_which_nobody_did_anything_is_forgotten_and_one_with_a_name_is_not(
    registry: Registry, directory: RunDirectory
) -> None:
    untouched = await registry.create(RecipeRequest())
    named = await registry.create(RecipeRequest())
    await named.rename("mine")
    await comes_true(lambda: untouched.id not in directory.ids())
    with pytest.raises(NotFoundError):
        registry.runs.get(untouched.id)
    assert registry.runs.get(named.id) is named
    assert list(directory.ids()) == [named.id]


async def test_a_run_is_listed_when_it_is_kept_and_counts_as_awake_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, goes_on, durable = asyncio.Event(), asyncio.Event(), RunFile.durable

    async def slow(file: RunFile) -> None:
        waits.set()
        await goes_on.wait()
        await durable(file)

    monkeypatch.setattr(RunFile, "durable", slow)
    one = replace(settings, max_runs=1)
    registry = Registry(
        one, RunDirectory(one.state_dir, one.max_disk_bytes), lambda device: FakeWorker()
    )
    registry.open()
    begun = asyncio.create_task(registry.create(RecipeRequest()))
    await waits.wait()
    assert registry.runs.page(None, 10) == ([], None)
    second = asyncio.create_task(registry.create(RecipeRequest()))
    await asyncio.sleep(0)
    assert not second.done(), "it waits for the place that the first has"
    goes_on.set()
    assert [await begun, await second] == registry.runs.page(None, 10)[0]
    assert [run.is_awake for run in registry.runs.page(None, 10)[0]] == [False, True]
    await registry.close()


@pytest.mark.parametrize("moment", ["while it is copied", "while its interventions are made"])
async def test_a_fork_that_nobody_waits_for_any_more_leaves_no_run(
    moment: str, registry: Registry, directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = await registry.create(RecipeRequest())
    await parent.rename("mine")
    begun, goes_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    async def left(*_: object) -> Branch:
        return Branch(0, parent.spec.recipe, {}, True, {"step": 0}, b"", None, [])

    def slow_copy(*arguments: Any, **about: Any) -> None:
        loop.call_soon_threadsafe(begun.set)
        goes_on.wait(10)
        copy_run(*arguments, **about)

    async def slow_change(*_: object) -> None:
        begun.set()
        await asyncio.sleep(10)

    monkeypatch.setattr(module, "branch_off", left)
    if moment == "while it is copied":
        monkeypatch.setattr(module, "copy_run", slow_copy)
    monkeypatch.setattr(Run, "intervene", slow_change)
    forking = asyncio.create_task(registry.fork(parent.id, 0, {}, [UndoLast(type="undo")], None))
    await begun.wait()
    forking.cancel()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await forking
    assert registry.runs.page(None, 10) == ([parent], None)
    assert list(directory.ids()) == [parent.id]

"""Lists in pages: nothing is missed, whatever comes or goes meanwhile or the clock does."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from convscope.recipe import RecipeRequest
from convscope.runs import run as run_module
from convscope.runs.registry import Registry
from convscope.runs.transfer.copy import copy_run
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from tests.support.workers import FakeWorker

pytestmark = pytest.mark.anyio
MANY = 24


def registry_of(settings: Settings) -> Registry:
    """The runs of a server that has just been started."""
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    made = Registry(settings, directory, lambda device: FakeWorker())
    made.open()
    return made


@pytest.fixture
async def registry(settings: Settings) -> AsyncIterator[Registry]:
    """A server's runs."""
    made = registry_of(settings)
    yield made
    await made.close()


def ids_in_pages(registry: Registry, limit: int = 1) -> list[str]:
    """All runs, a page after the other."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        runs, cursor = registry.runs.page(cursor, limit)
        found += [run.id for run in runs]
        if cursor is None:
            return found


async def read_while_they_come(registry: Registry, cursor: str | None = None) -> list[str]:
    """One run after the other, as a slow client reads them; it begins again where it ended."""
    found: list[str] = []
    while len(found) < MANY:
        runs, after = registry.runs.page(cursor, 1)
        if after is not None:  # the last one tells no cursor
            found.append(runs[0].id)
            cursor = after
        elif len(registry.runs.page(None, MANY)[0]) == MANY:
            return found + [run.id for run in runs]
        await asyncio.sleep(0)
    return found


async def test_a_client_that_pages_while_runs_are_made_misses_none(registry: Registry) -> None:
    reading = asyncio.create_task(read_while_they_come(registry))
    made = await asyncio.gather(*(registry.create(RecipeRequest()) for _ in range(MANY)))
    assert sorted(await reading) == sorted(run.id for run in made)


async def test_the_order_is_that_in_which_runs_came_whatever_the_clock_says(
    registry: Registry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(59, -1)
    monkeypatch.setattr(run_module, "now", lambda: f"2026-01-01T00:00:{next(seconds):02}.000Z")
    made = [(await registry.create(RecipeRequest())).id for _ in range(5)]
    assert ids_in_pages(registry) == made
    await registry.close()
    again = registry_of(settings)
    assert ids_in_pages(again) == made
    later = await again.create(RecipeRequest())
    assert ids_in_pages(again) == [*made, later.id]
    await again.close()


async def test_a_restored_run_is_where_it_was_and_a_copy_comes_last(
    registry: Registry, settings: Settings
) -> None:
    made = [(await registry.create(RecipeRequest())).id for _ in range(3)]
    await registry.delete(made[1])
    await registry.restore(made[1])
    assert ids_in_pages(registry) == made
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    copy_run(directory, made[0], "copied", None)
    await registry.adopt("copied")
    assert ids_in_pages(registry) == [*made, "copied"]


async def test_a_page_goes_on_after_a_run_that_is_deleted_meanwhile(registry: Registry) -> None:
    made = [(await registry.create(RecipeRequest())).id for _ in range(4)]
    _, cursor = registry.runs.page(None, 2)
    await registry.delete(made[1])
    assert [run.id for run in registry.runs.page(cursor, 9)[0]] == made[2:]

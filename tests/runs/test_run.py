"""What a run refuses by itself, and what its log tells of a failure."""

import logging

import pytest

from convscope.errors import ConflictError, RecipeError
from convscope.ipc.commands import Command, R, Step, Tune
from convscope.recipe import RecipeRequest
from convscope.runs import run as module
from convscope.runs.registry import Registry
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from tests.support.workers import FakeWorker

pytestmark = pytest.mark.anyio


async def test_a_run_takes_a_bounded_number_of_changes_and_trains_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    registry = Registry(settings, directory, lambda device: FakeWorker())
    registry.open()
    run = await registry.create(RecipeRequest())
    monkeypatch.setattr(module, "MOST_EVENTS", 2)
    run.file.events = 2
    with pytest.raises(ConflictError, match="has had 2 changes"):
        await run.command(Tune(changes={"learning_rate": 0.1}))
    assert (await run.command(Step(steps=1)))["id"] == run.id
    await registry.close()


class Refusing(FakeWorker):
    """Cannot build the run, for a reason that has a name in it."""

    async def ask(self, command: Command[R]) -> R:
        """Say so."""
        raise RecipeError("There is no layer 'annas-layer'.")


async def test_the_log_tells_what_kind_of_error_it_was_and_the_run_the_sentence(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    directory = RunDirectory(settings.state_dir, settings.max_disk_bytes)
    registry = Registry(settings, directory, lambda device: Refusing())
    registry.open()
    run = await registry.create(RecipeRequest())
    with caplog.at_level(logging.WARNING):
        await run.up()
    assert run.describe()["problem"] == "There is no layer 'annas-layer'."
    assert caplog.messages == [f"run {run.id} failed: RecipeError"]
    await registry.close()

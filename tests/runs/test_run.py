"""What a run refuses by itself."""

import pytest

from convscope.errors import ConflictError
from convscope.ipc.commands import Step, Tune
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

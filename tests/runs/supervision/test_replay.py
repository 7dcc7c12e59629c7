"""The second worker, by which the past is looked at: it goes, and nobody is left without one."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from convscope.ipc.commands import Command, DropTask, R, Seek, StartReplay, Weights
from convscope.ipc.seek_plan import SeekPlan
from convscope.runs.run_file import RunFile
from convscope.runs.supervision import replay_worker as module
from convscope.runs.supervision.replay_worker import ReplayWorker
from convscope.storage.directory import RunDirectory
from convscope.storage.reader import StoredPlan, StoredRun
from convscope.storage.run_writer import Segment
from tests.support.workers import FakeWorker, setup

pytestmark = pytest.mark.anyio


class Mortal(FakeWorker):
    """A worker that answers while it lives, and takes its time to end."""

    async def ask(self, command: Command[R]) -> R:
        """Only while it lives."""
        reply = await super().ask(command)
        await asyncio.sleep(0)
        assert not self.ended, "one that ends was asked"
        return reply

    async def close(self) -> None:
        """Ends it."""
        self.ended = True
        await asyncio.sleep(0.01)


class Stored(RunFile):
    """A run of 20 steps whose tenth is kept, trained somewhere else."""

    def __init__(self, folder: Path, state: dict[str, Any]) -> None:
        segment = Segment(0, 0, {}, environment={"torch": "elsewhere"})
        stored = StoredRun({}, (segment,), b"", 0, 20, (None, None), (), None)
        super().__init__(folder / "a", RunDirectory(folder, 10**9), stored)
        self._state = state

    async def plan(self, step: int, *, end_exactly: bool = False) -> StoredPlan:
        """From step 10, or to it."""
        found = SeekPlan(
            to=step,
            segment=0,
            settings={},
            checkpoint={"step": 9} if step == 10 else self._state,
            tensors_bytes=0,
            events=[{"id": 4}, {"id": 7}],
            exact=self._state if end_exactly and step == 10 else None,
        )
        return StoredPlan(found, b"")


def replay(folder: Path, workers: list[Mortal], **state: Any) -> ReplayWorker:
    def new() -> Mortal:
        workers.append(Mortal())
        return workers[-1]

    return ReplayWorker(
        Stored(folder, {"step": 10} | state), new, lambda segment: (setup({}, folder), b""), list
    )


async def test_who_asks_in_the_moment_in_which_the_worker_goes_gets_another(tmp_path: Path) -> None:
    workers: list[Mortal] = []
    looked = replay(tmp_path, workers)
    await looked.ask(12, Weights())
    looked.rest()
    await looked.ask(12, Weights())
    assert [worker.ended for worker in workers] == [True, False]
    await looked.close()
    assert workers[1].ended


async def test_the_worker_goes_when_nobody_looks_back_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.01)
    workers: list[Mortal] = []
    await replay(tmp_path, workers).ask(12, Weights())
    assert not workers[0].ended
    await asyncio.sleep(0.1)
    assert workers[0].ended


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_run_that_begins_anew_answers_who_asked_before_and_uses_none_of_it_after(
    turns: int, tmp_path: Path
) -> None:
    workers: list[Mortal] = []
    looked = replay(tmp_path, workers)
    before = asyncio.create_task(looked.ask(12, Weights()))
    for _ in range(turns):  # wherever the question has come to
        await asyncio.sleep(0)
    looked.restart()
    assert [event["id"] for event in (await before).events] == [4, 7]
    workers[0].asked.clear()
    await looked.ask(12, Weights())
    kinds = [type(command) for command in workers[0].asked]
    assert kinds == [StartReplay, Seek, Weights]
    assert len(workers) == 1
    await looked.close()


async def test_a_step_between_checkpoints_is_marked_elsewhere_and_a_kept_one_is_not(
    tmp_path: Path,
) -> None:
    looked = replay(tmp_path, [])
    between = await looked.ask(12, Weights())
    assert between.recomputed_from == 10
    assert "Step 12 was computed again from step 10" in (between.recomputed or "")
    assert [event["id"] for event in between.events] == [4, 7]
    assert (await looked.ask(10, Weights())).recomputed is None
    await looked.close()


async def test_a_kept_state_that_was_itself_computed_again_elsewhere_is_marked(
    tmp_path: Path,
) -> None:
    looked = replay(tmp_path, [], recomputed_from=3)
    found = await looked.ask(10, Weights())
    assert found.recomputed_from == 3
    assert (found.recomputed or "").startswith("Step 10 was computed again from step 3, ")
    await looked.close()


async def test_a_question_that_nobody_waits_for_is_left_off_and_the_next_one_is_served(
    tmp_path: Path,
) -> None:
    workers: list[Mortal] = []
    looked = replay(tmp_path, workers)
    await looked.ask(12, Weights())
    given_up = asyncio.ensure_future(looked.ask(12, Weights()))
    waiting = asyncio.ensure_future(looked.ask(12, Weights()))
    for _ in range(20):  # until it is with the worker
        if workers[0].asked.count(Weights()) == 2:
            break
        await asyncio.sleep(0)
    given_up.cancel()
    assert (await waiting).events[-1]["id"] == 7
    assert given_up.cancelled()
    assert DropTask() in workers[0].told
    await looked.close()

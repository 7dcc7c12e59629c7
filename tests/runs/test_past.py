"""The second worker, by which the past is looked at: it goes, and nobody is left without one."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.journal.journal import Segment
from app.journal.library import Library
from app.journal.reading import Kept, Way
from app.runs import past as module
from app.runs.file import RunFile
from app.runs.past import Past
from app.wire.messages import Message
from app.workers.protocol import OnDeath, OnMessage
from tests.waiting import comes_true

pytestmark = pytest.mark.anyio
HOME: dict[str, Any] = {"torch": "here"}


class Mortal:
    """A worker that answers while it lives, and takes its time to end."""

    def __init__(self) -> None:
        self.ended = False
        self.asked: list[str] = []

    async def start(self, on_message: OnMessage, on_death: OnDeath) -> None:
        """Nothing has to come up."""

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """Only while it lives."""
        self.asked.append(command)
        await asyncio.sleep(0)
        assert not self.ended, "one that ends was asked"
        return Message({"environment": HOME})

    def tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """It need not be told."""

    async def close(self) -> None:
        """Ends it."""
        self.ended = True
        await asyncio.sleep(0.01)


class Stored(RunFile):
    """A run of 20 steps whose tenth is kept, trained somewhere else."""

    def __init__(self, folder: Path, state: dict[str, Any]) -> None:
        segment = Segment(0, 0, {}, environment={"torch": "elsewhere"})
        about: dict[str, Any] = {}
        kept = Kept(about, (segment,), b"", 0, 20, (None, None), (), None)
        super().__init__(folder / "a", Library(folder, 10**9), kept)
        self._state = state

    async def way(self, step: int, *, end_exactly: bool = False) -> Way:
        """From step 10, or to it."""
        exact = self._state if end_exactly and step == 10 else None
        begin = {"step": 9} if step == 10 else self._state
        events = [{"id": 4}, {"id": 7}]
        return Way({"to": step, "checkpoint": begin, "exact": exact, "events": events}, b"")


def past(folder: Path, workers: list[Mortal], **state: Any) -> Past:
    def new() -> Mortal:
        workers.append(Mortal())
        return workers[-1]

    return Past(Stored(folder, {"step": 10} | state), new, lambda segment: ({}, b""), list)


async def test_who_asks_in_the_moment_in_which_the_worker_goes_gets_another(tmp_path: Path) -> None:
    workers: list[Mortal] = []
    looked = past(tmp_path, workers)
    await looked.ask(12, "weights")
    looked.rest()
    await looked.ask(12, "weights")
    assert [worker.ended for worker in workers] == [True, False]
    await looked.close()
    assert workers[1].ended


async def test_the_worker_goes_when_nobody_looks_back_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.01)
    workers: list[Mortal] = []
    await past(tmp_path, workers).ask(12, "weights")
    assert not workers[0].ended
    await comes_true(lambda: workers[0].ended)


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_run_that_begins_anew_answers_who_asked_before_and_uses_none_of_it_after(
    turns: int, tmp_path: Path
) -> None:
    workers: list[Mortal] = []
    looked = past(tmp_path, workers)
    before = asyncio.create_task(looked.ask(12, "weights"))
    for _ in range(turns):  # wherever the question has come to
        await asyncio.sleep(0)
    looked.begin_anew()
    assert (await before).header["last_event"] == 7
    workers[0].asked.clear()
    await looked.ask(12, "weights")
    assert workers[0].asked == ["start_past", "seek", "weights"]
    assert len(workers) == 1
    await looked.close()


async def test_a_step_between_checkpoints_is_marked_elsewhere_and_a_kept_one_is_not(
    tmp_path: Path,
) -> None:
    looked = past(tmp_path, [])
    between = (await looked.ask(12, "weights")).header
    assert between["recomputed_from"] == 10
    assert "Step 12 was computed again from step 10" in between["recomputed"]
    assert between["last_event"] == 7
    assert (await looked.ask(10, "weights")).header["recomputed"] is None
    await looked.close()


async def test_a_kept_state_that_was_itself_computed_again_elsewhere_is_marked(
    tmp_path: Path,
) -> None:
    looked = past(tmp_path, [], recomputed_from=3)
    header = (await looked.ask(10, "weights")).header
    assert (header["recomputed_from"], header["recomputed"][:40]) == (
        3,
        "Step 10 was computed again from step 3, ",
    )
    await looked.close()

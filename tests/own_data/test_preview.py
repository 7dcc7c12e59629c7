"""A preview that goes while something of it is under way."""

import asyncio
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from convscope.data import idx
from convscope.errors import ConflictError, NotFoundError
from convscope.own_data.preview import job
from convscope.own_data.preview.preview import Preview, PreviewState
from convscope.own_data.preview.previews import Previews
from convscope.own_data.preview.process import Task
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from convscope.types import JsonObject
from tests.support.labelled import png_of, stripes
from tests.support.waiting import comes_true

LABELS = np.array([0, 1], np.uint8)
pytestmark = pytest.mark.anyio


@pytest.fixture
def previews(tmp_path: Path) -> Iterator[Previews]:
    directory = RunDirectory(tmp_path, 10**9)
    directory.open()
    yield Previews(Settings(state_dir=tmp_path), directory)
    directory.close()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The tasks that a reading process would have; none of them ever ends."""
    tasks: list[Task] = []

    async def run(task: Task, tell: Callable[[int, int], None]) -> JsonObject:
        tasks.append(task)
        if task.keep_in:  # it is whole a moment before it is told
            (task.keep_in / task.keep_as).mkdir()
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(job, "run", run)
    return tasks


async def keeping(previews: Previews, begun: list[Task]) -> tuple[Preview, "asyncio.Task[object]"]:
    preview = await previews.new()
    task = asyncio.create_task(previews.keep(preview, "mine"))
    await comes_true(lambda: begun)
    assert preview.state is PreviewState.KEEPING
    return preview, task


def names(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "datasets").iterdir()]


async def test_a_set_that_is_whole_when_its_preview_is_discarded_goes_too(
    previews: Previews, begun: list[Task], tmp_path: Path
) -> None:
    preview, task = await keeping(previews, begun)
    await previews.discard(preview)
    assert not names(tmp_path)
    with pytest.raises(ConflictError, match="that was cancelled"):
        await task


async def test_a_set_that_is_whole_when_its_keeping_is_cancelled_goes_and_the_preview_stays(
    previews: Previews, begun: list[Task], tmp_path: Path
) -> None:
    preview, task = await keeping(previews, begun)
    await asyncio.gather(preview.cancel_keeping(), preview.cancel_keeping())
    assert preview.state is PreviewState.READY
    assert names(tmp_path) == [f".preview-{preview.id}"]
    with pytest.raises(ConflictError, match="that was cancelled"):
        await task


async def test_whoever_asked_for_it_goes_and_nothing_of_the_set_stays(
    previews: Previews, begun: list[Task], tmp_path: Path
) -> None:
    preview, task = await keeping(previews, begun)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(tmp_path) == [f".preview-{preview.id}"]


async def test_a_set_of_that_id_that_was_there_stays(previews: Previews, tmp_path: Path) -> None:
    preview = await previews.new()
    (tmp_path / "datasets" / "mine").mkdir()
    with pytest.raises(ConflictError, match="'mine' already"):
        await previews.keep(preview, "mine")
    assert preview.state is PreviewState.READY
    assert "mine" in names(tmp_path)


async def test_what_waits_for_its_files_to_be_read_hears_that_it_was_discarded(
    previews: Previews, begun: list[Task], tmp_path: Path
) -> None:
    preview = await previews.new()
    await preview.bring([("a/1.png", io.BytesIO(b"x"))])
    await comes_true(lambda: begun)
    waiting = asyncio.create_task(previews.keep(preview))
    await asyncio.sleep(0)
    await previews.discard(preview)
    for refused in (waiting, preview.bring([("a/2.png", io.BytesIO(b"x"))])):
        with pytest.raises(NotFoundError, match="to be kept"):
            await refused
    assert not names(tmp_path)


async def test_progress_counts_all_that_came_in_several_requests(
    previews: Previews, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = await previews.new()
    told: list[tuple[int, int]] = []
    tell = preview._tell

    def heard(done: int, of: int) -> None:
        tell(done, of)
        told.append((preview.done, preview.of))

    monkeypatch.setattr(preview, "_tell", heard)
    pictures = [png_of(pixels) for _, pixels in stripes(11)]
    for numbers in (range(4), range(4, 8), range(8, 11)):
        await preview.bring([(f"a/{n}.png", io.BytesIO(pictures[n])) for n in numbers])
    await preview.settled()
    assert told[0][0] == 0
    assert told[-1][1] == 11
    assert [done for done, _ in told] == sorted(done for done, _ in told)


async def test_files_of_arrays_without_a_title_are_called_by_their_kind_and_day(
    previews: Previews,
) -> None:
    preview = await previews.new()
    batch = [("data_batch_1.bin", io.BytesIO(bytes(3073)))]
    around = [("batches.meta.txt", io.BytesIO(b"airplane")), ("readme.html", io.BytesIO(b"<p>"))]
    await preview.bring([*batch, *around])
    await preview.settled()
    assert preview.title == f"CIFAR-10, {datetime.now(UTC):%-d %b %Y}"
    assert preview.brought.refused_count == 0
    assert preview.brought.passed_over == {"batches.meta.txt": 1, "readme.html": 1}
    other = await previews.new()
    files = {"images-idx3-ubyte": np.zeros((2, 9, 9), np.uint8), "labels-idx1-ubyte": LABELS}
    await other.bring([(name, io.BytesIO(idx.encode(array))) for name, array in files.items()])
    await other.settled()
    assert other.title == f"IDX, {datetime.now(UTC):%-d %b %Y}"


async def test_nobody_guesses_the_id_of_anothers(previews: Previews) -> None:
    assert len((await previews.new()).id) == 32

"""What a file tells of a run is what was written of it."""

import dataclasses
from pathlib import Path

import pytest

from convscope.errors import ConflictError, NotFoundError
from convscope.ipc.reports import Finding
from convscope.storage.reader import (
    StoredUpload,
    read_history,
    read_seek_plan,
    read_stored_run,
    read_uploads,
    segment_at,
)
from convscope.storage.run_writer import Segment
from convscope.storage.schema import holds_nothing
from convscope.types import FindingKind
from tests.support.run_files import FIRST, rows, writer
from tests.support.workers import metrics

pytestmark = pytest.mark.anyio


def state(step: int) -> dict[str, object]:
    return {"step": step, "loss": None, "recent": [], "updates": step}


async def test_history_is_the_same_however_it_was_cut_into_messages(tmp_path: Path) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, 2.5, 2.0))
    await file.durable()
    file.history(metrics(3, 1.5))
    file.history(metrics(4, 1.0, 0.5, held_out=((5, 0.25, 0.125),)))
    await file.close()
    series, measured = read_history(file.path)
    assert list(series.loss) == [2.5, 2.0, 1.5, 1.0, 0.5]
    assert measured == [(5, 0.25, 0.125)]
    kept = read_stored_run(file.path)
    assert (kept.steps, kept.last, kept.held_out) == (5, (0.5, 0.5), (5, 0.25, 0.125))


async def test_a_finding_is_of_a_kind_as_it_was(tmp_path: Path) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, 2.5, 2.0))
    died = Finding(
        kind=FindingKind.FILTER_DIED, step=2, says="It died.", place=None, numbers={"images": 10}
    )
    file.finding(1, died)
    await file.close()
    [found] = read_stored_run(file.path).findings
    assert type(found["kind"]) is FindingKind
    assert found == {"id": 1} | dataclasses.asdict(died)


@pytest.mark.parametrize("separately", [False, True])
async def test_a_step_that_was_taken_back_is_gone_and_what_was_changed_after_it_stays(
    separately: bool, tmp_path: Path
) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(
        metrics(
            1,
            3,
            2,
            1,
            held_out=(
                (2, 0.5, None),
                (3, 0.75, None),
            ),
        )
    )
    file.checkpoint(0, state(3), b"three")
    file.event(1, 0, 3, "intervention", {"id": 1, "step": 3})
    if separately:
        await file.durable()
    file.back_to(2)
    await file.close()
    kept = read_stored_run(file.path)
    assert (kept.steps, kept.held_out) == (2, (2, 0.5, None))
    assert list(read_history(file.path)[0].loss) == [3, 2]
    assert [(event["step"], event["body"]["step"]) for event in kept.events] == [(2, 2)]
    assert rows(file.path, "SELECT count(*) FROM checkpoint") == [(0,)]


async def test_a_plan_begins_before_the_step_and_knows_what_happened_on_it(tmp_path: Path) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, *[1.0] * 20))
    for step in (0, 10, 20):
        file.checkpoint(0, state(step), str(step).encode())
    for number, step in enumerate((0, 10, 10, 15), start=1):
        file.event(number, 0, step, "intervention", {"id": number, "step": step})
    await file.close()
    ten = read_seek_plan(file.path, FIRST, 10, end_exactly=False)
    assert ten.plan.checkpoint["step"] == 0, "so that step 10 is made, and has a gradient"
    assert [event["step"] for event in ten.plan.events] == [0, 10, 10]
    exact = read_seek_plan(file.path, FIRST, 10, end_exactly=True)
    assert exact.plan.exact is not None
    assert exact.plan.exact["step"] == 10
    assert exact.tensors == b"010"
    assert read_seek_plan(file.path, FIRST, 0, end_exactly=False).tensors == b"0"
    assert read_seek_plan(file.path, FIRST, 17, end_exactly=False).tensors == b"10"


async def test_a_later_segment_begins_with_its_own_checkpoint(tmp_path: Path) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, *[1.0] * 20))
    second = Segment(1, 10, {"seed": 0}, {"learning_rate": 0.5}, optimizer=False)
    file.checkpoint(0, state(0), b"first")
    file.checkpoint(1, state(10), b"second")
    file.segment(second)
    await file.close()
    segments = read_stored_run(file.path).segments
    assert (segment_at(segments, 9), segment_at(segments, 10)) == (FIRST, second)
    stored = read_seek_plan(file.path, second, 12, end_exactly=False)
    assert (stored.tensors, stored.plan.optimizer) == (b"second", False)
    with pytest.raises(NotFoundError, match="Nothing is kept of step 12"):
        read_seek_plan(file.path, Segment(2, 11, {}), 12, end_exactly=False)


async def test_a_reset_leaves_a_run_at_its_beginning_in_one_piece(tmp_path: Path) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, 3, 2, 1))
    file.event(1, 0, 3, "intervention", {"id": 1, "step": 3})
    file.note(name="mine")
    file.upload("up-1", {"name": "a"}, b"png")
    file.forget(FIRST)
    file.history(metrics(1, 9))
    await file.close()
    kept = read_stored_run(file.path)
    assert (kept.steps, kept.segments, kept.events) == (1, (FIRST,), ())
    assert kept.about["name"] == "mine"
    assert read_uploads(file.path) == [StoredUpload("up-1", {"name": "a"}, b"png")]


async def test_a_file_holds_nothing_until_all_that_a_run_begins_with_is_in_it(
    tmp_path: Path,
) -> None:
    file = writer(tmp_path / "a.convscope")
    await file.close()
    assert not holds_nothing(file.path)
    (tmp_path / "b.convscope").touch()
    assert holds_nothing(tmp_path / "b.convscope"), "left by a kill before the first byte"
    (tmp_path / "c.convscope").write_bytes(b"somebody's words" * 300)
    assert not holds_nothing(tmp_path / "c.convscope"), "no run's: not ours to take away"


async def test_a_step_that_takes_too_long_to_compute_names_those_that_do_not(
    tmp_path: Path,
) -> None:
    file = writer(tmp_path / "a.convscope")
    file.history(metrics(1, *[1.0] * 50))
    for step in (0, 10, 40):
        file.checkpoint(0, state(step), b"")
    await file.close()
    for step in (11, 20, 41):
        read_seek_plan(file.path, FIRST, step, end_exactly=False, step_s=10.0)
    with pytest.raises(ConflictError, match=r"3 minutes .* from step 10; .* are 10 and 40\.$"):
        read_seek_plan(file.path, FIRST, 29, end_exactly=False, step_s=10.0)

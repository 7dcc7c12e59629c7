from typing import Any

import pytest

from convscope.ipc.seek_plan import SeekPlan


def plan(**more: Any) -> SeekPlan:
    """Of segment 2, from its checkpoint at step 5 to step 7."""
    known: dict[str, Any] = {"to": 7, "segment": 2, "settings": {}, "checkpoint": {"step": 5}}
    return SeekPlan(tensors_bytes=3, **known | more)


def test_the_bytes_are_the_checkpoints_and_then_those_of_the_step_itself() -> None:
    assert plan().split(b"abcdefg") == (b"abc", b"defg")
    assert plan().split(b"abc") == (b"abc", b"")


@pytest.mark.parametrize(
    ("segment", "step", "included"),
    [(2, 4, True), (2, 5, False), (2, 6, False), (1, 4, True), (1, 5, True), (1, 6, True)],
)
def test_a_checkpoint_has_been_through_what_came_before_it(
    segment: int, step: int, included: bool
) -> None:
    assert plan().includes({"segment": segment, "step": step}) is included


def test_the_last_event_is_the_one_with_the_highest_id_and_0_is_none() -> None:
    assert plan(events=[{"id": 3}, {"id": 8}, {"id": 5}]).last_event == 8
    assert plan().last_event == 0

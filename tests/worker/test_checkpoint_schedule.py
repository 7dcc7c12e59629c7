"""A checkpoint is due after a while of training, sooner the smaller it is."""

import pytest

from convscope.worker.checkpoint_schedule import BYTES_PER_STEP, FAR_S, NEAR_S, CheckpointSchedule


def steps_until_due(keeping: CheckpointSchedule, step_s: float) -> int:
    return next(n for n in range(1, 100_000) if keeping.stepped(step_s))


@pytest.mark.parametrize(
    ("size", "step_s", "expected"),
    [
        (0, NEAR_S / 99.5, 100),  # as near as is useful
        (300 * BYTES_PER_STEP, NEAR_S / 99.5, 300),  # as the bytes allow
        (10**9, FAR_S / 49.5, 50),  # however large it is
        (0, 2 * FAR_S, 1),  # however slow a step is
    ],
)
def test_how_many_steps_lie_between_two_checkpoints(
    size: int, step_s: float, expected: int
) -> None:
    keeping = CheckpointSchedule()
    keeping.kept(size)
    assert steps_until_due(keeping, step_s) == expected
    keeping.kept(size)
    assert steps_until_due(keeping, step_s) == expected, "each time anew"

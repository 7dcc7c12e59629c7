"""What is said of a network that does no better than guessing, by what it does in training."""

import pytest

from convscope.types import FindingKind
from convscope.worker.findings.rules import Guessing, Measurement, Standing


def measured(step: int, training: float | None) -> Measurement:
    return Measurement(step, 0.33, 6, training, 300, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("training", "words"),
    [
        (1.0, "Nothing that helps with new pictures was learned for 500 steps: training 100%"),
        (0.34, "Nothing was learned for 500 steps: the held-out accuracy is 33.0%"),
        (None, "Nothing was learned for 500 steps: the held-out accuracy is 33.0%"),
    ],
)
def test_what_is_known_by_heart_is_not_nothing(training: float | None, words: str) -> None:
    rule = Guessing(Standing(), 1 / 3, 6, None)
    assert list(rule.measured(measured(0, training))) == []
    [found] = rule.measured(measured(500, training))
    assert found.kind is FindingKind.NOTHING_LEARNED
    assert found.says.startswith(words)

"""Answers to held-out images against one forward pass each, and what is counted of them."""

from pathlib import Path

import numpy as np
import pytest

from convscope.learn.answers import Answers, answers_in_pieces
from tests.support.networks import recipe
from tests.support.sessions import session

KNOWN = Answers(
    labels=np.array([0, 0, 1, 1, 1, 2]),
    predicted=np.array([0, 1, 1, 1, 0, 0]),
    confidence=np.array([0.5, 0.9, 0.7, 0.8, 0.9, 0.4]),
)


def test_the_matrix_has_a_row_a_true_class_and_a_column_a_predicted_one() -> None:
    assert KNOWN.matrix(4).tolist() == [[1, 1, 0, 0], [1, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


def test_the_surest_come_first_and_of_equals_the_lower_number() -> None:
    wrong = KNOWN.labels != KNOWN.predicted
    assert KNOWN.surest(wrong, 2).tolist() == [1, 4]
    assert KNOWN.surest(wrong, 9).tolist() == [1, 4, 5]
    assert KNOWN.surest(~wrong, 0).tolist() == []


def test_each_answer_is_that_of_its_image_alone(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    for _ in range(30):
        run.advance()
    *pieces, found = answers_in_pieces(run.observer.twin, run.data, run.device)
    assert found is not None
    assert set(pieces) == {None}
    for number in (0, 199, 200, 1999):
        scores = run.observer.outputs([run.data.test_images[number]], [])[""][0].astype(float)
        probabilities = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
        assert found.predicted[number] == scores.argmax()
        assert found.confidence[number] == pytest.approx(probabilities.max(), rel=1e-4)
    assert found.labels.tolist() == run.data.test_labels.tolist()

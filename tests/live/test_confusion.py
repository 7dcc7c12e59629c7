"""The confusion matrix over REST, and the images in its cells."""

import contextlib
from typing import Any

import httpx
import numpy as np
import pytest

from convscope.api.openapi.examples.confusion import CELL, CONFUSION
from convscope.api.openapi.examples.run import RUN
from tests.support.api_calls import expect_refused
from tests.support.server import LiveRun, Server


def test_it_is_of_the_whole_held_out_half_and_agrees_with_the_accuracy(run: LiveRun) -> None:
    run.post("/step", steps=60)
    found, measured = run.get("/confusion"), run.post("/evaluate")
    matrix = np.array(found["matrix"])
    assert matrix.sum() == found["count"] == measured["count"] == 2000
    assert found["accuracy"] == pytest.approx(measured["accuracy"])
    for entry, row, column in zip(found["classes"], matrix, matrix.T, strict=True):
        right = matrix[entry["index"], entry["index"]]
        assert entry["count"] == row.sum()
        assert entry["recall"] == pytest.approx(right / row.sum())
        if column.sum():
            assert entry["precision"] == pytest.approx(right / column.sum())
        else:
            assert entry["precision"] is None


def test_cells_open_their_images_surest_first(run: LiveRun) -> None:
    run.post("/step", steps=60)
    matrix = np.array(run.get("/confusion")["matrix"])
    np.fill_diagonal(matrix, 0)
    true, predicted = map(int, np.unravel_index(matrix.argmax(), matrix.shape))
    cell = run.get("/confusion/images", true=true, predicted=predicted, count=3)
    assert cell["count"] == matrix[true, predicted]
    sure = [image["confidence"] for image in cell["images"]]
    assert sure == sorted(sure, reverse=True)
    for image in cell["images"]:
        top = run.get("/predictions", image=image["image"])["top"]
        assert (top["index"], top["probability"]) == (
            predicted,
            pytest.approx(image["confidence"], rel=1e-4),
        )


def test_a_past_step_is_as_it_was_and_the_curve_hears_nothing(run: LiveRun) -> None:
    run.post("/step", steps=10)
    then = run.get("/confusion")
    held_out = run.get()["held_out_step"]
    run.post("/step", steps=5)
    assert run.get("/confusion", step=10) == then
    assert run.get("/confusion", step=0)["step"] == 0
    assert run.get()["held_out_step"] in (held_out, 15)


def test_a_question_that_is_given_up_is_left_off(run: LiveRun) -> None:
    run.post("/play")
    for _ in range(8):
        with contextlib.suppress(httpx.ReadTimeout):  # it may be quicker
            run.send("GET", "/confusion", timeout=0.02)
    assert run.send("GET", "/confusion", timeout=30).is_success
    run.post("/pause")


@pytest.mark.parametrize(
    ("path", "query", "status", "sentence"),
    [
        ("/confusion/images", {"true": 10, "predicted": 0}, 404, "classes are 0 to 9"),
        ("/confusion/images", {"true": 0}, 422, "predicted"),
        ("/confusion", {"step": 99}, 404, "no step 99"),
        ("/confusion", {"count": 501}, 422, "count"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    run: LiveRun, path: str, query: Any, status: int, sentence: str
) -> None:
    expect_refused(run, path, query, status, sentence)


def test_the_documents_examples_are_what_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    found = run.get("/confusion", count=1)
    assert found["matrix"] == CONFUSION["matrix"]
    assert found["accuracy"] == CONFUSION["accuracy"]
    cell = run.get("/confusion/images", true=0, predicted=3, count=2)
    assert [image["image"] for image in cell["images"]] == [
        image["image"] for image in CELL["images"]
    ]
    run.delete()

"""Why this answer over REST: each picture with its control, at any step, beside the training."""

import io
from typing import Any

import numpy as np
import pytest

from convscope.api.openapi.examples.attributions import CONTRIBUTIONS, GRAD_CAM
from convscope.api.openapi.examples.run import RUN
from convscope.types import AttributionMethod
from tests.support.api_calls import expect_refused, npy
from tests.support.server import LiveRun, Server

METHODS = [str(method) for method in AttributionMethod]
TRAINED = 1500  # steps, as the correlations were first measured


def correlations(run: LiveRun, method: str, count: int, **query: Any) -> list[float]:
    """Of the first held-out pictures, those that have one."""
    found = [
        run.get("/attributions", method=method, image=f"test-{number}", **query)["control"]
        for number in range(count)
    ]
    return [entry["correlation"] for entry in found if entry["correlation"] is not None]


@pytest.mark.parametrize("method", METHODS)
def test_before_it_learned_every_picture_is_its_control(run: LiveRun, method: str) -> None:
    run.post("/step", steps=3)
    assert correlations(run, method, 3, step=0) == [1.0, 1.0, 1.0]
    found = run.get("/attributions", method=method, step=0)
    assert found["control"]["of"] == "step 0 of this run"
    assert found["values"] == found["control"]["values"]
    assert np.shape(found["values"]) == tuple(found["shape"])
    later = run.get("/attributions", method=method)
    assert (later["step"], later["control"]["values"] != later["values"]) == (3, True)


def test_what_was_learned_shows_and_methods_that_show_little_say_so(run: LiveRun) -> None:
    for _ in range(3):
        run.post("/step", steps=TRAINED // 3)
    means = {method: np.mean(correlations(run, method, 10)) for method in METHODS}
    assert means["gradient"] < 0.5
    assert means["grad-cam"] < 0.5
    assert means["integrated-gradients"] > 0.5
    assert means["gradient-times-input"] > 0.5


@pytest.mark.parametrize("method", METHODS)
def test_a_past_step_answers_what_it_did_and_numpy_reads_the_same(
    run: LiveRun, method: str
) -> None:
    run.post("/step", steps=12)
    then = run.get("/attributions", method=method)
    before = run.send("GET", "/weights").content
    run.post("/step", steps=30)
    assert run.get("/attributions", method=method, step=12) == then
    binary = run.send(
        "GET", "/attributions", params={"method": method, "step": 12, "format": "npy"}
    )
    values = np.load(io.BytesIO(binary.content))
    np.testing.assert_array_equal(values, np.array(then["values"], np.float32))
    assert binary.headers["convscope-step"] == "12"
    assert run.send("GET", "/weights", params={"step": 12}).content == before


def test_any_class_and_picture_can_be_asked_about(run: LiveRun) -> None:
    run.post("/step", steps=20)
    best = run.get("/predictions", image="test-4")["top"]
    usual = run.get("/attributions", method="gradient", image="test-4")
    assert (usual["class"], usual["class_name"]) == (best["index"], best["class"])
    of = {
        number: run.get("/attributions", method="gradient", **{"class": number})
        for number in range(10)
    }
    assert len({str(found["values"]) for found in of.values()}) == 10
    whole = run.get("/attributions", method="integrated-gradients", **{"class": 7})
    total, expected = whole["completeness"]["total"], whole["completeness"]["expected"]
    assert total == pytest.approx(np.sum(whole["values"]), abs=1e-4)
    assert total == pytest.approx(expected, abs=0.1)


def test_regions_add_up_to_the_score(run: LiveRun) -> None:
    run.post("/step", steps=50)
    score = run.get("/predictions")["classes"][6]["logit"]
    asked = {"layer": "relu2", "class": 6}
    whole = run.get("/attributions/contributions", y=0, x=0, height=14, width=14, **asked)
    assert whole["elsewhere"] == pytest.approx(0, abs=1e-6)
    assert whole["score"] == pytest.approx(score, abs=1e-5)
    assert whole["total"] == pytest.approx(score, abs=1e-4)
    parts = [
        run.get("/attributions/contributions", y=y, x=x, height=7, width=7, **asked)
        for y in (0, 7)
        for x in (0, 7)
    ]
    np.testing.assert_allclose(
        np.sum([part["filters"] for part in parts], axis=0), whole["filters"], atol=1e-5
    )
    maps = npy(run, "/layers/relu2/feature-maps")
    silent = [k for k in range(16) if not maps[k].any()]
    assert [whole["filters"][k] for k in silent] == [0.0] * len(silent)


def test_a_silenced_filter_carries_nothing(run: LiveRun) -> None:
    run.post("/step", steps=20)
    run.post("/interventions", type="silence", layer="conv2", filter=3, on=True)
    found = run.get("/attributions/contributions", layer="conv2", y=0, x=0, height=14, width=14)
    assert found["filters"][3] == 0
    assert found["total"] == pytest.approx(found["score"], abs=1e-4)


def test_a_run_from_trained_weights_has_a_fresh_draw_as_its_control(server: Server) -> None:
    trained = server.run()
    trained.post("/step", steps=40)
    run = server.run(init={"type": "from_run", "run": trained.id})
    found = run.get("/attributions", method="gradient", step=0)
    assert "fresh draw" in found["control"]["of"]
    assert found["control"]["correlation"] < 1
    run.delete()
    trained.delete()


def test_a_fork_has_the_control_of_the_run_that_it_left(run: LiveRun) -> None:
    run.post("/step", steps=5)
    forked = LiveRun(run.server, run.post("/fork", step=5, recipe={"seed": 77})["id"])
    mine, theirs = (one.get("/attributions", method="gradient") for one in (run, forked))
    assert mine["control"] == theirs["control"]
    assert forked.get("/attributions", method="gradient", step=0)["control"]["correlation"] == 1
    forked.delete()


@pytest.mark.parametrize(
    ("path", "query", "status", "sentence"),
    [
        ("", {"method": "gradient", "class": 10}, 404, "no class 10"),
        ("", {"method": "gradient", "image": "nothing"}, 404, "nothing"),
        ("", {"method": "grad-cam", "layer": "flatten1"}, 409, "has no maps"),
        ("", {"method": "grad-cam", "layer": "conv9"}, 404, "no layer 'conv9'"),
        ("", {"method": "guesswork"}, 422, "method"),
        ("", {"method": "gradient", "step": 99}, 404, "no step 99"),
        ("/contributions", {"layer": "conv1", "y": 28, "x": 0}, 404, "28 × 28"),
        ("/contributions", {"layer": "linear1", "y": 0, "x": 0}, 409, "has no maps"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    run: LiveRun, path: str, query: Any, status: int, sentence: str
) -> None:
    expect_refused(run, f"/attributions{path}", query, status, sentence)


def test_a_network_without_classes_or_convolutions_says_so(server: Server) -> None:
    flat = [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]
    run = server.run(network={"input": [1, 28, 28], "layers": flat}, dataset="fashion-mnist-10k")
    answer = run.send("GET", "/attributions", params={"method": "grad-cam"})
    assert (answer.status_code, "no convolution" in answer.json()["detail"]) == (409, True)
    assert run.get("/attributions", method="gradient")["shape"] == [1, 28, 28]
    run.delete()


def test_the_documents_examples_are_what_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    cam = run.get("/attributions", method="grad-cam", layer="conv1")
    np.testing.assert_allclose(cam.pop("values"), GRAD_CAM["values"], rtol=1e-3, atol=1e-5)
    control, known = cam.pop("control"), GRAD_CAM["control"]
    np.testing.assert_allclose(control["values"], known["values"], rtol=1e-3, atol=1e-5)
    assert control["correlation"] == pytest.approx(known["correlation"], abs=1e-3)
    assert cam == {key: GRAD_CAM[key] for key in cam}
    found = run.get("/attributions/contributions", layer="conv1", y=1, x=1)
    np.testing.assert_allclose(found["filters"], CONTRIBUTIONS["filters"], rtol=1e-3, atol=1e-5)
    run.delete()

"""A run's filters as a small picture from its file, and one filter over the steps."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from convscope.api.openapi.examples.filter_strips import STRIP
from convscope.api.openapi.examples.run import RUN
from convscope.heatmap import filters_png, strip_png
from tests.support.api_calls import npy
from tests.support.processes import children
from tests.support.server import LiveRun, Server


def test_the_picture_shows_the_newest_weights_that_are_kept(run: LiveRun) -> None:
    before = run.send("GET", "/thumbnail")
    assert before.headers["content-type"] == "image/png"
    assert before.content == filters_png(npy(run, "/layers/conv1/tensors/weight"))
    run.post("/step", steps=3)
    run.post("/pause")
    kept = [filters_png(npy(run, "/layers/conv1/tensors/weight", step=step)) for step in range(4)]
    assert run.send("GET", "/thumbnail").content in kept


def test_a_picture_that_is_the_same_is_not_sent_again(run: LiveRun) -> None:
    first = run.send("GET", "/thumbnail")
    assert first.headers["cache-control"] == "no-cache"
    mark = {"If-None-Match": first.headers["etag"]}
    again = run.send("GET", "/thumbnail", headers=mark)
    assert (again.status_code, again.content) == (304, b"")
    run.post("/step", steps=600)
    later = run.send("GET", "/thumbnail", headers=mark)
    assert later.status_code == 200
    assert later.headers["etag"] != first.headers["etag"]


def test_thumbnails_of_several_runs_come_at_once_without_those_that_are_gone(run: LiveRun) -> None:
    other, gone = run.server.run(), run.server.run()
    for one in (run, other, gone):
        one.post("/step", steps=1)
    gone.delete()
    ids = [run.id, gone.id, "nosuchrun0", other.id, run.id]
    answer = run.server.http.get("/runs/thumbnails", params={"run": ids})
    assert answer.status_code == 200, answer.text
    assert {of: base64.b64decode(png) for of, png in answer.json()["thumbnails"].items()} == {
        one.id: one.send("GET", "/thumbnail").content for one in (run, other)
    }
    assert run.server.http.get("/runs/thumbnails").status_code == 422
    assert run.server.http.get("/runs/thumbnails", params={"run": ["a"] * 201}).status_code == 422
    other.delete()


def test_a_network_without_a_convolution_shows_its_first_weight(server: Server) -> None:
    layers = [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]
    run = server.run(network={"input": [1, 28, 28], "layers": layers}, dataset="fashion-mnist-10k")
    picture = run.send("GET", "/thumbnail").content
    assert picture == filters_png(npy(run, "/layers/linear1/tensors/weight"))
    run.delete()


def test_the_picture_of_a_sleeping_run_wakes_no_worker(tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("suspended")
    first = Server(folder)
    run = first.run()
    run.post("/step", steps=2)
    picture = run.send("GET", "/thumbnail").content
    first.stop()
    second = Server(folder)
    try:
        same = LiveRun(second, run.id)
        before = children(second.process.pid)
        assert same.send("GET", "/thumbnail").content == picture
        assert same.get()["suspended"]
        assert children(second.process.pid) <= before
    finally:
        second.stop()


def test_a_strip_has_the_very_weights_of_its_steps(run: LiveRun) -> None:
    run.post("/step", steps=20)
    strip = run.get("/layers/conv2/strip", filter=5, steps="17,0,4,4")
    assert (strip["layer"], strip["filter"], strip["steps"]) == ("conv2", 5, [0, 4, 17])
    assert strip["axes"] == ["step", "in", "ky", "kx"]
    assert strip["shape"] == [3, 8, 3, 3]
    for step, values in zip(strip["steps"], strip["values"], strict=True):
        weight = npy(run, "/layers/conv2/tensors/weight", step=step)
        np.testing.assert_array_equal(np.array(values, np.float32), weight[5])
    assert strip["values"][0] != strip["values"][2]


def test_without_steps_they_double_up_to_the_last(run: LiveRun) -> None:
    assert run.get("/layers/conv1/strip", filter=0)["steps"] == [0]
    run.post("/step", steps=20)
    assert run.get("/layers/conv1/strip", filter=0)["steps"] == [0, 1, 2, 4, 8, 16, 20]
    run.post("/step", until=32)
    assert run.get("/layers/conv1/strip", filter=0)["steps"] == [0, 1, 2, 4, 8, 16, 32]


def test_the_strip_as_a_picture_is_labelled_with_its_steps(run: LiveRun) -> None:
    run.post("/step", steps=4)
    query = {"filter": 2, "steps": "0,4", "format": "png"}
    answer = run.send("GET", "/layers/conv1/strip", params=query)
    assert answer.headers["content-type"] == "image/png"
    values = np.array(run.get("/layers/conv1/strip", filter=2, steps="0,4")["values"])
    assert answer.content == strip_png(values, [0, 4], title="conv1, filter 2")
    assert answer.content != strip_png(values, [0, 3], title="conv1, filter 2")
    assert Image.open(io.BytesIO(answer.content)).width > 150


@pytest.mark.parametrize(
    ("layer", "query", "status", "sentence"),
    [
        ("conv2", {"filter": 16}, 404, "16 × 8 × 3 × 3"),
        ("conv9", {"filter": 0}, 404, "no layer 'conv9'"),
        ("linear1", {"filter": 0}, 409, "has no filters"),
        ("relu1", {"filter": 0}, 409, "has no filters"),
        ("conv1", {"filter": 0, "steps": "0,99"}, 404, "no step 99"),
        ("conv1", {"filter": 0, "steps": "0,x"}, 422, "whole numbers"),
        ("conv1", {"filter": 0, "steps": ""}, 422, "whole numbers"),
        ("conv1", {"filter": 0, "steps": ",".join(map(str, range(65)))}, 422, "at most 64"),
        ("conv1", {"filter": -1}, 422, "filter"),
        ("conv1", {}, 422, "filter"),
    ],
)
def test_what_is_no_strip_is_refused_with_a_sentence(
    run: LiveRun, layer: str, query: Any, status: int, sentence: str
) -> None:
    answer = run.send("GET", f"/layers/{layer}/strip", params=query)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


def test_the_documents_strip_is_one_that_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    found = run.get("/layers/conv1/strip", filter=1, steps="0,10")
    np.testing.assert_allclose(found.pop("values"), STRIP["values"], rtol=2e-5, atol=1e-6)
    assert found == {key: value for key, value in STRIP.items() if key != "values"}
    run.delete()

"""Distributions and the pictures in the plane over REST."""

from typing import Any

import numpy as np
import pytest

from convscope.api.openapi.examples.run import RUN
from convscope.api.openapi.examples.views import DISTRIBUTIONS, EMBEDDING
from tests.support.api_calls import npy
from tests.support.server import LiveRun, Server


def by_name(answer: Any) -> dict[tuple[str, str, str], Any]:
    return {
        (one["layer"], one["tensor"], one["of"]): one["histogram"]
        for one in answer["distributions"]
    }


def test_histograms_are_of_the_tensors_that_the_run_has(run: LiveRun) -> None:
    run.post("/step", steps=12)
    found = by_name(run.get("/distributions", bins=16, image="test-3"))
    for of in ("value", "gradient", "update"):
        values = npy(run, "/layers/conv2/tensors/weight", of=of).astype(np.float64)
        histogram = found["conv2", "weight", of]
        counts, edges = np.histogram(values, 16)
        assert (histogram["count"], histogram["finite"]) == (values.size, values.size)
        assert histogram["counts"] == counts.tolist()
        np.testing.assert_allclose(histogram["edges"], edges)
        assert histogram["std"] == pytest.approx(values.std())
    maps = npy(run, "/layers/relu1/feature-maps", image="test-3")
    assert sum(found["relu1", "output", "value"]["counts"]) == maps.size
    assert found["relu1", "output", "value"]["edges"][0] == 0
    first = by_name(run.get("/distributions", step=0))
    assert {of for _, _, of in first} == {"value"}


def test_the_plane_is_of_the_fixed_sample_and_turns_with_nothing(run: LiveRun) -> None:
    run.post("/step", steps=60)
    found = run.get("/embedding")
    assert (len(found["images"]), found["layer"]) == (1000, "flatten1")
    assert 0 < found["explained"][1] <= found["explained"][0] < 1
    assert run.get("/embedding") == found
    run.post("/step", steps=1)
    assert run.get("/embedding", step=60) == found
    later = run.get("/embedding")
    then, now = (np.array([[p["x"], p["y"]] for p in e["images"]]) for e in (found, later))
    assert [p["image"] for p in found["images"]] == [p["image"] for p in later["images"]]
    assert np.linalg.norm(now - then) < 0.2 * np.linalg.norm(then)


@pytest.mark.parametrize(
    ("layers", "status"),
    [
        ([{"type": "Flatten"}, {"type": "Linear", "out_features": 10}], 200),  # of the pixels
        ([{"type": "Conv2d", "out_channels": 10, "kernel_size": 28}, {"type": "Flatten"}], 409),
    ],
)
def test_of_one_layer_with_weights_it_is_what_comes_before_it_if_anything_does(
    server: Server, layers: list[Any], status: int
) -> None:
    given = {"input": [1, 28, 28], "layers": layers}
    run = server.run(network=given, dataset="fashion-mnist-10k")
    assert run.send("GET", "/embedding").status_code == status
    run.delete()


def test_the_documents_examples_are_what_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    found = run.get("/distributions", bins=4)["distributions"][0]
    known = DISTRIBUTIONS["distributions"][0]
    assert found["histogram"]["counts"] == known["histogram"]["counts"]
    plane = run.get("/embedding", count=3)
    assert [p["image"] for p in plane["images"]] == [p["image"] for p in EMBEDDING["images"]]
    np.testing.assert_allclose(plane["explained"], EMBEDDING["explained"], atol=1e-4)
    run.delete()

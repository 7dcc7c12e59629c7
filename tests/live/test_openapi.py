"""What the OpenAPI document shows is what the server answers."""

from typing import Any

import httpx
import pytest

from convscope.api.openapi.examples import catalog, explain, layers
from convscope.api.openapi.examples import interventions as interventions
from convscope.api.openapi.examples import run as a_run
from tests.support.api_calls import photograph
from tests.support.server import LiveRun, Server


@pytest.fixture(scope="module")
def shown(server: Server) -> Any:
    """The run that the examples were taken from, once more."""
    recipe = {key: value for key, value in a_run.RUN["recipe"].items() if key != "init"}
    made = server.run(**recipe)
    made.post("/step", steps=10)
    yield made
    made.delete()


def form(value: Any) -> Any:
    """Names and kinds of value, without the values; a list has the form of its entries."""
    if isinstance(value, dict):
        return {key: form(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return sorted({str(form(entry)) for entry in value})
    return "number" if isinstance(value, int | float) else type(value).__name__


def close(value: Any) -> Any:
    """A document whose numbers may differ in the last of the six digits that examples have."""
    if isinstance(value, dict):
        return {key: close(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [close(entry) for entry in value]
    return pytest.approx(value, rel=2e-5, abs=1e-6) if isinstance(value, float) else value


def phases(trace: Any) -> list[Any]:
    """What of a step's phases does not hang on the run's numbers."""
    return [(entry["phase"], entry["layer"], set(entry["numbers"])) for entry in trace["phases"]]


def test_the_documents_examples_are_of_a_run_that_can_be_made_again(shown: LiveRun) -> None:
    found = shown.get()
    assert form(found) == form(a_run.RUN)
    for name in ("recipe", "step", "classes", "parameters", "dataset_sha256"):
        assert found[name] == a_run.RUN[name]
    assert shown.get("/layers") == layers.LAYERS
    assert shown.get("/layers/conv1/tensors/weight") == close(layers.WEIGHT)
    assert shown.get("/layers/conv1/tensors/weight", layout="keras") == close(layers.KERAS_WEIGHT)
    assert shown.get("/layers/pool1/feature-maps") == close(layers.POOLED_MAPS)
    assert shown.get("/layers/linear1/feature-maps") == close(layers.FLAT_MAPS)
    assert shown.get("/predictions") == close(layers.PREDICTIONS)
    assert shown.get("/images/test-17") == a_run.IMAGE


@pytest.mark.parametrize(
    "example",
    [
        explain.CONVOLUTION,
        explain.CLAMP,
        explain.LARGEST,
        explain.SAME,
        explain.WEIGHTED_SUM,
        explain.SOFTMAX,
    ],
    ids=lambda example: example["kind"],
)
def test_an_explained_output_is_as_the_document_shows_it(shown: LiveRun, example: Any) -> None:
    place = {key: example[key] for key in ("layer", "channel", "y", "x", "image")}
    assert shown.get("/explain/output", **place) == close(example)


def test_an_explained_weight_is_as_the_document_shows_it(shown: LiveRun) -> None:
    place = dict(zip(("out", "in", "ky", "kx"), explain.WEIGHT["gradient"]["index"], strict=True))
    assert shown.get("/explain/weight", layer="conv1", **place) == close(explain.WEIGHT)


def test_an_upload_is_as_the_document_shows_it(shown: LiveRun) -> None:
    files = {"file": (a_run.UPLOAD["name"], photograph(), "image/png")}
    made = shown.send("POST", "/images", files=files).json()
    assert made | {"id": ""} == a_run.UPLOAD | {"id": ""}


def test_changes_by_hand_can_all_be_made_and_answer_as_the_document_shows(server: Server) -> None:
    run = server.run(**{key: a_run.RUN["recipe"][key] for key in ("network", "data")})
    for name, change in interventions.CHANGES.items():
        answer = run.send("POST", "/interventions", json=change["value"])
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json().keys() == interventions.SILENCED.keys()
    trace = run.post("/trace-step")
    assert trace.keys() == interventions.TRACE.keys()
    assert trace["run"].keys() == interventions.TRACE["run"].keys()
    assert trace["example"].keys() == interventions.TRACE["example"].keys()
    assert phases(trace) == phases(interventions.TRACE)
    run.delete()


def test_the_catalog_is_as_the_document_shows_it(server: Server) -> None:
    found = server.http.get("/models").json()["models"]
    assert catalog.MODELS["models"][0] in found
    assert catalog.DATASETS["datasets"][0] in server.http.get("/datasets").json()["datasets"]
    pixels = server.http.get("/datasets/fashion-mnist-10k/pixels").json()
    assert pixels == close(catalog.PIXELS)
    page = {"limit": len(catalog.IMAGES["images"])}
    dataset = catalog.DATASETS["datasets"][0]["id"]
    answer = server.http.get(f"/datasets/{dataset}/images", params=page).json()
    assert answer == catalog.IMAGES
    assert server.http.get("/health").json().keys() == catalog.HEALTH.keys()


def test_the_server_serves_the_document_and_its_recipes_can_be_made(server: Server) -> None:
    document = httpx.get(f"{server.url}/openapi.json").json()
    content = document["paths"]["/api/v1/runs"]["post"]["requestBody"]["content"]
    for example in content["application/json"]["examples"].values():
        server.run(**example["value"]).delete()


QUERY: dict[str, Any] = {  # what a question about a run may have to say
    "layer": "conv1",
    "tensor": "weight",
    "channel": 0,
    "out": 0,
    "in": 0,
    "ky": 0,
    "kx": 0,
    "filter": 0,
    "number": 0,
    "y": 0,
    "x": 0,
    "method": "gradient",
    "true": 0,
    "predicted": 0,
}


WITH_DROPOUT = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9},
        {"type": "Dropout"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def test_whatever_may_be_asked_of_a_past_step_is_answered_for_it(server: Server) -> None:
    run = server.run(network=WITH_DROPOUT, dataset="fashion-mnist-10k")
    run.post("/step", steps=3)
    paths = httpx.get(f"{run.server.url}/openapi.json").json()["paths"]
    asked = []
    for path, methods in paths.items():
        parameters = {
            entry["name"]: entry for entry in methods.get("get", {}).get("parameters", ())
        }
        if "step" not in parameters:
            continue
        query = {name: QUERY[name] for name in parameters.keys() & QUERY.keys()}
        layer = {"layer": "dropout1"} if "/masks/" in path else {}
        address = path.removeprefix("/api/v1/runs/{run_id}").format(**QUERY | layer)
        answer = run.send("GET", address, params=query | {"step": 2})
        assert answer.status_code == 200, (address, answer.text)
        asked.append(address)
    assert {"", "/weights", "/predictions", "/explain/output", "/explain/weight"} <= set(asked)
    run.delete()

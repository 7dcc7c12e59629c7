"""Runs that begin with weights from a file, and what they say of it."""

import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from tests.support.server import LiveRun, Server

NUMBERED = {"conv1": "0", "conv2": "3", "linear1": "7"}  # as nn.Sequential numbers them


def begin(server: Server, tensors: dict[str, Any], **query: str) -> Any:
    """The answer to a file with these tensors."""
    files = {"weights": ("w.safetensors", save(tensors))}
    return server.http.post("/runs/from-weights", files=files, params=query)


@pytest.fixture
def trained(run: LiveRun) -> dict[str, Any]:
    """The weights of a default run that has learnt a little."""
    run.post("/step", steps=3)
    return load(run.send("GET", "/weights").content)


def renamed(trained: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "prefix":
        return {f"module.{name}": tensor for name, tensor in trained.items()}
    parts = {name: name.split(".") for name in trained}
    return {f"{NUMBERED[layer]}.{of}": trained[name] for name, (layer, of) in parts.items()}


@pytest.mark.parametrize(("kind", "by"), [("prefix", "names"), ("numbered", "shapes")])
def test_a_checkpoint_with_other_names_is_taken_whole_and_stays_after_reset_and_export(
    server: Server, trained: dict[str, Any], kind: str, by: str
) -> None:
    answer = begin(server, renamed(trained, kind), complete="true")
    assert answer.status_code == 201, answer.text
    made = LiveRun(server, answer.json()["id"])
    assert answer.json()["first_weights"]["matched_by"] == by
    assert sorted(answer.json()["taken"]) == sorted(trained)
    made.post("/step")
    made.post("/reset")
    came = load(made.send("GET", "/weights").content)
    assert all(np.array_equal(came[name], trained[name]) for name in trained)
    file = {"file": made.send("GET", "/export").content}
    with LiveRun(server, server.http.post("/runs/import", files=file).json()["id"]) as imported:
        assert imported.get()["first_weights"] == made.get()["first_weights"]
    made.delete()


def test_a_number_too_large_for_float32_leaves_its_layer_out_and_the_run_can_be_moved(
    server: Server, trained: dict[str, Any]
) -> None:
    doubles = {name: tensor.astype(np.float64) for name, tensor in trained.items()}
    doubles["conv2.weight"][0, 0, 0, 0] = 1e300
    answer = begin(server, doubles)
    assert answer.status_code == 201, answer.text
    said = answer.json()["first_weights"]
    assert [entry["layer"] for entry in said["layers"] if entry["problem"]] == ["conv2"]
    assert "conv2" in said["says"]
    with LiveRun(server, answer.json()["id"]) as made:
        made.post("/step")
        file = {"file": made.send("GET", "/export").content}
        imported = server.http.post("/runs/import", files=file)
        assert imported.status_code == 201, imported.text
        LiveRun(server, imported.json()["id"]).delete()
    refused = begin(server, doubles, complete="true")
    assert refused.status_code == 422
    assert "conv2" in refused.json()["detail"]


def test_no_sentence_repeats_a_header_that_its_sender_made_long(server: Server) -> None:
    long = {f"{number}{'x' * 900}": np.zeros(1, np.float32) for number in range(900)}
    answer = begin(server, long)
    assert answer.status_code == 422
    assert len(answer.text) < 4000


def test_weights_of_a_run_none_of_which_fit_are_refused_before_a_run_is_made(
    server: Server, run: LiveRun
) -> None:
    conv = {"type": "Conv2d", "out_channels": 2, "kernel_size": 5}
    body = {
        "network": {"input": [1, 28, 28], "layers": [conv]},
        "init": {"type": "from_run", "run": run.id},
    }
    answer = server.http.post("/runs", json=body)
    assert answer.status_code == 422
    assert "expected conv1.weight 2 × 1 × 5 × 5" in answer.json()["detail"]


def test_a_recipe_goes_with_the_layout(server: Server) -> None:
    kernel = np.arange(9, dtype=np.float32).reshape(3, 3, 1, 1)
    given = {"conv2d/kernel": np.repeat(kernel, 12, axis=3), "conv2d/bias": np.zeros(12, "f4")}
    files = {"weights": ("w", save(given))}
    recipe = {"recipe": json.dumps({"network": "conv2d-12"})}
    query = {"layout": "keras"}
    answer = server.http.post("/runs/from-weights", files=files, data=recipe, params=query)
    assert answer.status_code == 201, answer.text
    with LiveRun(server, answer.json()["id"]) as made:
        values = made.get("/layers/conv1/tensors/weight", format="json")["values"]
    assert values[5] == [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]]

"""Recipes over REST: what can be named, and what cannot be built."""

from typing import Any

import pytest

from tests.support.server import Server


def test_models_and_data_sets_are_listed(server: Server) -> None:
    models = {entry["name"]: entry for entry in server.http.get("/models").json()["models"]}
    counts = {name: entry["parameters"] for name, entry in models.items()}
    assert counts["default"] == 9098
    assert counts["tinyvgg"] == 19_920
    assert counts["conv2d-12"] == 120
    assert "color-7x7" in counts
    datasets = {entry["id"]: entry for entry in server.http.get("/datasets").json()["datasets"]}
    assert datasets["fashion-mnist-10k"]["shape"] == [1, 28, 28]
    assert datasets["shapes"]["available"]


def test_a_named_networks_layers_are_those_of_its_run(server: Server) -> None:
    found = server.http.get("/models/tinyvgg/layers").json()["layers"]
    run = server.run(network="tinyvgg")
    assert found == run.get("/layers")["layers"]
    assert sum(layer["parameters"] for layer in found) == 19_920
    run.delete()
    missing = server.http.get("/models/none/layers")
    assert missing.status_code == 404
    assert "expected one of default" in missing.json()["detail"]


@pytest.mark.parametrize("name", ["tinyvgg", "color-7x7"])
def test_every_named_network_trains(server: Server, name: str) -> None:
    run = server.run(network=name)
    assert run.post("/step", steps=2)["step"] == 2
    run.delete()


def layers(*entries: Any) -> Any:
    """A recipe with these layers on 1 x 28 x 28."""
    return {"network": {"input": [1, 28, 28], "layers": list(entries)}}


@pytest.mark.parametrize(
    ("recipe", "layer", "words"),
    [
        (layers({"type": "Conv2d", "out_channels": 2, "kernel_size": 40}), 0, "40 pixels"),
        (layers({"type": "Conv2d", "out_channels": 10**9, "kernel_size": 3}), 0, "parameters"),
        (layers({"type": "ReLU"}, {"type": "Softmin"}), 1, "Softmin"),
        (layers({"type": "ReLU"}, {"type": "Linear", "out_features": 10}), 1, "flat vector"),
        (layers({"type": "ReLU", "colour": 1}), 0, "colour"),
        (
            layers({"type": "AdaptiveAvgPool2d", "output_size": [2, 5]}, {"type": "Flatten"})
            | {"dataset": "fashion-mnist-10k"},
            None,
            "nothing to learn",
        ),
        ({"network": "resnet"}, None, "expected one of default"),
        ({"dataset": "cifar"}, None, "cifar"),
        ({"dataset": "shapes"}, None, "1 × 28 × 28"),
        ({"data": {"dataset": "cifar"}}, None, "cifar"),
        (
            {"dataset": "shapes", "data": {"dataset": "mnist"}},
            None,
            "expected one data set, got two",
        ),
        ({"batch_size": 5000}, None, "at most 1024"),
        ({"seed": -1}, None, "seed"),
        ({"colour": "red"}, None, "colour"),
        ({"init": {"type": "lucky"}}, None, "lucky"),
        ({"optimizer": {"type": "SGD", "momentum": 1.5}}, None, "momentum"),
    ],
)
def test_a_recipe_that_cannot_be_built_says_where_and_why(
    server: Server, recipe: Any, layer: int | None, words: str
) -> None:
    answer = server.http.post("/runs", json=recipe)
    assert answer.status_code == 422
    assert answer.json()["layer"] == layer
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999"])
def test_numbers_that_are_not_finite_are_refused(server: Server, number: str) -> None:
    body = '{"optimizer": {"type": "SGD", "learning_rate": %s}}' % number  # noqa: UP031  # JSON braces
    headers = {"content-type": "application/json"}
    assert server.http.post("/runs", content=body, headers=headers).status_code == 422


def test_a_setting_that_float32_cannot_hold_is_refused_when_made_and_when_tuned(
    server: Server,
) -> None:
    body = {"optimizer": {"type": "SGD", "learning_rate": 1e-50}}
    answers = [server.http.post("/runs", json=body)]
    with server.run() as run:
        answers.append(run.send("PATCH", json={"learning_rate": 1e-50}))
        assert run.get()["learning_rate"] == 0.05
    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert "learning_rate is 1e-50, which is 0 in float32" in answer.json()["detail"]

"""Explanations over REST, on a network that trains."""

from typing import Any

import pytest

from tests.support.server import LiveRun, Server
from tests.support.sessions import random_layers


def test_an_output_value_opens_and_is_the_one_that_the_map_has(run: LiveRun) -> None:
    run.post("/step", steps=5)
    found = run.get("/explain/output", layer="conv2", channel=3, y=4, x=5, image="test-6")
    maps = run.get("/layers/conv2/feature-maps", image="test-6", format="json")["values"]
    assert found["value"] == maps[3][4][5]
    assert found["matches"]
    assert abs(found["value"] - found["total"]) <= found["bound"]


def test_a_weight_opens_into_its_gradient_and_its_update(run: LiveRun) -> None:
    run.post("/step", steps=3)
    where = {"layer": "conv2", "out": 3, "in": 2, "ky": 0, "kx": 1}
    found = run.get("/explain/weight", **where, example=4)
    gradient = run.get("/layers/conv2/tensors/weight", of="gradient", format="json")["values"]
    weight = run.get("/layers/conv2/tensors/weight", format="json")["values"]
    assert found["gradient"]["value"] == gradient[3][2][0][1]
    assert found["update"]["after"] == weight[3][2][0][1]
    assert found["gradient"]["matches"]
    assert found["update"]["matches"]
    assert len(found["gradient"]["example_sums"]) == 32
    assert found["gradient"]["example_class"] in run.get()["classes"]


def test_it_works_while_the_network_trains(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/step", steps=1)
    run.post("/play")
    steps = []
    for _ in range(10):
        found = run.get("/explain/weight", layer="conv1", tensor="bias", out=2)
        assert found["gradient"]["matches"]
        assert run.get("/explain/output", layer="softmax", channel=1)["matches"]
        steps.append(found["gradient"]["step"])
    assert steps[-1] > steps[0]


def test_a_weight_is_explained_at_a_past_step_as_it_was_when_that_was_the_present(
    run: LiveRun,
) -> None:
    where = {"layer": "conv2", "out": 3, "in": 2, "ky": 0, "kx": 1}
    run.post("/step", steps=3)
    then = run.get("/explain/weight", **where)
    run.post("/step", steps=4)
    assert run.get("/explain/weight", **where, step=3) == then


@pytest.mark.parametrize("seed", range(3))
def test_every_explanation_of_a_random_recipe_closes_now_and_at_past_steps(
    server: Server, seed: int
) -> None:
    with server.run(
        network=random_layers(seed), dataset="fashion-mnist-10k", batch_size=8, seed=seed
    ) as run:
        run.post("/step", steps=5)
        layers = run.get("/layers")["layers"]
        for step in ({}, {"step": 2}, {"step": 4}):
            for layer in layers:
                where = dict(zip(("channel", "y", "x"), layer["output_shape"], strict=False))
                place = {axis: side // 2 for axis, side in where.items()}
                found = run.get("/explain/output", layer=layer["name"], **place, **step)
                assert found["matches"], found
            for layer in layers:
                for tensor in {"weight", "bias"} & set(layer["tensors"]):
                    shape = layer[f"{tensor}_shape"]
                    index = dict(zip(("out", "in", "ky", "kx"), shape, strict=False))
                    place = {axis: side // 2 for axis, side in index.items()}
                    of = {"layer": layer["name"], "tensor": tensor}
                    found = run.get("/explain/weight", **of, **place, **step)
                    assert found["gradient"]["matches"], found["gradient"]
                    assert found["update"]["matches"], found["update"]


WEIGHTLESS_FIRST: list[list[dict[str, Any]]] = [
    [{"type": "Flatten"}],
    [{"type": "ReLU", "inplace": True}, {"type": "Flatten"}],
    [{"type": "Tanh"}, {"type": "MaxPool2d", "kernel_size": 4}, {"type": "Flatten"}],
    [{"type": "LeakyReLU"}, {"type": "AvgPool2d", "kernel_size": 4}, {"type": "Flatten"}],
    [{"type": "Sigmoid"}, {"type": "AdaptiveAvgPool2d", "output_size": 5}, {"type": "Flatten"}],
    [{"type": "Dropout"}, {"type": "Flatten"}],
    [{"type": "BatchNorm2d", "affine": False}, {"type": "Flatten"}],
]


@pytest.mark.parametrize("first", WEIGHTLESS_FIRST, ids=lambda layers: layers[0]["type"])
def test_a_network_whose_first_layers_have_no_weights_is_explained_and_traced(
    server: Server, first: list[dict[str, Any]]
) -> None:
    layers = [*first, {"type": "Linear", "out_features": 10}]
    network = {"input": [1, 28, 28], "layers": layers}
    with server.run(network=network, dataset="fashion-mnist-10k") as run:
        trace = run.post("/trace-step")
        assert (trace["step"], trace["run"]["step"]) == (1, 1)
        backward = [phase for phase in trace["phases"] if phase["phase"] == "backward"]
        assert len(backward) == len(layers)
        found = run.get("/explain/weight", layer="linear1", out=3, **{"in": 2})
        assert found["gradient"]["matches"]
        assert found["update"]["matches"]


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("output", {"layer": "conv1", "channel": 8}, 404, "8 × 28 × 28"),
        ("output", {"layer": "conv7", "channel": 0}, 404, "conv1"),
        ("output", {"layer": "conv1", "channel": 0, "image": "up-0"}, 404, "image"),
        ("weight", {"layer": "relu1", "out": 0}, 409, "no weights"),
        ("weight", {"layer": "conv1", "out": 0}, 422, "out, in, ky, kx"),
        ("weight", {"layer": "conv1", "out": 0, "in": 1, "ky": 0, "kx": 0}, 404, "8 × 1 × 3 × 3"),
        ("weight", {"layer": "linear1", "out": 0, "in": 784}, 404, "10 × 784"),
        ("weight", {"layer": "conv1", "tensor": "scale", "out": 0}, 404, "weight, bias"),
    ],
)
def test_what_cannot_be_explained_says_why(
    run: LiveRun, path: str, query: dict[str, Any], status: int, words: str
) -> None:
    run.post("/step", steps=1)
    answer = run.send("GET", f"/explain/{path}", params=query)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_at_step_0_there_is_no_gradient_to_explain(run: LiveRun) -> None:
    answer = run.send(
        "GET", "/explain/weight", params={"layer": "conv1", "tensor": "bias", "out": 0}
    )
    assert answer.status_code == 409
    assert "step 0" in answer.json()["detail"]


def test_a_value_that_is_no_number_any_more_says_so_and_the_run_goes_on(run: LiveRun) -> None:
    run.post("/step", steps=1)
    for layer, index in (("conv1", [0, 0, 1, 1]), ("conv2", [0, 0, 1, 1]), ("linear1", [0, 0])):
        run.post("/interventions", type="set", layer=layer, index=index, value=1e6)
    for number in range(8):  # 1e6 for each cell of the second filter's kernels, on maps of 1e6 …
        run.post("/interventions", type="set", layer="conv2", index=[0, number, 0, 0], value=-1e6)
    found = run.get("/explain/output", layer="conv2", channel=0, y=7, x=7)
    assert found["matches"]
    assert run.post("/step", steps=1)["state"] in ("ready", "halted")


def test_a_network_without_class_output_has_no_softmax_to_explain(server: Server) -> None:
    run = server.run(network="conv2d-12")
    query: dict[str, Any] = {"layer": "softmax", "channel": 3}
    answer = run.send("GET", "/explain/output", params=query)
    assert answer.status_code == 409
    assert "no class output" in answer.json()["detail"]
    run.delete()

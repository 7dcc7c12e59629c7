"""What is planted in a run, its health finds; and each remedy is a fork that goes through."""

from typing import Any

import pytest

from convscope.api.openapi.examples.health import HEALTH
from convscope.api.openapi.examples.run import RUN
from tests.support.api_calls import npy
from tests.support.server import LiveRun, Server


def found(run: LiveRun, kind: str) -> list[Any]:
    return [entry for entry in run.get("/health")["findings"] if entry["kind"] == kind]


def set_number(run: LiveRun, tensor: str, index: list[int], value: float) -> None:
    change = {"type": "set", "layer": "conv1", "tensor": tensor, "index": index, "value": value}
    run.post("/interventions", **change)


def try_remedy(run: LiveRun, entry: Any) -> LiveRun:
    answer = run.send("POST", "/fork", json=entry["remedy"]["fork"])
    assert answer.status_code == 201, answer.text
    return LiveRun(run.server, answer.json()["id"])


def test_a_run_that_learns_well_has_no_updates_or_gradients_to_complain_of(run: LiveRun) -> None:
    for _ in range(3):
        run.post("/step", steps=100)
        kinds = {entry["kind"] for entry in run.get("/health")["findings"]}
        assert kinds <= {"dead_filter", "duplicate_filters"}


def test_a_dead_filter_is_found_and_lives_again_in_the_fork(run: LiveRun) -> None:
    run.post("/step", steps=5)
    set_number(run, "bias", [2], -1000.0)
    [entry] = found(run, "dead_filter")
    assert (entry["layer"], entry["filter"]) == ("conv1", 2)
    assert entry["sentence"].startswith("conv1, filter 2 is dead")
    forked = try_remedy(run, entry)
    assert found(forked, "dead_filter") == []
    forked.delete()


def test_a_filter_that_is_silenced_is_no_finding(run: LiveRun) -> None:
    run.post("/interventions", type="silence", layer="conv1", filter=2, on=True)
    assert found(run, "dead_filter") == []


def test_a_duplicate_is_found_also_when_it_is_turned_round(run: LiveRun) -> None:
    run.post("/step", steps=5)
    weight = npy(run, "/layers/conv1/tensors/weight")[4, 0]
    for y in range(3):
        for x in range(3):
            set_number(run, "weight", [6, 0, y, x], float(weight[y, x]) * 1.1)
    set_number(run, "bias", [4], 0.0)
    set_number(run, "bias", [6], 0.0)
    [entry] = [one for one in found(run, "duplicate_filters") if one["layer"] == "conv1"]
    assert (entry["other"], entry["filter"]) == (4, 6)
    forked = try_remedy(run, entry)
    assert [one for one in found(forked, "duplicate_filters") if one["filter"] == 6] == []
    forked.delete()


@pytest.mark.parametrize(
    ("rate", "kind"), [(1e-7, "updates_too_small"), (3.0, "updates_too_large")]
)
def test_updates_that_are_too_large_or_small_are_told_with_another_rate(
    server: Server, rate: float, kind: str
) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": rate})
    run.post("/step", steps=1)
    entry = found(run, kind)[0]
    forked = try_remedy(run, entry)
    changed = forked.get()["learning_rate"]
    assert changed == pytest.approx(rate * 10 if rate < 1 else rate / 10)
    forked.delete()
    run.delete()


def test_gradients_that_vanish_are_told_with_adam(server: Server) -> None:
    layers: list[Any] = [{"type": "Flatten"}]
    for _ in range(9):
        layers += [{"type": "Linear", "out_features": 12}, {"type": "Sigmoid"}]
    layers += [{"type": "Linear", "out_features": 10}]
    run = server.run(network={"input": [1, 28, 28], "layers": layers}, dataset="fashion-mnist-10k")
    run.post("/step", steps=1)
    [entry] = found(run, "gradient_vanishes")
    assert entry["layer"] == "linear1"
    forked = try_remedy(run, entry)
    assert forked.get()["recipe"]["optimizer"]["type"] == "Adam"
    forked.delete()
    run.delete()


def test_a_relu_that_lets_nothing_through_is_told(run: LiveRun) -> None:
    for number in range(8):
        set_number(run, "bias", [number], -1000.0)
    [entry] = [one for one in found(run, "mostly_clamped") if one["layer"] == "relu1"]
    assert "100.0%" in entry["sentence"]


def test_it_can_be_asked_of_any_step(run: LiveRun) -> None:
    run.post("/step", steps=10)
    now = run.get("/health")
    run.post("/step", steps=5)
    assert run.get("/health", step=10) == now
    first = run.get("/health", step=0)
    assert [entry["update"] for entry in first["layers"]] == [None] * 3


def test_the_documents_example_is_one_that_the_server_gives(server: Server) -> None:
    run = server.run(**{key: value for key, value in RUN["recipe"].items() if key != "init"})
    run.post("/step", steps=10)
    set_number(run, "bias", [0], -100.0)
    run.post("/step", steps=1)
    health = run.get("/health")
    assert health["findings"] == HEALTH["findings"]
    assert health["layers"][0]["weight"] == pytest.approx(HEALTH["layers"][0]["weight"], rel=1e-3)
    run.delete()

"""Forks: a new run that goes on from any step of another, which stays as it is."""

import threading
from typing import Any

import pytest

from tests.support.api_calls import npy
from tests.support.server import LiveRun, Server

OTHER = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


@pytest.fixture
def parent(run: LiveRun) -> LiveRun:
    """A run of 150 steps with tuned settings and interventions on the way."""
    run.post("/step", until=60)
    run.send("PATCH", json={"learning_rate": 0.02})
    run.post("/step", until=100)
    run.post("/interventions", type="fill", layer="conv1", filter=2, channel=0, **{"with": "blur"})
    run.post("/interventions", type="freeze", layer="conv2", filter=1)
    run.post("/step", until=150)
    return run


def fork(parent: LiveRun, **body: Any) -> LiveRun:
    """A fork of it."""
    return LiveRun(parent.server, parent.post("/fork", **body)["id"])


def weights(run: LiveRun, step: int | None = None) -> bytes:
    """All of them, bit for bit."""
    return run.send("GET", "/weights", params={"step": step} if step is not None else {}).content


def before(history: Any, step: int) -> Any:
    """Without what was measured at a step itself, which a fork that rests there measures anew."""
    held_out = history["held_out"]
    kept = [n for n, measured in enumerate(held_out["step"]) if measured < step]
    return history | {"held_out": {name: [row[n] for n in kept] for name, row in held_out.items()}}


def test_a_fork_without_a_change_goes_on_to_the_same_weights(parent: LiveRun) -> None:
    for step in (0, 30, 60, 99, 100, 150):
        forked = fork(parent, step=step)
        now = forked.get()
        assert now["step"] == step
        assert now["parent"] == {"run": parent.id, "step": step}
        assert weights(forked) == weights(parent, step)
        assert before(forked.get("/history"), step) == before(parent.get("/history", to=step), step)
        if step >= 100:  # the interventions before are part of it
            forked.post("/step", until=150)
            assert weights(forked) == weights(parent)
            assert forked.get()["frozen"] == parent.get()["frozen"]
        forked.delete()


@pytest.mark.parametrize(
    "optimizer",
    [
        {"type": "SGD", "momentum": 0.0, "nesterov": True},
        {"type": "SGD", "momentum": 0.9, "nesterov": True},
        {"type": "SGD", "momentum": 0.0},
        {"type": "RMSprop", "momentum": 0.0},
        {"type": "RMSprop", "momentum": 0.9},
    ],
    ids=str,
)
@pytest.mark.parametrize("tuned", [[0.9], [0.9, 0.0], [0.0, 0.9]], ids=str)
def test_an_unchanged_fork_trains_the_same_after_momentum_was_tuned(
    server: Server, optimizer: Any, tuned: list[float]
) -> None:
    with server.run(optimizer=optimizer, batch_size=8) as parent:
        for momentum in tuned:
            parent.post("/step", steps=2)
            parent.send("PATCH", json={"momentum": momentum})
        parent.post("/step", steps=2)
        with fork(parent, step=2 * len(tuned)) as at_tuning, fork(parent) as now:
            parent.post("/step", steps=3)
            for forked in (at_tuning, now):
                forked.post("/step", until=parent.get()["step"])
                assert weights(forked) == weights(parent)


def test_from_step_137_the_learning_rate_is_another_and_the_parent_stays(parent: LiveRun) -> None:
    before = weights(parent), parent.get()
    forked = fork(parent, step=137, recipe={"optimizer": {"learning_rate": 0.3}})
    assert forked.get()["learning_rate"] == 0.3
    assert forked.get()["recipe"]["optimizer"]["momentum"] == 0.9
    forked.post("/step", until=150)
    assert weights(forked) != weights(parent)
    assert (weights(parent), parent.get()) == before
    for past in (50, 100, 136):
        assert weights(forked, past) == weights(parent, past)
    assert forked.get("", step=50)["learning_rate"] == 0.05
    assert forked.get("", step=140)["learning_rate"] == 0.3
    forked.delete()


def test_a_fork_changes_optimiser_batch_size_and_seed_from_there_on(parent: LiveRun) -> None:
    recipe = {"optimizer": {"type": "Adam"}, "batch_size": 8, "seed": 5}
    forked = fork(parent, step=120, recipe=recipe, name="with Adam")
    now = forked.post("/step", until=130)
    assert now["name"] == "with Adam"
    assert now["recipe"]["optimizer"]["type"] == "Adam"
    assert now["learning_rate"] == 0.001
    answer = forked.send("GET", "/layers/conv1/tensors/weight?of=exp_avg")
    assert answer.status_code == 200
    later = weights(forked, 125)
    forked.post("/step", until=140)
    assert weights(forked, 125) == later
    forked.delete()


def test_a_fork_may_begin_with_changes_by_hand(parent: LiveRun) -> None:
    change = {"type": "silence", "layer": "conv1", "filter": 3, "on": True}
    forked = fork(parent, step=137, interventions=[change])
    assert forked.get()["silenced"] == [{"layer": "conv1", "filter": 3}]
    assert parent.get()["silenced"] == []
    undone = forked.post("/interventions", type="undo")
    assert undone["run"]["silenced"] == []
    assert weights(forked) == weights(parent, 137)
    forked.delete()


def test_a_fork_of_a_fork_goes_back_to_its_grandparents_steps(parent: LiveRun) -> None:
    first = fork(parent, step=90, recipe={"seed": 1})
    first.post("/step", until=120)
    second = fork(first, step=110, recipe={"batch_size": 16})
    second.post("/step", until=125)
    assert weights(second, 70) == weights(parent, 70)
    assert weights(second, 105) == weights(first, 105)
    second.delete()
    first.delete()


REFUSED: list[tuple[Any, int, str]] = [
    ({"step": 151}, 404, "come to step 150"),
    ({"recipe": {"init": {"type": "zeros"}}}, 422, "none to change"),
    ({"recipe": {"network": "tinyvgg"}}, 422, "3 × 64 × 64"),
    ({"recipe": {"network": OTHER}}, 422, "conv1.bias, conv1.weight"),
    ({"recipe": {"optimizer": {"type": "SGD", "learning_rate": -1}}}, 422, "learning_rate"),
    (
        {"recipe": {"optimizer": {"learning_rate": 1e-50}}},
        422,
        "learning_rate is 1e-50, which is 0 in float32",
    ),
    ({"recipe": {"sead": 3}}, 422, "sead"),
    ({"recipe": {"dataset": "shapes"}}, 422, "input"),
    ({"recipe": {"data": {"dataset": "shapes"}}}, 422, "input"),
    (
        {"recipe": {"dataset": "shapes", "data": {"dataset": None}}},
        422,
        "expected one data set, got two",
    ),
    (
        {"interventions": [{"type": "freeze", "layer": "pool1", "filter": 0, "on": True}]},
        409,
        "no filters",
    ),
]


def test_what_does_not_fit_is_refused_and_leaves_no_run(parent: LiveRun) -> None:
    before = len(parent.server.http.get("/runs").json()["runs"])
    for body, status, says in REFUSED:
        answer = parent.send("POST", "/fork", json=body)
        assert answer.status_code == status, body
        assert says in answer.json()["detail"]
    assert len(parent.server.http.get("/runs").json()["runs"]) == before


def test_a_fork_lists_just_the_changes_that_are_in_its_weights_while_others_are_made(
    run: LiveRun,
) -> None:
    run.post("/step", steps=5)
    over = threading.Event()
    change = {"type": "set", "layer": "conv1", "tensor": "weight", "index": [0, 0, 0, 0]}
    run.post("/interventions", **change, value=1)

    def go_on() -> None:
        number = 1
        while not over.is_set():
            number += 1
            run.post("/interventions", **change, value=number)

    changing = threading.Thread(target=go_on)
    changing.start()
    try:
        forks = [fork(run) for _ in range(6)]
    finally:
        over.set()
        changing.join()
    for forked in forks:
        listed = len(forked.get()["interventions"])
        assert npy(forked, "/layers/conv1/tensors/weight")[0, 0, 0, 0] == listed
        forked.delete()

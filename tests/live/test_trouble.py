"""Odd orders of events, each of which once lost a run."""

import threading
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import save

from convscope.learn.intervention_kinds import apply_intervention
from tests.support.importing import change
from tests.support.networks import recipe
from tests.support.processes import alive, children
from tests.support.server import LiveRun, Server
from tests.support.sessions import session
from tests.support.waiting import wait_until


@pytest.mark.alone
def test_play_after_many_steps_goes_on_at_once(run: LiveRun) -> None:
    step = run.post("/step", steps=100)["step"]
    run.post("/play")
    time.sleep(1.5)
    assert run.post("/pause")["step"] > step


def test_momentum_can_be_given_to_an_optimiser_that_began_without(server: Server) -> None:
    run = server.run(optimizer={"type": "RMSprop"})
    run.post("/step", steps=3)
    run.send("PATCH", json={"momentum": 0.9})
    assert run.post("/step", steps=3)["step"] == 6
    found = run.get("/explain/weight", layer="conv1", tensor="bias", out=0)
    assert found["update"]["matches"]
    assert any("Momentum" in line["says"] for line in found["update"]["lines"])
    run.delete()


@pytest.mark.parametrize(
    ("layers", "more", "words"),
    [
        ([{"type": "ReLU"}], {}, "nothing to learn"),
        (
            [
                {"type": "Conv2d", "out_channels": 4, "kernel_size": 28},
                {"type": "BatchNorm2d"},
                {"type": "Flatten"},
                {"type": "Linear", "out_features": 10},
            ],
            {"batch_size": 1},
            "more than one value",
        ),
        (
            [
                {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
                {"type": "Tanh"},
                {"type": "ReLU", "inplace": True},
            ],
            {},
            "in place",
        ),
        (
            [
                {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
                {"type": "ReLU"},
                {"type": "Flatten"},
                {"type": "LeakyReLU", "inplace": True},
                {"type": "Linear", "out_features": 10},
            ],
            {},
            "output of layer 1 (ReLU)",
        ),
        (
            [{"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "name": "forward"}],
            {},
            "has a 'forward' of its own",
        ),
    ],
)
def test_what_torch_would_refuse_later_is_refused_first(
    server: Server, layers: Any, more: Any, words: str
) -> None:
    body = {"network": {"input": [1, 28, 28], "layers": layers}} | more
    answer = server.http.post("/runs", json=body)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]


def test_a_run_that_cannot_start_leaves_no_worker_however_often_it_is_reset(
    server: Server, run: LiveRun, tmp_path: Path
) -> None:
    run.post("/step", steps=1)  # the forkserver is up
    file = tmp_path / "alien.convscope"
    with server.run(init={"type": "from_run", "run": run.id}) as begun:
        file.write_bytes(begun.send("GET", "/export").content)
    before = children(server.process.pid)
    alien = save({"none.that.fits": np.zeros(1, np.float32)})
    change(file, "UPDATE weights SET tensors = ?", alien)
    made = server.http.post("/runs/import", files={"file": file.read_bytes()}).json()
    with LiveRun(server, made["id"]) as failing:
        failing.send("POST", "/step")
        failing.wait_for("failed")
        for _ in range(3):
            failing.post("/reset")
        wait_until(lambda: not alive(children(server.process.pid) - before))


def test_a_file_of_weights_that_do_not_fit_keeps_no_place(run: LiveRun) -> None:
    data = run.send("GET", "/weights").content
    http = run.server.http
    before = len(http.get("/runs").json()["runs"])
    other = '{"network": "tinyvgg"}'
    files = {"weights": ("w", data)}
    answer = http.post("/runs/from-weights", files=files, data={"recipe": other})
    assert answer.status_code == 422
    assert len(http.get("/runs").json()["runs"]) == before


def test_deleting_a_run_that_is_starting_answers_whoever_waits_for_it(server: Server) -> None:
    run = server.run(network="tinyvgg")
    answers: list[httpx.Response] = []

    def wait() -> None:
        answers.append(httpx.post(f"{server.url}/api/v1/runs/{run.id}/step", timeout=60))

    waiting = threading.Thread(target=wait)
    waiting.start()
    run.delete()
    waiting.join(60)
    assert answers[0].status_code in (200, 404, 503), answers[0].text
    if answers[0].status_code != 200:
        assert answers[0].headers["content-type"] == "application/problem+json"
    assert server.run().post("/step", steps=1)["step"] == 1


def test_a_place_outside_a_layer_with_a_silenced_filter_is_not_found(run: LiveRun) -> None:
    run.post("/interventions", type="silence", layer="conv1", filter=1)
    answer = run.send("GET", "/explain/output", params={"layer": "conv1", "channel": 99})
    assert answer.status_code == 404


def test_freezing_after_a_step_leaves_that_steps_explanation_as_it_was(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    made.advance()
    apply_intervention(
        made.interventions, {"type": "freeze", "layer": "conv1", "filter": 0, "on": True}
    )
    found = made.explainer.weight("conv1", "weight", (0, 0, 0, 0), 0)["update"]
    assert found["matches"]
    assert found["change"] != 0
    made.advance()
    assert made.explainer.weight("conv1", "weight", (0, 0, 0, 0), 0)["update"]["change"] == 0

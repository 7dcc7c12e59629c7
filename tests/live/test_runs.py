"""A run's life over REST."""

import json
import time
from typing import Any

import httpx
import numpy as np
import pytest

from tests.support.api_calls import npy, tensors
from tests.support.device import DEVICE
from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until


def test_health_names_the_versions(server: Server) -> None:
    health = server.http.get("/health").json()
    assert health["status"] == "ok"
    assert health["torch"].startswith("2.")
    assert health["device"] == DEVICE


def test_a_run_is_made_with_its_location_and_every_field_has_a_default(server: Server) -> None:
    answer = server.http.post("/runs", json={})
    made = answer.json()
    assert answer.status_code == 201
    assert httpx.get(answer.url.join(answer.headers["location"])).json()["id"] == made["id"]
    assert made["parameters"] == 9098
    assert made["recipe"]["batch_size"] == 32
    assert made["recipe"]["optimizer"]["learning_rate"] == 0.05
    assert server.http.delete(f"/runs/{made['id']}").status_code == 204
    assert server.http.get(f"/runs/{made['id']}").status_code == 404


def test_steps_move_the_counter_and_until_is_safe_to_repeat(run: LiveRun) -> None:
    assert run.post("/step", steps=3)["step"] == 3
    assert run.send("POST", "/step").json()["step"] == 4
    assert run.post("/step", until=10)["step"] == 10
    assert run.post("/step", until=10)["step"] == 10
    assert run.post("/step", until=2)["step"] == 10


@pytest.mark.parametrize(
    "body", [{"steps": 0}, {"steps": 1001}, {"steps": 1, "until": 2}, {"step": 1}, {"steps": 1.5}]
)
def test_a_step_that_cannot_be_is_refused_with_a_sentence(run: LiveRun, body: Any) -> None:
    answer = run.send("POST", "/step", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_play_pause_and_reset_are_safe_to_repeat(run: LiveRun) -> None:
    run.post("/step", steps=1)
    first = npy(run, "/layers/conv1/tensors/weight")
    run.post("/play")
    assert run.post("/play")["state"] == "playing"
    answer = run.send("POST", "/step", json={"steps": 1})
    assert answer.status_code == 409
    assert "pause it" in answer.json()["detail"]
    wait_until(lambda: run.get()["step"] > 1)
    assert run.post("/pause")["state"] == "ready"
    run.post("/pause")
    assert run.post("/reset")["step"] == 0
    assert run.post("/reset")["step"] == 0
    run.post("/step", steps=1)
    np.testing.assert_array_equal(npy(run, "/layers/conv1/tensors/weight"), first)


def test_a_pause_measures_the_held_out_accuracy(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    wait_until(lambda: run.get()["step"] > 1)
    step = run.post("/pause")["step"]
    wait_until(lambda: run.get()["held_out_step"] == step)
    history = run.get("/history")
    assert history["held_out"]["step"][-1] == step
    assert history["held_out"]["step"][0] == 0
    assert history["step"] == list(range(1, step + 1))


def test_settings_change_while_it_trains(run: LiveRun) -> None:
    run.post("/play")
    answer = run.send("PATCH", json={"learning_rate": 0.001, "momentum": 0.5}).json()
    assert (answer["learning_rate"], answer["momentum"], answer["state"]) == (0.001, 0.5, "playing")
    assert run.send("PATCH", json={"momentum": 1.0}).status_code == 422
    assert run.send("PATCH", json={"batch_size": 3}).status_code == 422
    assert run.post("/reset")["learning_rate"] == 0.05, "a reset is back to the recipe"


@pytest.mark.alone
def test_the_speed_is_the_one_that_was_asked_for(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": 20})
    run.post("/play")
    time.sleep(1.5)
    assert 20 <= run.post("/pause")["step"] <= 40


def test_an_optimiser_without_momentum_says_so(server: Server) -> None:
    run = server.run(optimizer={"type": "Adam"})
    assert run.get()["momentum"] is None
    answer = run.send("PATCH", json={"momentum": 0.5})
    assert answer.status_code == 422
    assert "Adam has no momentum" in answer.json()["detail"]
    run.delete()


@pytest.mark.parametrize(
    "path",
    [
        "/runs/zzzzzzzzzz",
        "/runs/RUN/layers/conv9/tensors/weight",
        "/runs/RUN/layers/conv1/scale",
        "/runs/RUN/images/up-00000000",
        "/runs/RUN/images/test-99999",
        "/runs/RUN/predictions?image=nothing",
        "/datasets/none/images",
        "/nothing",
    ],
)
def test_what_does_not_exist_is_not_found(run: LiveRun, path: str) -> None:
    answer = run.server.http.get(path.replace("RUN", run.id))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


def test_a_loss_that_is_not_finite_halts_the_run_and_keeps_the_last_good_weights(
    server: Server,
) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": 1e30})
    before = npy(run, "/layers/conv1/tensors/weight")
    answer = run.post("/step", steps=50)
    assert answer["state"] == "halted"
    assert "step 2" in answer["problem"]
    assert np.isfinite(npy(run, "/layers/conv1/tensors/weight")).all()
    np.testing.assert_array_equal(npy(run, "/layers/conv1/tensors/weight"), before)
    assert (answer["step"], answer["loss"], answer["accuracy"]) == (0, None, None)
    assert run.get("/history")["step"] == []
    for path in ("/step", "/play"):
        refused = run.send("POST", path)
        assert refused.status_code == 409
        assert "halted" in refused.json()["detail"]
    assert run.post("/reset")["state"] == "ready"
    run.delete()


def test_the_same_recipe_gives_the_same_bits_in_another_process_watched_or_not(
    server: Server,
) -> None:
    watched, alone = server.run(seed=11), server.run(seed=11)
    with watched.stream() as socket:
        wanted = tensors("weight", "bias", "weight gradient", "output", "input")
        socket.send(json.dumps({"type": "watch", "layers": None, "tensors": wanted}))
        watched.post("/step", until=200)
    alone.post("/step", until=200)
    assert watched.send("GET", "/weights").content == alone.send("GET", "/weights").content
    watched.delete()
    alone.delete()


def test_lists_have_a_cursor(server: Server) -> None:
    runs = [server.run() for _ in range(3)]
    first = server.http.get("/runs", params={"limit": 2}).json()
    assert len(first["runs"]) == 2
    rest = server.http.get("/runs", params={"cursor": first["next"]}).json()
    known = [entry["id"] for entry in first["runs"] + rest["runs"]]
    assert [run.id for run in runs] == [entry for entry in known if entry in {r.id for r in runs}]
    for run in runs:
        run.delete()


def test_a_body_that_is_no_json_is_refused_with_the_place(server: Server) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.http.post("/runs", content=b'{"seed": }', headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "Expected JSON, got something else at character 9."


def test_a_runs_code_has_the_settings_that_are_in_force(run: LiveRun) -> None:
    assert "lr=0.05" in run.get("/code")["code"]
    run.send("PATCH", json={"learning_rate": 0.02})
    code = run.get("/code")["code"]
    assert "lr=0.02" in code
    assert "# Tuned while the run trained: learning_rate was 0.05 at first." in code


def test_the_whole_held_out_half_is_measured_when_asked_and_is_no_point_of_the_curve(
    run: LiveRun,
) -> None:
    run.post("/step", steps=20)
    run.post("/pause")
    wait_until(lambda: 20 in run.get("/history")["held_out"]["step"], "it is measured")
    before = run.get("/history")
    assert run.get()["held_out_images"] == 1000
    found = run.post("/evaluate")
    assert found["step"] == 20
    [listed] = [
        entry
        for entry in run.server.http.get("/datasets").json()["datasets"]
        if entry["id"] == run.get()["recipe"]["data"]["dataset"]
    ]
    assert found["count"] == listed["test"] > 1000
    assert 0 < found["accuracy"] < 1
    assert 0 < found["loss"] < 3
    assert run.get("/history") == before
    run.post("/play")
    assert run.post("/evaluate")["step"] >= 20


def test_a_run_that_cannot_be_trained_has_nothing_to_measure(server: Server) -> None:
    with server.run(dataset=None) as run:
        assert run.get()["held_out_images"] is None
        refused = run.send("POST", "/evaluate")
        assert refused.status_code == 409
        assert "no data set" in refused.json()["detail"]

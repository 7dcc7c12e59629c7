"""`kill -9` of a worker in the middle of training: the run goes on to the very same weights."""

import os
import signal
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from convscope.storage.reader import read_stored_run
from tests.resilience.replay import Replay, assert_as_never_interrupted, file_of
from tests.support import networks
from tests.support.processes import children, worker_of
from tests.support.server import LiveRun, Server

PATIENCE_S = 60.0
DEFAULT: dict[str, Any] = {}
WITH_STATE: dict[str, Any] = {
    "dataset": "fashion-mnist-10k",
    "network": networks.WITH_STATE,
    "optimizer": {"type": "Adam", "learning_rate": 0.003, "weight_decay": 0.001},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("workers")) as started:
        started.run().post("/step", steps=1)
        yield started


def change(run: LiveRun) -> None:
    """A filter silenced, one frozen, one edited."""
    run.post("/interventions", type="silence", layer="conv1", filter=1, on=True)
    run.post("/interventions", type="freeze", layer="conv1", filter=2, on=True)
    run.post("/interventions", type="fill", layer="conv1", filter=3, **{"with": "random"})


def wait_until(run: LiveRun, step: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while (now := run.get())["steps"] < step:
        assert time.monotonic() < end, f"it is {now['state']} at {now['steps']}: {now['problem']}"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [DEFAULT, WITH_STATE], ids=["default", "with state"])
def test_a_run_whose_worker_was_killed_while_it_played_comes_to_the_same_weights(
    recipe: dict[str, Any], server: Server
) -> None:
    before = children(server.process.pid)
    run = server.run(**recipe)
    worker = worker_of(server, run, before)
    run.post("/step", steps=30)
    change(run)
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    wait_until(run, 150)
    os.kill(worker, signal.SIGKILL)
    here = run.get()["steps"]
    run.send("PATCH", json={"learning_rate": 0.001})  # it waits for the new worker, or is refused
    wait_until(run, here + 200)
    paused = run.post("/pause")
    assert paused["silenced"] == [{"layer": "conv1", "filter": 1}]
    assert paused["frozen"] == [{"layer": "conv1", "filter": 2}]
    history = run.get("/history", max_points=20_000)
    assert history["step"] == list(range(1, paused["steps"] + 1))
    replay = Replay(read_stored_run(file_of(server, run.id)))
    assert_as_never_interrupted(server, run.id, replay)
    run.delete()


def starting(server: Server) -> tuple[LiveRun, int]:
    """A run and its worker, which was stopped before it had sent anything."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        before = children(server.process.pid)
        run = server.run()
        while not (new := children(server.process.pid) - before):
            assert time.monotonic() < end
        worker = new.pop()
        os.kill(worker, signal.SIGSTOP)
        if run.get()["state"] == "starting":
            return run, worker
        os.kill(worker, signal.SIGKILL)  # it was up before it was found, on a busy machine
        run.delete()
    raise AssertionError("every worker was up before it was found")


@pytest.mark.slow
def test_a_worker_killed_before_it_had_sent_anything_is_replaced(server: Server) -> None:
    run, worker = starting(server)
    os.kill(worker, signal.SIGKILL)
    assert run.post("/resume")["state"] in ("ready", "starting")
    assert run.post("/step", steps=5)["steps"] == 5
    run.delete()


@pytest.mark.slow
def test_a_step_whose_worker_was_killed_is_not_played_on(server: Server) -> None:
    before = children(server.process.pid)
    run = server.run()
    worker = worker_of(server, run, before)
    asking = Thread(target=lambda: run.send("POST", "/step", json={"steps": 1000}))
    asking.start()
    wait_until(run, 100)
    os.kill(worker, signal.SIGKILL)
    asking.join(PATIENCE_S)
    run.wait_for("ready")
    here = run.get()["steps"]
    time.sleep(0.5)
    assert run.get()["steps"] == here
    assert here >= 100
    run.delete()

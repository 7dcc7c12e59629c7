"""A drag of a weight over REST: one change in the list, the file, the past and forks."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from convscope.storage.reader import read_stored_run
from tests.resilience.replay import Replay, assert_as_never_interrupted, file_of
from tests.support.api_calls import npy
from tests.support.processes import children, worker_of
from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until

PLACE = {"type": "set", "layer": "conv1", "tensor": "weight", "index": [0, 0, 1, 1]}


def drag(run: LiveRun, value: float, key: str = "mine") -> Any:
    """One value of a drag."""
    answer = run.send("POST", "/interventions", params={"drag": key}, json=PLACE | {"value": value})
    assert answer.is_success, answer.text
    return answer.json()


def weight(run: LiveRun, **where: Any) -> float:
    """What is dragged."""
    return float(npy(run, "/layers/conv1/tensors/weight", **where)[0, 0, 1, 1])


def test_a_drag_is_one_entry_and_one_undo_and_its_step_is_the_same_bits(run: LiveRun) -> None:
    run.post("/step", steps=3)
    before = weight(run)
    for number in range(25):
        answer = drag(run, number / 10)
        assert weight(run, step=3) == weight(run) == pytest.approx(number / 10)
        assert (answer["id"], answer["run"]["intervention_count"]) == (1, 1)
    told = run.get()
    assert [one["says"] for one in told["interventions"]] == [
        f"conv1, weight [0, 0, 1, 1]: {before:.4g} became 2.4"
    ]
    [event] = read_stored_run(file_of(run.server, run.id)).events
    assert event["body"]["change"] == PLACE | {"value": 2.4}
    undone = run.post("/interventions", type="undo")
    assert (undone["undoes"], undone["run"]["undoable_count"]) == (1, 0)
    assert weight(run) == weight(run, step=3) == before
    drag(run, 1.0)  # the key of a drag that is over begins another
    assert run.get()["intervention_count"] == 3


def test_forks_files_and_resets_have_what_was_dragged(run: LiveRun, server: Server) -> None:
    run.post("/step", steps=2)
    for value in (0.5, 0.75, -1.0):
        drag(run, value)
    forked = LiveRun(server, run.post("/fork", step=2)["id"])
    data = run.send("GET", "/export").content
    answer = server.http.post("/runs/import", files={"file": ("run.convscope", data)})
    taken = LiveRun(server, answer.json()["id"])
    for one in (forked, taken):
        assert weight(one) == -1.0
        assert [entry["id"] for entry in one.get()["interventions"]] == [1]
    drag(taken, 0.25)  # of another run's drag: a change of its own
    assert taken.get()["intervention_count"] == 2
    kept = LiveRun(server, run.post("/reset")["previous_run"])
    assert weight(kept) == -1.0
    assert run.get()["interventions"] == []
    for one in (forked, taken, kept):
        one.delete()


def test_a_fork_in_the_middle_of_a_drag_lists_what_is_in_its_weights(run: LiveRun) -> None:
    run.post("/step", steps=2)
    over = threading.Event()

    def go_on() -> None:
        number = 0
        while not over.is_set():
            number += 1
            drag(run, float(number))

    changing = threading.Thread(target=go_on)
    drag(run, 0.0)
    changing.start()
    made: list[LiveRun] = []
    try:
        while len(made) < 3:
            made.append(LiveRun(run.server, run.post("/fork", step=2)["id"]))
    finally:
        over.set()
        changing.join()
    for forked in made:
        [entry] = forked.get()["interventions"]
        assert entry["says"].endswith(f"became {weight(forked):.4g}")
        forked.delete()


def test_a_worker_that_is_killed_in_a_drag_comes_back_to_its_last_value(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        server.run().post("/step", steps=1)
        before = children(server.process.pid)
        run = server.run()
        worker = worker_of(server, run, before)
        run.post("/step", steps=1)
        for value in (0.5, 0.75):
            drag(run, value)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: run.send("GET", "/weights").is_success, "another worker is there")
        assert weight(run) == weight(run, step=2) == 0.75
        drag(run, 1.0)  # nobody knows any more where it began
        assert run.get()["intervention_count"] == 2
        run.post("/step", steps=2)
        stored = read_stored_run(file_of(server, run.id))
        assert_as_never_interrupted(server, run.id, Replay(stored))


def test_a_server_that_is_killed_in_a_drag_has_one_of_its_values(tmp_path: Path) -> None:
    server = Server(tmp_path)
    run = server.run()
    run.post("/step", steps=2)
    before = weight(run)
    answered: list[float] = []

    def go_on() -> None:
        try:
            while True:
                drag(run, len(answered) + 1.0)
                answered.append(len(answered) + 1.0)
        except Exception:  # the server is gone
            return

    changing = threading.Thread(target=go_on)
    changing.start()
    wait_until(lambda: len(answered) > 20, "it is dragged")
    server.kill()
    changing.join()
    with Server(tmp_path) as again:
        run = LiveRun(again, run.id)
        now = weight(run)
        assert now in (answered[-1], answered[-1] + 1)
        [entry] = run.get()["interventions"]
        assert entry["says"] == f"conv1, weight [0, 0, 1, 1]: {before:.4g} became {now:.4g}"
        run.post("/interventions", type="undo")
        assert weight(run) == before


def test_a_key_is_a_short_text(run: LiveRun) -> None:
    for key in ("", "x" * 65):
        answer = run.send("POST", "/interventions", params={"drag": key}, json={"type": "undo"})
        assert answer.status_code == 422

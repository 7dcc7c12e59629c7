"""A reset keeps what was as another run, whatever others do meanwhile."""

import threading
from pathlib import Path
from typing import Any

from convscope.storage.reader import read_stored_run
from tests.resilience.replay import file_of
from tests.support.server import LiveRun, Server


def test_a_reset_keeps_what_was_and_says_where(run: LiveRun) -> None:
    run.post("/step", steps=40)
    run.post("/interventions", type="freeze", layer="conv1", filter=0)
    before = run.send("GET", "/weights").content
    answer = run.post("/reset")
    assert (answer["step"], answer["frozen"]) == (0, [])
    kept = LiveRun(run.server, answer["previous_run"])
    assert kept.get()["frozen"] == [{"layer": "conv1", "filter": 0}]
    assert kept.send("GET", "/weights").content == before
    assert kept.get()["parent"] == {"run": run.id, "step": None}
    kept.delete()
    assert run.post("/reset")["previous_run"] is None, "there was nothing to keep"


def test_a_reset_while_it_trains_flat_out_keeps_every_step_that_was_told(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    while (told := run.get()["step"]) < 50:
        pass
    kept = LiveRun(run.server, run.post("/reset")["previous_run"])
    assert kept.get()["step"] >= told
    assert run.get()["step"] == 0
    kept.delete()


def test_steps_that_somebody_else_takes_during_a_reset_are_in_one_of_the_two_runs(
    run: LiveRun,
) -> None:
    run.post("/step", steps=20)
    answers: list[Any] = [20]
    over = threading.Event()

    def train() -> None:
        while not over.is_set():
            answers.append(run.post("/step", steps=1)["step"])

    training = threading.Thread(target=train)
    training.start()
    try:
        response = run.send("POST", "/reset", json={})
    finally:
        over.set()
        training.join()
    if response.status_code == 409:  # the other was always quicker
        assert "pause it" in response.json()["detail"]
        assert run.get()["step"] == answers[-1]
        return
    kept = LiveRun(run.server, response.json()["previous_run"])
    last = max(index for index, step in enumerate(answers) if step == max(answers))
    assert kept.get()["step"] == answers[last]
    after = answers[last + 1 :]  # the first may have been left off by the reset: then it says 0
    assert after == sorted(set(after))
    assert run.get()["step"] == (after[-1] if after else 0)
    kept.delete()


def test_a_setting_that_somebody_else_changes_during_a_reset_is_in_one_of_the_two_runs(
    run: LiveRun,
) -> None:
    run.post("/step", steps=20)
    rates: list[float] = []
    over = threading.Event()

    def tune() -> None:
        while not over.is_set():
            rate = 0.001 + 1e-6 * len(rates)
            assert run.send("PATCH", json={"learning_rate": rate}).is_success
            rates.append(rate)

    tuning = threading.Thread(target=tune)
    tuning.start()
    try:
        response = run.send("POST", "/reset", json={})
    finally:
        over.set()
        tuning.join()
    found = tuned(run)
    if response.is_success:  # else the other was always quicker
        kept = LiveRun(run.server, response.json()["previous_run"])
        found = tuned(kept) + found
        kept.delete()
    assert found == rates


def tuned(run: LiveRun) -> list[float]:
    """The learning rates that its file tells of."""
    events = read_stored_run(file_of(run.server, run.id)).events
    return [event["body"]["changes"]["learning_rate"] for event in events]


def test_the_pace_of_a_run_is_the_same_when_the_server_comes_back(tmp_path: Path) -> None:
    server = Server(tmp_path)
    run = server.run()
    run.send("PATCH", json={"steps_per_second": 33, "learning_rate": 0.02})
    server.kill()
    again = Server(tmp_path)
    now = LiveRun(again, run.id).get()
    assert (now["steps_per_second"], now["learning_rate"]) == (33, 0.02)
    again.stop()


def test_forks_of_what_was_before_a_reset_are_forks_of_the_run_that_keeps_it(run: LiveRun) -> None:
    run.post("/step", steps=6)
    fork = LiveRun(run.server, run.post("/fork", step=4)["id"])
    asleep = LiveRun(run.server, run.post("/fork", step=2)["id"])
    kept = LiveRun(run.server, run.post("/reset")["previous_run"])
    assert fork.get()["parent"] == {"run": kept.id, "step": 4}
    assert asleep.get()["parent"] == {"run": kept.id, "step": 2}
    then = {"step": 4, "format": "json"}
    own, parents = (r.get("/layers/conv1/tensors/weight", **then)["values"] for r in (fork, kept))
    assert own == parents
    assert kept.get()["parent"] == {"run": run.id, "step": None}
    for made in (fork, asleep, kept):
        made.delete()

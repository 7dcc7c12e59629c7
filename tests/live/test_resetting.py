"""A reset keeps what was as another run, whatever others do meanwhile."""

import threading
from typing import Any

from tests.live.server import LiveRun


def test_a_reset_keeps_what_was_and_says_where(run: LiveRun) -> None:
    run.post("/step", steps=40)
    run.post("/interventions", type="freeze", layer="conv1", filter=0)
    before = run.send("GET", "/weights").content
    answer = run.post("/reset")
    assert (answer["step"], answer["frozen"]) == (0, [])
    kept = LiveRun(run.server, answer["kept"])
    assert kept.get()["frozen"] == [{"layer": "conv1", "filter": 0}]
    assert kept.send("GET", "/weights").content == before
    assert kept.get()["parent"] == {"run": run.id, "step": None}
    kept.delete()
    assert run.post("/reset")["kept"] is None, "there was nothing to keep"


def test_a_reset_while_it_trains_flat_out_keeps_every_step_that_was_told(run: LiveRun) -> None:
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    while (told := run.get()["step"]) < 50:
        pass
    kept = LiveRun(run.server, run.post("/reset")["kept"])
    assert kept.get()["step"] >= told
    assert run.get()["step"] == 0
    kept.delete()


def test_steps_that_somebody_else_takes_during_a_reset_are_in_one_of_the_two_runs(
    run: LiveRun,
) -> None:
    run.post("/step", steps=20)
    answers: list[Any] = []
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
    kept = LiveRun(run.server, response.json()["kept"])
    last = max(index for index, step in enumerate(answers) if step == max(answers))
    assert kept.get()["step"] == answers[last]
    assert run.get()["step"] == len(answers) - last - 1
    kept.delete()

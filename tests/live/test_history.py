"""A run's history over REST."""

import pytest

from tests.support.server import LiveRun
from tests.support.waiting import wait_until


def measured(run: LiveRun, steps: list[int]) -> None:
    """Wait until the held-out accuracy was measured at all of these."""
    wait_until(lambda: run.get("/history")["held_out"]["step"] == steps)


def test_the_held_out_accuracy_is_measured_often_at_first_then_every_200_steps(
    run: LiveRun,
) -> None:
    assert run.post("/step", until=401)["step"] == 401
    measured(run, [0, 10, 20, 50, 100, 200, 400])
    accuracies = run.get("/history")["held_out"]["accuracy"]
    assert accuracies[0] < 0.4 < accuracies[5]
    assert run.get()["held_out_step"] == 400
    assert run.get()["held_out_accuracy"] == pytest.approx(accuracies[-1])


def test_a_history_is_thinned_to_the_points_asked_for(run: LiveRun) -> None:
    run.post("/step", until=50)
    whole = run.get("/history")
    assert whole["step"] == list(range(1, 51))
    thin = run.get("/history", max_points=7)
    assert thin["step"] == [8, 16, 24, 32, 40, 48, 50]
    buckets = [whole["loss"][n : n + 8] for n in range(0, 50, 8)]
    means = [sum(losses) / len(losses) for losses in buckets]
    assert thin["loss"] == pytest.approx(means, rel=1e-6)
    assert thin["accuracy"] == [whole["accuracy"][step - 1] for step in thin["step"]]
    part = run.get("/history", **{"from": 11, "to": 20})
    assert part["step"] == list(range(11, 21))
    assert part["loss"] == whole["loss"][10:20]


def test_a_history_and_the_layers_are_sent_compressed(run: LiveRun) -> None:
    run.post("/step", until=50)
    for path in ("/history", "/layers"):
        assert run.send("GET", path).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in run.send("GET", "/history", params={"format": "csv"}).headers

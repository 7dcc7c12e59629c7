"""Classes drawn evenly, and the accuracy that weighs them evenly, over REST and by a worker."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.live.test_transfer import exported, taken_in
from tests.support.labelled import png_of, stripes, zip_of
from tests.support.own_sets import kept
from tests.support.server import LiveRun, Server
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def uneven(server: Server) -> Iterator[dict[str, Any]]:
    """80 lying stripes, 16 standing ones."""
    pictures = [pair for n, pair in enumerate(stripes(160)) if n % 2 == 0 or n % 10 == 1]
    files = ((f"{label}/{n}.png", png_of(pixels)) for n, (label, pixels) in enumerate(pictures))
    made = kept(server, zip_of(files))
    yield made
    server.http.delete(f"/datasets/{made['id']}", params={"force": True})


@pytest.fixture
def run(server: Server, uneven: dict[str, Any]) -> Iterator[LiveRun]:
    """On them, drawn evenly."""
    recipe = uneven["recipe"]
    data = recipe["data"] | {"balanced": True}
    with server.run(**recipe | {"data": data, "batch_size": 9}) as made:
        yield made


def recalls(run: LiveRun, uneven: dict[str, Any]) -> list[float]:
    """Of each class, from the network's answers to all held-out pictures."""
    right: dict[int, list[bool]] = {}
    for number in range(uneven["test"]):
        label = run.get(f"/images/test-{number}")["label"]
        best = run.get("/predictions", image=f"test-{number}")["top"]["index"]
        right.setdefault(label, []).append(best == label)
    assert [len(right[label]) for label in sorted(right)] == uneven["test_counts"]
    return [float(np.mean(found)) for found in right.values()]


def test_batches_are_even_and_the_balanced_accuracy_is_the_mean_recall(
    run: LiveRun, uneven: dict[str, Any]
) -> None:
    run.post("/step", until=10)
    for step in (1, 2, 3):
        labels = Counter(one["label"] for one in run.get("/batch", step=step)["examples"])
        assert sorted(labels.values()) == [4, 5]
    expected = float(np.mean(recalls(run, uneven)))
    found = run.post("/evaluate")
    assert found["balanced_accuracy"] == pytest.approx(expected)
    wait_until(lambda: run.get()["held_out_step"] == 10)
    now = run.get()
    assert now["held_out_images"] == uneven["test"]
    assert now["held_out_balanced_accuracy"] == pytest.approx(expected)
    first = run.get("/history")["held_out"]["balanced_accuracy"][0]
    then = run.get(step=1)
    assert then["held_out_step"] == 0
    assert then["held_out_balanced_accuracy"] == first == pytest.approx(0.5, abs=0.5)
    *_, last = run.send("GET", "/history", params={"format": "csv"}).text.splitlines()
    assert float(last.split(",")[-1]) == pytest.approx(expected, abs=1e-6)
    copied = taken_in(run.server, exported(run)).get()
    assert copied["held_out_balanced_accuracy"] == pytest.approx(expected)


def test_the_past_forks_and_files_hold(run: LiveRun) -> None:
    run.post("/step", until=12)
    then = run.send("GET", "/weights", params={"step": 5}).content
    fork = LiveRun(run.server, run.post("/fork", step=5)["id"])
    assert fork.send("GET", "/weights").content == then
    copy = taken_in(run.server, exported(run))
    for each in (fork, copy):
        assert each.get()["recipe"]["data"]["balanced"] is True
        each.post("/step", until=12)
        assert each.send("GET", "/weights").content == run.send("GET", "/weights").content
    other = {"data": {"balanced": False}}
    plain = LiveRun(run.server, run.post("/fork", step=5, recipe=other)["id"])
    assert "balanced" not in plain.get()["recipe"]["data"]
    plain.post("/step", until=6)
    same = [each.get("/batch", step=6)["examples"] for each in (run, plain)]
    assert same[0] != same[1]


def test_it_is_null_where_classes_have_as_many_held_out_pictures(server: Server) -> None:
    with server.run() as even:
        even.post("/step", until=1)
        assert even.get()["held_out_accuracy"] is not None
        assert even.get()["held_out_balanced_accuracy"] is None
        assert even.post("/evaluate")["balanced_accuracy"] is None

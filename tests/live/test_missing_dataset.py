"""A run whose data set is on another machine: what is stored opens, and the rest says why."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from convscope.data import idx
from tests.live.test_transfer import exported, taken_in
from tests.support.api_calls import npy
from tests.support.server import LiveRun, Server

NAME = "mnist"  # which nobody has unless its files are put there
NETWORK = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "stride": 3},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def publish(folder: Path, seed: int) -> None:
    """Four files as MNIST's were published, with pictures of noise."""
    folder.mkdir(parents=True)
    draw = np.random.default_rng(seed)
    for half, count in (("train", 400), ("t10k", 100)):
        pictures = draw.integers(0, 255, (count, 28, 28), dtype=np.uint8)
        labels = draw.integers(0, 10, count, dtype=np.uint8)
        (folder / f"{half}-images-idx3-ubyte").write_bytes(idx.encode(pictures))
        (folder / f"{half}-labels-idx1-ubyte").write_bytes(idx.encode(labels))


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRun]:
    """A run on a machine that has the data set."""
    folder = tmp_path_factory.mktemp("away")
    publish(folder / "data" / NAME, 1)
    server = Server(folder, "--data-dir", str(folder / "data"))
    run = server.run(dataset=NAME, network=NETWORK, batch_size=8)
    run.post("/step", until=1000)
    run.post("/interventions", type="fill", layer="conv1", filter=2, **{"with": "blur"})
    yield run
    server.stop()


@pytest.fixture(scope="module")
def here(server: Server, away: LiveRun) -> Iterator[LiveRun]:
    """The same run where the data set is not."""
    run = taken_in(server, exported(away))
    yield run
    run.delete()


def kept_steps(run: LiveRun) -> list[int]:
    """The steps that can be shown, found by asking for one that can't."""
    for step in range(3, 1000):
        answer = run.send("GET", "", params={"step": step})
        if answer.status_code == 409:
            near = re.findall(r"the nearest kept are ([\d and]+)\.", answer.json()["detail"])
            return [int(number) for number in near[0].split(" and ")]
    raise AssertionError("every step is kept")


def test_it_says_what_is_missing_and_opens_all_that_is_stored(here: LiveRun, away: LiveRun) -> None:
    run = here.get()
    assert "MNIST" in run["absent"]
    assert run["trainable"] is False
    assert run["classes"] == away.get()["classes"]
    assert run["steps"] == 1000
    assert here.get("/history") == away.get("/history")
    assert here.get("/layers") == away.get("/layers")


def test_the_steps_that_are_kept_are_shown_and_the_others_name_them(
    here: LiveRun, away: LiveRun
) -> None:
    before, after = kept_steps(here)
    assert before < after
    for step in (0, before, after):
        weights = [run.send("GET", "/weights", params={"step": step}) for run in (here, away)]
        assert weights[0].content == weights[1].content
        assert "Convscope-Recomputed" not in weights[0].headers
        assert npy(here, "/layers/conv1/feature-maps", step=step).shape == (4, 9, 9)
        assert len(here.get("/predictions", step=step)["classes"]) == 10
        assert here.get("", step=step)["step"] == step
    answer = here.send("GET", "/weights", params={"step": after - 1})
    assert answer.status_code == 409
    said = answer.json()["detail"]
    assert said.startswith(f"Step {after - 1} is computed again from its data set")
    assert f"the nearest kept are {before} and {after}. The data set mnist is not" in said


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/step", {}),
        ("POST", "/play", None),
        ("POST", "/reset", None),
        ("POST", "/trace-step", None),
        ("POST", "/interventions", {"type": "undo"}),
        ("PATCH", "", {"learning_rate": 0.1}),
    ],
)
def test_what_would_go_on_is_refused_with_why(
    here: LiveRun, method: str, path: str, body: dict[str, object] | None
) -> None:
    answer = here.send(method, path, json=body)
    assert answer.status_code == 409
    assert "can be viewed but not trained. The data set mnist" in answer.json()["detail"]
    assert here.get()["steps"] == 1000, "and nothing is lost"


def test_what_needs_no_data_can_still_be_done(here: LiveRun, away: LiveRun) -> None:
    assert here.send("PATCH", "", json={"name": "from far"}).json()["name"] == "from far"
    answer = here.send("POST", "/pause")
    assert answer.status_code == 200, answer.text
    again = taken_in(away.server, exported(here))
    assert again.get()["absent"] is None
    assert again.get()["name"] == "from far"
    for run in (again, away):
        run.post("/step", until=1010)
    assert again.send("GET", "/weights").content == away.send("GET", "/weights").content


def test_other_pictures_under_the_same_name_are_not_taken_for_it(
    away: LiveRun, tmp_path: Path
) -> None:
    publish(tmp_path / "data" / NAME, 2)
    server = Server(tmp_path, "--data-dir", str(tmp_path / "data"))
    try:
        run = taken_in(server, exported(away)).get()
        assert "is not the one that this run was trained on" in run["absent"]
    finally:
        server.stop()

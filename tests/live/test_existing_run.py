"""A run that a server finds in its folder: trained before it was started, perhaps elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from tests.live.test_transfer import exported, taken_in
from tests.support.api_calls import tensors
from tests.support.existing_run import ExistingRun, checkpoints, move_elsewhere, train
from tests.support.server import LiveRun, Server, next_frame

MARK = "Convscope-Recomputed"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> ExistingRun:
    """A run that was trained once."""
    return train(tmp_path_factory.mktemp("existing"))


@pytest.fixture
def existing(trained: ExistingRun, tmp_path: Path) -> ExistingRun:
    """That run, and where it lies."""
    return trained.copied(tmp_path)


@pytest.fixture
def run(existing: ExistingRun) -> Iterator[LiveRun]:
    """That run on a new server, suspended."""
    found = LiveRun(Server(existing.folder), existing.run_id)
    yield found
    found.server.stop()


@pytest.fixture
def moved(run: LiveRun) -> LiveRun:
    """That run, trained on another build of torch."""
    move_elsewhere(run)
    return run


def mark(run: LiveRun, step: int | None, path: str = "/weights") -> str | None:
    """What the answer about a step says of its last digits; the step's own, None: now."""
    answer = run.send("GET", path, params={} if step is None else {"step": step})
    assert answer.status_code == 200, answer.text
    said: str | None = answer.headers.get(MARK)
    return said


def first_frame(socket: ClientConnection) -> dict[str, Any]:
    socket.send(json.dumps({"type": "watch", "tensors": tensors("weight")}))
    return next_frame(socket)[0]


def test_a_name_is_given_without_waking_a_worker(run: LiveRun, existing: ExistingRun) -> None:
    named = run.send("PATCH", json={"name": "the old one"}).json()
    assert (named["name"], named["suspended"]) == ("the old one", True)
    run.server.kill()
    run.server = Server(existing.folder)
    assert run.get()["name"] == "the old one"
    assert run.post("/step", steps=1)["steps"] == existing.last + 1


def test_on_another_build_a_step_between_checkpoints_is_marked_and_a_kept_one_is_not(
    moved: LiveRun, existing: ExistingRun
) -> None:
    run, then = moved, existing
    before = max(step for step in then.kept if step < then.between)
    said = mark(run, then.between)
    assert said is not None
    assert said.startswith(f"Step {then.between} was computed again from step {before}, on another")
    assert mark(run, then.between, "") == run.get(step=then.between)["recomputed"] == said
    for step in then.kept:
        assert mark(run, step) is None


def test_where_it_goes_on_from_on_another_build_stays_marked(
    moved: LiveRun, existing: ExistingRun
) -> None:
    run, then = moved, existing
    assert run.get()["recomputed"] is None, "nothing was computed yet"
    said = mark(run, None)
    assert said is not None
    assert said.startswith(f"Step {then.last} was computed again from step {then.kept[-1]}, on ")
    assert run.get()["recomputed"] == mark(run, None, "") == said
    with run.stream() as socket:
        assert first_frame(socket)["recomputed"] == said
    later = run.post("/step", steps=1)
    assert checkpoints(run.server, run.id)[0] == then.last, "a new part of its life"
    assert (later["steps"], later["recomputed"], mark(run, None)) == (then.last + 1, None, None)
    run.server.stop()
    run.server = Server(then.folder)
    assert mark(run, then.last) == said
    assert run.get(step=then.last)["recomputed"] == said
    assert mark(run, then.last + 1) is None
    elsewhere = taken_in(run.server, exported(run))
    assert mark(elsewhere, then.last) == said
    assert mark(elsewhere, then.last + 1) is None


def test_a_loss_that_is_no_number_takes_back_no_step_of_another_build(
    run: LiveRun, existing: ExistingRun
) -> None:
    assert run.send("PATCH", json={"learning_rate": 1e30}).is_success
    last = run.post("/step", steps=1)["step"]
    move_elsewhere(run)
    run.send("POST", "/step", json={"steps": 1})
    halted = run.wait_for("halted")
    assert (halted["step"], halted["steps"]) == (last, last)
    elsewhere = taken_in(run.server, exported(run))
    assert elsewhere.get()["steps"] == last
    assert run.post("/reset")["step"] == 0


def test_a_fork_of_a_step_that_was_computed_again_says_so(
    moved: LiveRun, existing: ExistingRun
) -> None:
    run, then = moved, existing
    fork = LiveRun(run.server, run.post("/fork", step=then.between)["id"])
    assert fork.get()["recomputed"] == mark(run, then.between)
    kept = LiveRun(run.server, run.post("/fork", step=then.kept[1])["id"])
    assert kept.get()["recomputed"] is None

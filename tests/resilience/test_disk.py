"""A disk that is full or fails: training waits and says so, and goes on when it can."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convscope.storage.reader import read_stored_run
from tests.resilience.disk import filled, small_disk
from tests.resilience.replay import Replay, assert_as_never_interrupted, file_of
from tests.resilience.tracing import must_trace, strace
from tests.support.api_calls import photograph
from tests.support.server import LiveRun, Server

PATIENCE_S = 60.0
FAILING = ("fsync,fdatasync", "pwrite64")  # what is written does not last, or can't be written
FILL: dict[str, Any] = {"type": "fill", "layer": "conv1", "filter": 0, "with": "random"}
CHANGES: dict[str, Callable[[LiveRun], Any]] = {
    "step": lambda run: run.send("POST", "/step", json={"steps": 1}),
    "play": lambda run: run.send("POST", "/play"),
    "reset": lambda run: run.send("POST", "/reset"),
    "rename": lambda run: run.send("PATCH", json={"name": "another"}),
    "tune": lambda run: run.send("PATCH", json={"learning_rate": 0.5}),
    "upload": lambda run: run.send("POST", "/images", files={"file": ("a", photograph())}),
    "intervene": lambda run: run.send("POST", "/interventions", json=FILL),
    "a fork": lambda run: run.send("POST", "/fork", json={"step": 1}),
    "a new run": lambda run: run.server.http.post("/runs", json={}),
}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """8 MB for the runs."""
    with small_disk(tmp_path / "state", "8m") as folder:
        yield folder


@pytest.fixture
def server(disk: Path) -> Iterator[Server]:
    started = Server(disk.parent)
    yield started
    started.stop()


def playing(server: Server) -> LiveRun:
    """A run that plays flat out, has an intervention, and knows its first 20 steps kept."""
    run = server.run()
    run.post("/step", steps=20)
    run.post("/interventions", **FILL)
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    return run


def wait_for(run: LiveRun, true: Callable[[Any], bool], what: str) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not true(now := run.get()):
        assert time.monotonic() < end, f"{what}: {now['state']}, {now['problem']}"
        time.sleep(0.05)
    return now


def waits(now: Any) -> bool:
    return now["state"] == "ready" and now["problem"] is not None


def goes_on(now: Any) -> bool:
    return now["state"] == "playing" and now["problem"] is None


def assert_whole(run: LiveRun) -> None:
    """Nothing was lost or done twice: after a `kill -9`, the weights are those of a run that was
    never interrupted."""
    steps = run.post("/pause")["steps"]
    folder = run.server.folder
    run.server.kill()
    again = Server(folder)
    try:
        kept = read_stored_run(file_of(again, run.id))
        assert kept.steps >= steps
        ids = [event["body"]["id"] for event in kept.events if event["kind"] == "intervention"]
        assert ids == list(range(1, len(ids) + 1))
        replay = Replay(kept)
        assert_as_never_interrupted(again, run.id, replay)
    finally:
        again.stop()


@pytest.mark.slow
def test_on_a_full_disk_training_waits_says_so_refuses_changes_and_goes_on_by_itself(
    server: Server, disk: Path
) -> None:
    run = playing(server)
    with filled(disk):
        full = wait_for(run, waits, "it does not wait")
        assert "disk" in full["problem"]
        assert "training waits" in full["problem"]
        for what, change in CHANGES.items():
            answer = change(run)
            assert answer.status_code == 503, f"{what}: {answer.text}"
            assert "disk" in answer.json()["detail"], what
        still = run.get()
        assert (still["steps"], still["name"]) == (full["steps"], None)
        assert len(server.http.get("/runs").json()["runs"]) == 1, "a refused run is there"
        assert run.send("GET", "/weights").status_code == 200, "it cannot be looked at"
    assert wait_for(run, goes_on, "it does not go on")["steps"] >= full["steps"]
    assert_whole(run)


@pytest.mark.slow
def test_who_pauses_on_a_full_disk_is_not_played_on_for(server: Server, disk: Path) -> None:
    run = playing(server)
    with filled(disk):
        wait_for(run, waits, "it does not wait")
        run.send("POST", "/pause")
    freed = wait_for(run, lambda now: now["problem"] is None, "the sentence stays")
    time.sleep(0.5)
    assert run.get()["state"] == "ready"
    assert run.get()["steps"] == freed["steps"]


@pytest.mark.slow
def test_a_run_that_is_deleted_on_a_full_disk_is_gone_and_can_be_taken_back(
    server: Server, disk: Path
) -> None:
    run = playing(server)
    with filled(disk):
        wait_for(run, waits, "it does not wait")
        assert run.send("DELETE").status_code == 204
    assert run.post("/restore")["steps"] >= 20
    run.post("/step", steps=1)
    assert_whole(run)


@pytest.mark.slow
@pytest.mark.parametrize("calls", FAILING)
def test_when_the_disk_fails_training_waits_and_nothing_is_done_twice(
    calls: str, tmp_path: Path
) -> None:
    must_trace()
    fault = ("-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO")
    server = Server(tmp_path)
    run = playing(server)
    pid = server.process.pid
    with strace(pid, tmp_path / "calls", *fault):
        said = wait_for(run, waits, "it does not wait")["problem"]
        assert said.startswith("The disk or the system fails (")
        assert run.send("POST", "/interventions", json=FILL).status_code == 503
    wait_for(run, goes_on, "it does not go on")
    run.post("/pause")
    with strace(pid, tmp_path / "calls", *fault):
        refused = run.send("POST", "/interventions", json=FILL)  # the first to meet the fault
        assert refused.status_code == 503
        assert "disk" in refused.json()["detail"]
    wait_for(run, lambda now: now["problem"] is None, "the sentence stays")
    run.post("/step", steps=3)
    assert_whole(run)


@pytest.mark.slow
def test_at_the_quota_training_waits_until_another_run_is_deleted(tmp_path: Path) -> None:
    server = Server(tmp_path, "--max-disk", "0.016")  # 16 MB
    other = server.run()
    for _ in range(3):  # 9 MB: more than a run can write before the sizes are looked at again
        other.send("POST", "/images", files={"file": ("a", photograph(1000, 1000))})
    run = playing(server)
    full = wait_for(run, waits, "it does not wait")
    assert "delete some" in full["problem"]
    refused = run.send("POST", "/step", json={})
    assert refused.status_code == 503
    assert refused.json()["detail"] == full["problem"]
    other.delete()
    wait_for(run, lambda now: now["steps"] > full["steps"], "it does not go on")
    server.kill()

"""Runs leave a server as files, and come to another."""

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from tests.support.api_calls import npy, photograph
from tests.support.server import LiveRun, Server


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Another server, on what might be another machine."""
    started = Server(tmp_path_factory.mktemp("elsewhere"))
    yield started
    started.stop()


def exported(run: LiveRun, **parameters: Any) -> bytes:
    """A run's file."""
    answer = run.send("GET", "/export", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{run.id}.convscope"'
    assert len(answer.content) == int(answer.headers["Content-Length"])
    return answer.content


def send(server: Server, data: bytes) -> httpx.Response:
    """Give a server a file."""
    return server.http.post("/runs/import", files={"file": ("run.convscope", data)})


def taken_in(server: Server, data: bytes) -> LiveRun:
    """A run from a file, which must be taken."""
    answer = send(server, data)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(answer.json()["id"])
    return LiveRun(server, answer.json()["id"])


def everything(run: LiveRun, step: int) -> list[Any]:
    """What there is to compare of a run at a step."""
    arrays = [
        npy(run, "/layers/conv1/tensors/weight", step=step),
        npy(run, "/layers/conv2/tensors/weight", of="gradient", step=step),
        npy(run, "/layers/conv1/feature-maps", step=step),
    ]
    return [array.tobytes() for array in arrays]


def test_a_run_opens_elsewhere_with_its_whole_timeline_and_trains_on_to_the_same_bits(
    run: LiveRun, elsewhere: Server
) -> None:
    run.send("PATCH", json={"name": "mine"})
    run.post("/step", until=40)
    run.post("/interventions", type="fill", layer="conv1", filter=1, **{"with": "sobel_x"})
    run.send("PATCH", json={"learning_rate": 0.01})
    run.post("/step", until=90)
    run.post("/interventions", type="undo")
    other = taken_in(elsewhere, exported(run))
    here, there = run.get(), other.get()
    assert there["id"] != run.id
    assert there["imported_from"]["run"] == run.id
    assert there["accuracy"] == pytest.approx(here["accuracy"])
    same = ("name", "step", "loss", "recipe", "classes", "interventions", "created_at")
    assert {key: there[key] for key in same} == {key: here[key] for key in same}
    curves = [one.get("/history") for one in (other, run)]
    assert curves[0]["loss"] == curves[1]["loss"]
    assert curves[0]["accuracy"] == curves[1]["accuracy"]
    for step in (1, 39, 41, 77):
        assert everything(other, step) == everything(run, step), step
    for step in (40, 90):  # after an intervention: no step led there, so that there is no gradient
        weights = [one.send("GET", "/weights", params={"step": step}) for one in (run, other)]
        assert weights[0].content == weights[1].content
    for one in (run, other):
        one.post("/step", until=100)
    assert other.send("GET", "/weights").content == run.send("GET", "/weights").content


def test_pictures_leave_only_if_asked_for(run: LiveRun, elsewhere: Server) -> None:
    run.post("/step", steps=3)
    files = {"file": ("secret.png", photograph(), "image/png")}
    image = run.send("POST", "/images", files=files).json()["id"]
    bare, full = exported(run), exported(run, uploads=True)
    assert b"secret.png" in full
    assert b"secret.png" not in bare
    assert taken_in(elsewhere, bare).get("/images") == {"images": [], "next": None}
    other = taken_in(elsewhere, full)
    assert other.get("/images") == run.get("/images")
    pictures = [r.send("GET", f"/images/{image}/file?stage=input") for r in (run, other)]
    assert pictures[0].content == pictures[1].content


def test_an_exported_file_is_one_closed_file_and_leaves_nothing_behind(
    run: LiveRun, tmp_path: Path
) -> None:
    run.post("/step", steps=3)
    path = tmp_path / "run.convscope"
    path.write_bytes(exported(run))
    assert path.read_bytes()[18:20] == b"\x01\x01", "not in WAL mode"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    state = run.server.folder / "state" / "convscope" / "runs"
    assert not list(state.glob("*.part*"))


def test_weights_leave_as_safetensors_or_for_numpy_of_any_step(run: LiveRun) -> None:
    run.post("/step", steps=5)
    for step in (3, 5):
        tensors = load(run.send("GET", "/weights", params={"step": step}).content)
        answer = run.send("GET", "/weights", params={"step": step, "format": "npz"})
        assert answer.headers["Content-Disposition"].endswith(f'-step{step}.npz"')
        arrays = np.load(io.BytesIO(answer.content), allow_pickle=False)
        assert set(arrays) == set(tensors)
        assert all((arrays[name] == tensors[name]).all() for name in tensors)
    assert run.send("GET", "/weights", params={"format": "pickle"}).status_code == 422


def test_the_history_leaves_as_csv_with_one_row_a_step_and_every_bit(run: LiveRun) -> None:
    run.post("/step", until=2500)
    run.post("/pause")
    answer = run.send("GET", "/history", params={"format": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["step"]) for row in rows] == list(range(2501))
    whole = run.get("/history", max_points=20_000)
    assert [float(row["loss"]) for row in rows[1:]] == pytest.approx(whole["loss"], rel=1e-8)
    assert [np.float32(row["loss"]) for row in rows[1:]] == [np.float32(x) for x in whole["loss"]]
    measured = [int(row["step"]) for row in rows if row["held_out_accuracy"]]
    assert measured == sorted(set(whole["held_out"]["step"]))
    assert rows[0]["loss"] == ""
    part = run.send("GET", "/history", params={"format": "csv", "from": 7, "to": 9}).text
    assert [line.split(",")[0] for line in part.splitlines()] == ["step", "7", "8", "9"]


def test_a_file_that_is_no_run_is_refused_and_leaves_nothing(elsewhere: Server) -> None:
    runs = elsewhere.folder / "state" / "convscope" / "runs"
    before = sorted(runs.iterdir())
    for data in (b"", b"hello", b"SQLite format 3\0" + bytes(500)):
        answer = send(elsewhere, data)
        assert answer.status_code == 400
        assert answer.json()["title"] == "Unreadable run"
    assert sorted(runs.iterdir()) == before


def test_an_import_needs_room_on_the_disk(run: LiveRun, tmp_path: Path) -> None:
    run.post("/step", steps=50)
    data = exported(run)
    small = Server(tmp_path, "--max-disk", str(len(data) / 2e9))
    try:
        answer = send(small, data)
        assert answer.status_code == 503
        assert "there is not enough left" in answer.json()["detail"]
        assert small.http.get("/runs").json()["runs"] == []
    finally:
        small.stop()


def test_a_fork_leaves_with_all_of_its_parents_past(run: LiveRun, elsewhere: Server) -> None:
    run.post("/step", until=30)
    changed = {"step": 20, "recipe": {"optimizer": {"type": "Adam", "learning_rate": 0.002}}}
    fork = LiveRun(run.server, run.send("POST", "/fork", json=changed).json()["id"])
    fork.post("/step", until=35)
    other = taken_in(elsewhere, exported(fork))
    assert other.get()["parent"] == {"run": run.id, "step": 20}
    for step in (5, 20, 21, 35):
        weights = [one.send("GET", "/weights", params={"step": step}) for one in (fork, other)]
        assert weights[0].content == weights[1].content
    fork.delete()

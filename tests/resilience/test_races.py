"""Pairs of calls at one run at the same moment: each is answered, none with a 500."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.api_calls import photograph
from tests.support.server import LiveRun, Server

PAIRS = 80
SLOTS = 2  # runs with a worker, fewer than there are
Call = Callable[[LiveRun], httpx.Response]
FILL: dict[str, Any] = {"type": "fill", "layer": "conv1", "filter": 0, "with": "random"}


def picture() -> dict[str, Any]:
    return {"files": {"file": ("a.png", photograph())}}


def first_upload(run: LiveRun) -> str:
    """The id of one of its uploads, if it has any."""
    found = run.send("GET", "/images").json().get("images") or [{"id": "up-00000000"}]
    return f"/images/{found[0]['id']}"


CALLS: dict[str, Call] = {
    "get": lambda run: run.send("GET"),
    "delete": lambda run: run.send("DELETE"),
    "restore": lambda run: run.send("POST", "/restore"),
    "rename": lambda run: run.send("PATCH", json={"name": "another"}),
    "tune": lambda run: run.send("PATCH", json={"learning_rate": 0.02}),
    "step": lambda run: run.send("POST", "/step", json={"steps": 3}),
    "play": lambda run: run.send("POST", "/play"),
    "pause": lambda run: run.send("POST", "/pause"),
    "reset": lambda run: run.send("POST", "/reset"),
    "resume": lambda run: run.send("POST", "/resume"),
    "intervene": lambda run: run.send("POST", "/interventions", json=FILL),
    "trace": lambda run: run.send("POST", "/trace-step"),
    "fork": lambda run: run.send("POST", "/fork", json={"step": 1}),
    "export": lambda run: run.send("GET", "/export"),
    "weights": lambda run: run.send("GET", "/weights"),
    "history": lambda run: run.send("GET", "/history"),
    "past": lambda run: run.send("GET", "/layers/conv1/tensors/weight", params={"step": 1}),
    "explain": lambda run: run.send(
        "GET", "/explain/weight", params={"layer": "conv1", "out": 0, "in": 0, "ky": 0, "kx": 0}
    ),
    "list uploads": lambda run: run.send("GET", "/images"),
    "upload": lambda run: run.send("POST", "/images", **picture()),
    "replace": lambda run: run.send("PUT", first_upload(run), **picture()),
    "invert": lambda run: run.send("PATCH", first_upload(run), json={"invert": True}),
    "drop": lambda run: run.send("DELETE", first_upload(run)),
    "thumbnail": lambda run: run.send("GET", "/thumbnail"),
    "another run": lambda run: run.server.http.post("/runs", json={}),
    "from its weights": lambda run: run.server.http.post(
        "/runs", json={"init": {"type": "from_run", "run": run.id}}
    ),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path, "--max-runs", str(SLOTS))
    yield started
    started.stop()


def at_once(run: LiveRun, *names: str) -> list[httpx.Response]:
    """These calls, begun in the same moment."""
    ready = threading.Barrier(len(names))

    def call(name: str) -> httpx.Response:
        ready.wait()
        return CALLS[name](run)

    with ThreadPoolExecutor(len(names)) as threads:
        return list(threads.map(call, names))


def is_there(run: LiveRun) -> bool:
    return run.send("GET").status_code == 200


def prepared(server: Server) -> LiveRun:
    run = server.run()
    run.post("/step", steps=2)
    assert run.send("POST", "/images", **picture()).status_code == 201
    return run


def assert_answered(names: tuple[str, ...], answers: list[httpx.Response], note: str = "") -> None:
    for name, answer in zip(names, answers, strict=True):
        said = answer.text[:300] if answer.status_code >= 400 else ""
        what = f"{note}{names}: {name}: {said}"
        assert answer.status_code < 500 or answer.status_code == 503, what
        assert not any(words in said for words in ("is gone", "was suspended", "fails")), what


def check_pairs(server: Server, choose: random.Random, note: str) -> dict[str, bool]:
    """Random pairs; at the end, which run is there."""
    run = prepared(server)
    there = {}
    for _ in range(PAIRS):
        names = tuple(choose.choices(list(CALLS), k=2))
        assert_answered(names, at_once(run, *names), note)
        there[run.id] = is_there(run)
        if not there[run.id] and choose.random() < 0.5:
            there[run.id] = run.send("POST", "/restore").status_code == 200
        if not there[run.id]:
            run = prepared(server)
    return there


@pytest.mark.slow
def test_random_pairs_of_calls_at_one_run_are_answered_and_leave_it_whole(
    server: Server, request: pytest.FixtureRequest
) -> None:
    seed = request.config.getoption("--kill-seed") or random.randrange(10**6)
    there = check_pairs(server, random.Random(seed), f"--kill-seed {seed}: ")
    folder = server.folder
    server.stop()
    with Server(folder) as again:
        for run_id, was_there in there.items():
            assert is_there(LiveRun(again, run_id)) is was_there, run_id


@pytest.mark.parametrize(
    "names",
    [
        ("delete", "delete", "delete"),
        ("restore", "restore"),
        ("delete", "restore"),
        ("delete", "upload"),
        ("restore", "delete"),
    ],
)
def test_who_deletes_and_restores_at_once_gets_an_answer_and_the_disk_agrees(
    server: Server, names: tuple[str, ...]
) -> None:
    run = prepared(server)
    for _ in range(8):
        assert_answered(names, at_once(run, *names))
        there = is_there(run)
        on_disk = (server.folder / "state/convscope/runs" / f"{run.id}.convscope").exists()
        assert on_disk is there
        run.send("POST", "/restore")


def test_twelve_clients_share_four_workers_and_none_is_refused(tmp_path: Path) -> None:
    """Each at a run of its own: a question under way is use, and the next waits for a moment."""
    with Server(tmp_path, "--max-runs", "4") as server:
        runs = [server.run() for _ in range(12)]

        def ask(run: LiveRun) -> list[int]:
            posts = [run.send("POST", "/step", json={"steps": 2}) for _ in range(4)]
            looks = [run.send("GET", "/weights", params={"step": step}) for step in (1, 8)]
            return [answer.status_code for answer in (*posts, *looks)]

        with ThreadPoolExecutor(12) as clients:
            found = list(clients.map(ask, runs))
        assert {status for statuses in found for status in statuses} == {200}
        assert [run.get()["step"] for run in runs] == [8] * 12

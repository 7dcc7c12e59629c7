"""What happens when a worker or the server is killed, for real."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import alive, children, worker_of
from tests.support.server import LiveRun, Server
from tests.support.waiting import PATIENCE_S, wait_until

GRACE_S = 3.0


def warmed(server: Server) -> Server:
    """A server whose forkserver is up."""
    with server.run() as first:
        first.post("/step", steps=1)
    return server


@pytest.fixture(scope="module")
def lasting_server(server: Server) -> Server:
    """One whose forkserver is up, and which nobody ends."""
    return warmed(server)


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with one run at most and a second's patience with everybody."""
    limits = ("--max-runs", "1", "--unwatched-pause", "1", "--viewer-timeout", "1")
    with Server(tmp_path_factory.mktemp("strict"), *limits) as started:
        yield warmed(started)


@pytest.fixture
def only_run(strict_server: Server) -> Iterator[LiveRun]:
    """The run that the strict server may have."""
    with strict_server.run() as made:
        yield made


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test, with two runs, to be ended by it."""
    with Server(tmp_path) as server:
        for run in (warmed(server).run(), server.run(network="tinyvgg")):
            run.send("PATCH", json={"steps_per_second": None})
            run.post("/play")
        yield server


def kill_worker(server: Server, run: LiveRun, others: set[int]) -> None:
    """End the worker of a run, whatever it does, and wait until the server has another."""
    (worker,) = children(server.process.pid) - others
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: children(server.process.pid) - others - {worker}, "a new worker")
    run.post("/resume")


@pytest.mark.alone
def test_a_killed_worker_goes_on_where_it_was_within_two_seconds(lasting_server: Server) -> None:
    server = lasting_server
    other = server.run()
    other.post("/step", steps=1)
    before = children(server.process.pid)
    run = server.run()
    worker = worker_of(server, run, before)
    run.post("/step", steps=300)
    run.post("/play")
    other.post("/play")
    os.kill(worker, signal.SIGKILL)
    began = time.monotonic()
    while (now := run.get())["state"] != "playing" or "SIGKILL" not in (now["problem"] or ""):
        assert time.monotonic() < began + 2.0, f"it is {now['state']}: {now['problem']}"
        time.sleep(0.01)
    assert now["step"] >= 300
    assert "nothing is lost" in now["problem"]
    assert other.get()["state"] == "playing"
    run.delete()
    other.delete()


def test_a_worker_that_dies_three_times_in_a_row_is_not_started_again_until_asked(
    lasting_server: Server,
) -> None:
    before = children(lasting_server.process.pid)
    run = lasting_server.run()
    worker_of(lasting_server, run, before)
    run.post("/step", until=31)
    kill_worker(lasting_server, run, before)
    kill_worker(lasting_server, run, before)
    (third,) = children(lasting_server.process.pid) - before
    os.kill(third, signal.SIGKILL)
    failed = run.wait_for("failed")
    assert "third time in a row" in failed["problem"]
    assert run.send("POST", "/play").status_code == 409
    assert run.post("/resume")["step"] == 31
    assert run.post("/step", steps=2)["step"] == 33
    run.delete()


@pytest.mark.alone
def test_a_deleted_run_takes_its_worker_along(lasting_server: Server) -> None:
    server = lasting_server
    before = children(server.process.pid)
    run = server.run()
    worker = worker_of(server, run, before)
    run.post("/play")
    run.delete()
    assert_gone({worker})


@pytest.mark.alone
def test_nothing_is_left_three_seconds_after_the_server_was_killed(own_server: Server) -> None:
    below = children(own_server.process.pid)
    assert len(below) >= 4
    own_server.process.kill()
    assert_gone(below)


@pytest.mark.alone
def test_a_server_that_is_asked_to_stop_leaves_nothing(own_server: Server) -> None:
    below = children(own_server.process.pid)
    own_server.stop()
    assert_gone(below)


def assert_gone(pids: set[int]) -> None:
    """They end in time."""
    end = time.monotonic() + GRACE_S
    while alive(pids) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pids)


def test_as_many_runs_play_as_are_allowed_and_then_503_with_retry_after(
    strict_server: Server, only_run: LiveRun
) -> None:
    with only_run.stream():  # unwatched, it would be paused after a second
        only_run.post("/play")
        refused = strict_server.http.post("/runs", json={})
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert "1 run with a worker" in refused.json()["detail"]


def test_a_run_that_rests_makes_room_and_is_where_it_was_when_it_is_asked_again(
    strict_server: Server, only_run: LiveRun
) -> None:
    only_run.post("/step", steps=3)
    weights = only_run.send("GET", "/weights").content
    other = strict_server.run()
    other.post("/step", steps=1)
    listed = {run["id"]: run for run in strict_server.http.get("/runs").json()["runs"]}
    assert listed[only_run.id]["suspended"]
    assert listed[only_run.id]["step"] == 3
    assert only_run.send("GET", "/weights").content == weights
    other.delete()


def test_a_playing_run_that_nobody_watches_is_paused_and_says_so(
    strict_server: Server, only_run: LiveRun
) -> None:
    only_run.post("/play")
    end = time.monotonic() + PATIENCE_S
    # of the list, since to ask for the run itself counts as watching
    while (paused := strict_server.http.get("/runs").json()["runs"][0])["state"] == "playing":
        assert time.monotonic() < end, "it plays on"
        time.sleep(0.1)
    assert paused["state"] == "ready"
    assert "nobody watched" in paused["problem"]
    assert only_run.post("/play")["problem"] is None


def test_a_viewer_that_takes_nothing_is_cut_off(strict_server: Server, only_run: LiveRun) -> None:
    only_run.send("PATCH", json={"steps_per_second": None})
    only_run.post("/step", steps=1)
    before = connections(strict_server.process.pid)
    with stalled_viewer(strict_server, only_run):
        only_run.post("/play")
        end = time.monotonic() + PATIENCE_S
        while only_run.get()["viewers"]:
            assert time.monotonic() < end, "the viewer is still there"
            time.sleep(0.1)
        while connections(strict_server.process.pid) > before:
            assert time.monotonic() < end, "its socket is still open"
            time.sleep(0.1)


@contextlib.contextmanager
def stalled_viewer(server: Server, run: LiveRun) -> Iterator[None]:
    """A viewer by hand, on a socket that is never read after it asked for everything."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.sendall(
            f"GET /api/v1/runs/{run.id}/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        assert raw.recv(200).startswith(b"HTTP/1.1 101")
        text = b'{"type": "watch", "tensors": [{"tensor": "weight"}, {"tensor": "output"}]}'
        raw.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)  # masked with zeros
        yield


def connections(pid: int) -> int:
    """How many sockets a process has open."""
    links = (os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    return sum(name.startswith("socket:") for name in links)

"""What happens when a worker or the server is killed, for real."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.processes import alive, children, worker_of
from tests.live.server import LiveRun, Server

GRACE_S = 3.0


@pytest.fixture
def warm_server(tmp_path: Path) -> Server:
    """A server of its own, whose forkserver is up."""
    server = Server(tmp_path)
    first = server.run()
    first.post("/step", steps=1)
    return server


def test_a_killed_worker_is_reported_and_can_be_restarted_and_others_go_on(
    warm_server: Server,
) -> None:
    server = warm_server
    try:
        other = server.run()
        other.post("/step", steps=1)
        before = children(server.process.pid)
        run = server.run()
        worker = worker_of(server, run, before)
        run.post("/play")
        other.post("/play")
        os.kill(worker, signal.SIGKILL)
        failed = run.wait_for("failed", patience_s=2.0)
        assert "SIGKILL" in failed["problem"]
        refused = run.send("POST", "/play")
        assert refused.status_code == 409
        assert "Reset the run" in refused.json()["detail"]
        assert other.get()["state"] == "playing"
        assert run.post("/reset")["step"] == 0
        assert run.post("/step", steps=2)["step"] == 2
        assert run.get()["problem"] is None
    finally:
        server.stop()


def test_nothing_is_left_three_seconds_after_the_server_was_killed(warm_server: Server) -> None:
    server = warm_server
    runs = [server.run(), server.run(network="tinyvgg")]
    for run in runs:
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/play")
    below = children(server.process.pid)
    assert len(below) >= 4
    server.process.kill()
    end = time.monotonic() + GRACE_S
    while alive(below) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(below)
    server.stop()


def test_a_server_that_is_asked_to_stop_leaves_nothing(warm_server: Server) -> None:
    below = children(warm_server.process.pid)
    warm_server.stop()
    end = time.monotonic() + GRACE_S
    while alive(below) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(below)


def test_a_deleted_run_takes_its_worker_along(warm_server: Server) -> None:
    server = warm_server
    try:
        before = children(server.process.pid)
        run = server.run()
        worker = worker_of(server, run, before)
        run.post("/play")
        run.delete()
        end = time.monotonic() + GRACE_S
        while alive({worker}) and time.monotonic() < end:
            time.sleep(0.05)
        assert not alive({worker})
    finally:
        server.stop()


def test_as_many_runs_as_are_allowed_and_then_503_with_retry_after(tmp_path: Path) -> None:
    server = Server(tmp_path, "--max-runs", "1")
    try:
        run = server.run()
        run.post("/step", steps=1)
        refused = server.http.post("/runs", json={})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "one run" in refused.json()["detail"]
        run.delete()
        server.run()
    finally:
        server.stop()


def test_a_playing_run_that_nobody_watches_is_paused_and_says_so(tmp_path: Path) -> None:
    server = Server(tmp_path, "--unwatched-pause", "1")
    try:
        run = server.run()
        run.post("/play")
        time.sleep(3)  # asking would count as watching
        paused = run.get()
        assert paused["state"] == "ready"
        assert "nobody watched" in paused["problem"]
        assert run.post("/play")["problem"] is None
    finally:
        server.stop()


def test_a_viewer_that_takes_nothing_is_cut_off(tmp_path: Path) -> None:
    server = Server(tmp_path, "--viewer-timeout", "1")
    try:
        run = server.run()
        run.send("PATCH", json={"steps_per_second": None})
        run.post("/step", steps=1)
        before = connections(server.process.pid)
        with stalled_viewer(server, run):
            run.post("/play")
            end = time.monotonic() + 20
            while run.get()["viewers"]:
                assert time.monotonic() < end, "the viewer is still there"
                time.sleep(0.1)
            while connections(server.process.pid) > before:
                assert time.monotonic() < end, "its socket is still open"
                time.sleep(0.1)
        run.post("/pause")
    finally:
        server.stop()


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
        text = b'{"type": "watch", "kinds": ["weight", "weight_gradient", "feature_maps"]}'
        raw.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)  # masked with zeros
        yield


def connections(pid: int) -> int:
    """How many sockets a process has open."""
    links = (os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    return sum(name.startswith("socket:") for name in links)

"""What bounds a worker and a stream, on a server that really runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.api_calls import tensors
from tests.support.processes import children, environment, parent, worker_of
from tests.support.server import LiveRun, Server, next_frame

BASE_BYTES, MOST_BYTES = 2**30, 4 * 2**30
ALLOCATOR = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "2147483648",
    "MALLOC_TOP_PAD_": "67108864",
}


@pytest.fixture(scope="module")
def worker(server: Server) -> Iterator[int]:
    """A run's process, after some steps."""
    first = server.run()
    first.post("/step", steps=1)  # the forkserver is up
    before = children(server.process.pid)
    run = server.run()
    found = worker_of(server, run, before)
    run.post("/step", steps=20)
    assert run.get()["environment"]["threads"] == 1
    yield found
    run.delete()
    first.delete()


def test_a_worker_has_one_thread_beside_its_watchdog(worker: int) -> None:
    names = [task.read_text().strip() for task in Path(f"/proc/{worker}/task").glob("*/comm")]
    assert len(names) == 2, names


def test_a_worker_is_as_urgent_as_its_server(server: Server, worker: int) -> None:
    after_name = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
    assert int(after_name[16]) == 0  # nice


def test_the_forkserver_was_started_with_one_thread_and_the_allocators_settings(
    server: Server, worker: int
) -> None:
    forkserver = parent(worker)
    assert forkserver != server.process.pid
    found = environment(forkserver)
    assert {name: found.get(name) for name in ALLOCATOR} == ALLOCATOR


def memory_bounds(worker: int) -> tuple[int, int]:
    """Of a process: bytes of private memory, as it is and as it may be set."""
    limits = Path(f"/proc/{worker}/limits").read_text().splitlines()
    [data] = [line for line in limits if line.startswith("Max data size")]
    soft, hard = map(int, data.split()[3:5])
    return soft, hard


def test_a_workers_memory_is_bounded_by_what_its_recipe_takes(server: Server, worker: int) -> None:
    default = {"network": "default", "batch_size": 200}  # as many as are looked at in one go
    larger = default | {"batch_size": 1000}
    before = children(server.process.pid)
    with server.run(**larger) as run:
        of_larger, most = memory_bounds(worker_of(server, run, before))
    bound, _ = memory_bounds(worker)
    assert most == MOST_BYTES
    assert of_larger - BASE_BYTES == pytest.approx(5 * (bound - BASE_BYTES), rel=0.05)
    used = [
        int(line.split()[1]) * 1024
        for line in Path(f"/proc/{worker}/status").read_text().splitlines()
        if line.startswith("VmData")
    ]
    assert 0 < 2 * used[0] < bound


def test_linux_ends_a_worker_before_its_server_where_there_is_no_memory(
    server: Server, worker: int
) -> None:
    ours, its = (
        int(Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in (server.process.pid, worker)
    )
    assert its > ours


def test_a_message_over_64_kilobytes_ends_its_stream_and_no_other(run: LiveRun) -> None:
    with run.stream() as other, run.stream() as socket:
        wanted = json.dumps({"type": "watch", "tensors": tensors("input")})
        socket.send(wanted.ljust(64 * 1024))
        assert next_frame(socket)[1]
        socket.send(wanted.ljust(64 * 1024 + 1))
        with pytest.raises(ConnectionClosed) as caught:
            drain(socket)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009
        other.send(wanted)
        while not next_frame(other)[1]:  # the frame before its watch has nothing for it
            pass


def drain(socket: ClientConnection) -> None:
    """Read until the end."""
    while True:
        socket.recv(timeout=60)


def test_a_stream_is_not_compressed_though_its_viewer_offers_to(run: LiveRun) -> None:
    address = f"{run.server.url}/api/v1/runs/{run.id}/stream".replace("http", "ws", 1)
    with connect(address, compression="deflate") as socket:
        assert socket.response is not None
        assert "permessage-deflate" in str(socket.request and socket.request.headers)
        assert "Sec-WebSocket-Extensions" not in socket.response.headers


def test_a_network_of_65_layers_is_refused_with_a_sentence(server: Server) -> None:
    deep = {"input": [1, 28, 28], "layers": [{"type": "ReLU"}] * 65}
    answer = server.http.post("/runs", json={"network": deep})
    assert answer.status_code == 422
    assert "64" in answer.json()["detail"]


def test_weights_beyond_their_bounds_are_refused_with_a_sentence(server: Server) -> None:
    data = (2**20 + 1).to_bytes(8, "little") + b"{}".ljust(2**20 + 1)
    answer = server.http.post("/runs/from-weights", files={"weights": ("w.safetensors", data)})
    assert answer.status_code == 400, answer.text
    assert "1,048,576" in answer.json()["detail"]

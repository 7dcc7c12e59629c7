"""Many large uploads at once: their memory is bounded, and goes back."""

import io
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.api_calls import photograph
from tests.support.server import Server

SIDE, MANY = 4000, 30
MOST_MB = 450  # while they come: two decoded at once, and the bodies
LEFT_MB = 60  # more than before, when all is over


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as started:
        yield started


def memory_mb(server: Server, key: str) -> float:
    """Of the server's own process: VmRSS is now, VmHWM the most so far."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f"{key}:")]
    return int(line.split()[1]) / 1024


@pytest.mark.slow
@pytest.mark.alone
def test_thirty_large_pictures_at_once_take_bounded_memory_that_goes_back(server: Server) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE // 8, SIDE // 8, 3), np.uint8)
    whole = io.BytesIO()
    Image.fromarray(pixels).resize((SIDE, SIDE)).save(whole, "JPEG", quality=90)
    run = server.run()
    run.post("/step", steps=1)
    before = memory_mb(server, "VmRSS")

    def upload(_: int) -> int:
        return run.send("POST", "/images", files={"file": ("a", whole.getvalue())}).status_code

    with ThreadPoolExecutor(MANY) as clients:
        assert set(clients.map(upload, range(MANY))) == {201}
    most = memory_mb(server, "VmHWM") - before
    assert most < MOST_MB
    run.delete()
    end = time.monotonic() + 10
    while (left := memory_mb(server, "VmRSS") - before) > LEFT_MB:
        assert time.monotonic() < end, f"{left:.0f} MB more than before"
        time.sleep(0.1)


@pytest.mark.slow
def test_uploads_at_once_never_pass_the_limit(server: Server) -> None:
    run = server.run()
    content = photograph()
    with ThreadPoolExecutor(16) as clients:
        found = list(
            clients.map(
                lambda _: run.send("POST", "/images", files={"file": ("a", content)}).status_code,
                range(100),
            )
        )
    assert (found.count(201), found.count(409)) == (64, 36)
    assert len(run.get("/images", limit=200)["images"]) == 64


def test_bodies_that_do_not_come_hold_up_nobody_who_sends_little(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    head = f"POST /api/v1/runs/x/images HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    with ExitStack() as stack:
        for _ in range(8):  # more than there is room for
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.sendall(f"{head}Content-Length: {15 * 10**6}\r\n\r\n".encode())
        run = server.run()
        assert run.send("POST", "/images", files={"file": ("a", photograph())}).status_code == 201

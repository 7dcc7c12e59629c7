"""Archives with bytes changed at random: refused or read, and nothing else."""

import io
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from convscope.data import idx
from tests.support.labelled import jpeg_of, png_of, stripes, stripes_zip, zip_of
from tests.support.own_sets import unkept
from tests.support.processes import resident_bytes
from tests.support.server import PATIENCE_S, Server

SEED = 20_261_126
GROWTH_BYTES = 60 * 2**20


def originals() -> list[tuple[str, bytes]]:
    """Small files of every kind that is read."""
    pictures = [pixels for _, pixels in stripes(12, size=12)]
    labels = np.arange(12, dtype=np.uint8) % 2
    arrays = io.BytesIO()
    np.savez_compressed(arrays, images=np.stack(pictures), labels=labels)
    colours = [np.repeat(picture[..., None], 3, axis=2) for picture in pictures]
    photographs = ((f"p/{n % 2}/{n}.jpg", jpeg_of(c)) for n, c in enumerate(colours))
    pair = [
        ("train-images-idx3-ubyte.gz", idx.encode(np.stack(pictures))),
        ("train-labels-idx1-ubyte", idx.encode(labels)),
    ]
    records = b"".join(bytes([n % 2]) + bytes(range(256)) * 12 for n in range(6))
    return [
        ("stripes.zip", stripes_zip(12, size=12)),
        ("photographs.zip", zip_of(photographs)),
        ("stored.zip", zip_of([("s/a/1.png", png_of(pictures[0]))], 0)),
        ("arrays.npz", arrays.getvalue()),
        ("idx.zip", zip_of(pair)),
        ("cifar.zip", zip_of([("data_batch_1.bin", records)])),
        ("data_batch_1.bin", records),
    ]


def mutated(content: bytes, draw: random.Random) -> bytes:
    """The same with something of it changed, cut, doubled or made huge."""
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8))):
        at = draw.randrange(len(data))
        match draw.randrange(5):
            case 0:
                data[at] ^= 1 << draw.randrange(8)
            case 1:
                del data[at : at + draw.randrange(1, 200)]
            case 2:
                data[at:at] = data[at : at + draw.randrange(1, 200)]
            case 3:
                data[at : at + 4] = draw.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
            case _:
                data[at : at + 8] = draw.randbytes(8)
        if not data:
            return b"x"
    return bytes(data)


def files_of(folder: Path) -> set[str]:
    """Every file below it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as made:
        yield made


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("count", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_mutated_archives_are_refused_or_read_and_leave_nothing(
    server: Server, tmp_path: Path, count: int
) -> None:
    draw = random.Random(SEED)
    known = originals()
    for name, content in known:  # whatever is loaded once is loaded
        discard(server, server.http.post("/datasets", files={"file": (name, content)}))
    before, there = resident_bytes(server.process.pid), files_of(tmp_path)
    seen: dict[int, int] = {}
    for _ in range(count):
        name, content = draw.choice(known)
        sent = {"file": (name, mutated(content, draw))}
        answer = server.http.post("/datasets", files=sent)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code in (201, 400, 413, 422), answer.text
        discard(server, answer)
    assert len(seen) > 1, "some are read, some are refused"
    assert unkept(server) == []
    assert files_of(tmp_path) == there
    assert resident_bytes(server.process.pid) - before < GROWTH_BYTES


def discard(server: Server, answer: httpx.Response) -> None:
    """A set that was made."""
    if answer.status_code == 201:
        server.http.delete(f"/datasets/{answer.json()['id']}").raise_for_status()


def test_an_upload_that_is_cut_leaves_nothing(server: Server, tmp_path: Path) -> None:
    there = files_of(tmp_path)
    content = stripes_zip(2000)
    head = (
        "POST /api/v1/datasets HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(content) + 500}\r\n\r\n--x\r\n"
        'Content-Disposition: form-data; name="file"; filename="s.zip"\r\n\r\n'
    )
    address = httpx.URL(server.url)
    with socket.create_connection((address.host, address.port or 80)) as connection:
        connection.sendall(head.encode() + content[: len(content) // 2])
        time.sleep(0.3)
    end = time.monotonic() + PATIENCE_S
    while scratch(server) and time.monotonic() < end:
        time.sleep(0.1)
    assert not scratch(server)
    assert files_of(tmp_path) == there
    assert unkept(server) == []


def scratch(server: Server) -> list[Any]:
    """What lies in its temporary folder, but for sockets."""
    return [path for path in Path(server._scratch).rglob("*") if path.is_file()]

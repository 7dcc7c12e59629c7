"""How soon one's own pictures are in and trained on, and what memory that takes."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

import numpy as np
from PIL import Image

from benchmarks.app_run import folder, server
from benchmarks.measure import TINY, Bar, Effort, Figure
from tests.support.processes import children, resident_bytes
from tests.support.server import LiveRun, Server

PHOTOGRAPHS, SMALL = 300, 60_000
PHOTOGRAPH_BAR, SMALL_BAR, MEMORY_BAR = Bar(60), Bar(120), Bar(600)
SIZE = (4032, 3024)  # px, of a phone
SENT_BYTES, SENT_FILES = 24 * 10**6, 200  # in one request, as the page does
File = tuple[str, bytes]


def measure(effort: Effort) -> list[Figure]:
    """One server; photographs class by class as the page sends them, then one zip of many."""
    few = effort == TINY
    photographs = list(_photographs(12 if few else PHOTOGRAPHS, (400, 300) if few else SIZE))
    small = _zip_of_small(300 if few else SMALL)
    with folder() as home, server(home) as started, _peak_mb(started) as most:
        photographs_s = _from_first_byte(started, photographs, len(photographs))
        small_s = _from_first_byte(started, [("small.zip", small)], 300 if few else SMALL)
    mb = sum(len(content) for _, content in photographs) / 1e6
    return [
        Figure(
            f"{PHOTOGRAPHS} photographs of a phone, to the first step",
            "s",
            [photographs_s],
            PHOTOGRAPH_BAR,
        ),
        Figure(
            f"{SMALL:,} pictures of 28 × 28 in a zip, to the first step", "s", [small_s], SMALL_BAR
        ),
        Figure("memory of the reading process and the server, at most", "MB", most, MEMORY_BAR),
        Figure("the photographs", "MB", [mb]),
    ]


def _from_first_byte(started: Server, files: list[File], count: int) -> float:
    """Seconds from the first byte that is sent to the first step trained."""
    http, began = started.http, perf_counter()
    preview = http.post("/datasets/preview", files={"burst": (None, "false")}).json()
    address = f"/datasets/preview/{preview['id']}"
    for some in _batches(files):
        http.post(f"{address}/files", files=[("file", file) for file in some]).raise_for_status()
    while http.get(address).json()["state"] == "reading":
        sleep(0.1)
    kept = http.post(f"{address}/keep", timeout=600)
    assert kept.status_code == 201, kept.text
    assert kept.json()["train"] + kept.json()["test"] == count
    run = LiveRun(started, http.post("/runs", json=kept.json()["recipe"]).json()["id"])
    run.post("/step", steps=1)
    took = perf_counter() - began
    run.delete()
    return took


def _batches(files: list[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    for file in files:
        size = sum(len(content) for _, content in batch)
        if batch and (len(batch) >= SENT_FILES or size + len(file[1]) > SENT_BYTES):
            yield batch
            batch = []
        batch.append(file)
    yield batch


def _photographs(count: int, size: tuple[int, int]) -> Iterator[File]:
    """JPEGs of some megabytes: shapes out of focus, with the noise of a sensor."""
    draw = np.random.default_rng(0)
    for number in range(count):
        coarse = draw.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        noise = draw.integers(0, 24, (size[1], size[0], 1), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(np.asarray(image) // 2 + noise).save(file, "JPEG", quality=88)
        yield f"leaves/{('maple', 'oak', 'elm')[number % 3]}/IMG_{number:04d}.jpg", file.getvalue()


def _zip_of_small(count: int) -> bytes:
    draw, whole = np.random.default_rng(1), io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            pixels = draw.integers(0, 256, (28, 28), dtype=np.uint8)
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG", compress_level=1)
            archive.writestr(f"small/{number % 10}/{number}.png", file.getvalue())
    return whole.getvalue()


@contextmanager
def _peak_mb(started: Server) -> Iterator[list[float]]:
    """Fills the list with the most that the server and what reads for it had at once."""
    most, ends = [0.0], threading.Event()

    def watch() -> None:
        while not ends.wait(0.05):
            most[0] = max(most[0], _reading_bytes(started.process.pid) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ends.set()
        thread.join()


def _reading_bytes(pid: int) -> int:
    """Of the server and its reading processes: its workers hold torch, data set or not."""
    total = 0
    for one in (pid, *children(pid)):
        try:
            command = Path(f"/proc/{one}/cmdline").read_bytes()
            if one == pid or b"own_data.preview.process" in command:
                total += resident_bytes(one)
        except (OSError, AssertionError):  # it has ended
            continue
    return total

"""What the page's first load moves, and how soon a second start answers."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from playwright.sync_api import Browser

from benchmarks.app_run import folder, server
from benchmarks.browser import PAINTED, VIEWPORT_PX, chromium
from benchmarks.measure import Bar, Effort, Figure
from tests.support.server import Server

MOVED_BAR = Bar(150)
START_BAR = Bar(2)
SETTLE_MS = 1500  # for what a page asks after its first frame
API = "/api/"
Event = dict[str, Any]


@dataclass
class Load:
    """One first load of the page: bytes on the wire, by the wire's own count."""

    heads: int = 0
    bodies: int = 0
    files: int = 0  # of the bodies, what is not an answer of the API
    answers: int = 0  # how many

    @property
    def moved_kb(self) -> float:
        """All of it."""
        return (self.heads + self.bodies) / 1000


def measure(effort: Effort) -> list[Figure]:
    """The loads first, then starts of a server whose data sets are already unpacked."""
    with folder() as home:
        with server(home) as started, chromium() as browser:
            loads = [first_load(browser, started.url) for _ in range(effort.rounds)]
        starts = [_start_s(home) for _ in range(effort.rounds)]
    moved = [load.moved_kb for load in loads]
    return [
        Figure("moved by the first load, heads and API included", "KB", moved, MOVED_BAR),
        Figure("of it bodies", "KB", [load.bodies / 1000 for load in loads]),
        Figure("of them the page's own files", "KB", [load.files / 1000 for load in loads]),
        Figure("answers", "", [load.answers for load in loads]),
        Figure("from the command to the first answer of /", "s", starts, START_BAR),
    ]


def first_load(browser: Browser, address: str) -> Load:
    """Of a browser that has never been here."""
    context = browser.new_context(viewport=VIEWPORT_PX)  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    wire = context.new_cdp_session(page)
    heads: dict[str, Event] = {}
    load = Load()

    def finished(event: Event) -> None:
        response = heads[event["requestId"]]["response"]
        body = int({k.lower(): v for k, v in response["headers"].items()}["content-length"])
        load.answers += 1
        load.bodies += body
        load.heads += event["encodedDataLength"] - body
        load.files += 0 if API in response["url"] else body

    wire.on("Network.responseReceived", lambda event: heads.update({event["requestId"]: event}))
    wire.on("Network.loadingFinished", finished)
    wire.send("Network.enable")
    page.goto(address)
    page.wait_for_function(PAINTED)
    page.wait_for_timeout(SETTLE_MS)
    context.close()
    return load


def _start_s(home: Path) -> float:
    """Seconds from the command to the page's answer."""
    began = perf_counter()
    started = Server(home)
    answer = httpx.get(started.url)
    took = perf_counter() - began
    started.stop()
    answer.raise_for_status()
    return took

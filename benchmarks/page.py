"""What the page's first load moves, and how soon a second start answers."""

from pathlib import Path
from time import perf_counter

import httpx
from playwright.sync_api import Browser

from benchmarks.app_run import folder, server
from benchmarks.browser import PAINTED, VIEWPORT_PX, chromium
from benchmarks.measure import Bar, Effort, Figure
from tests.live.server import Server

MOVED_BAR = Bar(150)
START_BAR = Bar(2)
SETTLE_MS = 1500  # for what a page asks after its first frame
FILES = ("Document", "Script", "Stylesheet", "Other")


def measure(effort: Effort) -> list[Figure]:
    """The loads first, then starts of a server whose data sets are already unpacked."""
    with folder() as home:
        with server(home) as started, chromium() as browser:
            loads = [_first_load(browser, started.url) for _ in range(effort.rounds)]
        starts = [_start_s(home) for _ in range(effort.rounds)]
    whole = [sum(load.values()) / 1000 for load in loads]
    files = [sum(load.get(kind, 0) for kind in FILES) / 1000 for load in loads]
    return [
        Figure("bytes moved by the first load, heads included", "KB", whole, MOVED_BAR),
        Figure("of it the page's own files", "KB", files),
        Figure("start of the command to the first answer of /", "s", starts, START_BAR),
    ]


def _first_load(browser: Browser, address: str) -> dict[str, int]:
    """Bytes on the wire by the kind of resource, of a browser that has never been here."""
    context = browser.new_context(viewport=VIEWPORT_PX)  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    moved: dict[str, int] = {}

    def finished(event: dict[str, object]) -> None:
        kind = kinds[str(event["requestId"])]
        moved[kind] = moved.get(kind, 0) + int(str(event["encodedDataLength"]))

    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on("Network.loadingFinished", finished)
    wire.send("Network.enable")
    page.goto(address)
    page.wait_for_function(PAINTED)
    page.wait_for_timeout(SETTLE_MS)
    context.close()
    return moved


def _start_s(home: Path) -> float:
    """Seconds from the command to the page's answer."""
    began = perf_counter()
    started = Server(home)
    answer = httpx.get(started.url)
    took = perf_counter() - began
    started.stop()
    answer.raise_for_status()
    return took

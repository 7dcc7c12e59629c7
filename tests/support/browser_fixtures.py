"""Fixtures of folders whose tests visit pages: one browser for the folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.browser import FAKE_CAMERA, chromium, find_chromium
from tests.support.server import LiveRun, Server
from tests.support.visitors import TIMEOUT_MS, Visitors


# of the package, not of the session: Playwright holds this thread's event loop while it is open
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a window; its camera shows a moving pattern."""
    try:
        find_chromium()
    except FileNotFoundError as error:
        pytest.skip(f"{error} (`make test` brings it.)")
    expect.set_options(timeout=TIMEOUT_MS)
    with chromium(*FAKE_CAMERA) as started:
        yield started


@pytest.fixture
def server(usual_server: Server) -> Iterator[Server]:
    """The server of all tests, without a run at the end of each."""
    yield usual_server
    for run in usual_server.http.get("/runs").json()["runs"]:
        LiveRun(usual_server, run["id"]).delete()


@pytest.fixture
def run(server: Server) -> LiveRun:
    """A default run."""
    return server.run()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visitors]:
    """Opens a page; errors on its console, failed requests and foreign addresses fail the test."""
    visitors = Visitors(browser, server.url)
    yield visitors
    visitors.leave()

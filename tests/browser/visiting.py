"""Fixtures of folders whose tests visit pages: one server and one browser for the folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from benchmarks.browser import chromium, find_chromium
from tests.browser.visitors import Visitors
from tests.live.server import LiveRun, Server


# of the package, not of the session: Playwright holds this thread's event loop while it is open
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    try:
        find_chromium()
    except FileNotFoundError as error:
        pytest.skip(f"{error} (`make test` brings it.)")
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the usual settings."""
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture
def server(shared_server: Server) -> Iterator[Server]:
    """The same server, without a run at the end of each test."""
    yield shared_server
    for run in shared_server.http.get("/runs").json()["runs"]:
        LiveRun(shared_server, run["id"]).delete()


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

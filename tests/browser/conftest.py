"""One server and one browser for the folder; a profile of its own and a fresh run for each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browser import VIEWPORT_PX, chromium, find_chromium
from tests.browser.screen import Screen
from tests.browser.watch import Watch
from tests.live.server import LiveRun, Server

TIMEOUT_MS = 20_000


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
    started = Server(tmp_path_factory.mktemp("browser"))
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


class Visitors:
    """Opens pages, each in a profile of its own, and answers for all that they did."""

    def __init__(self, browser: Browser, origin: str) -> None:
        """Pages may ask nothing of any other origin."""
        self.browser = browser
        self.origin = origin
        self.screens: list[Screen] = []
        self.contexts: list[BrowserContext] = []

    def __call__(self, address: str | LiveRun = "/", **options: Any) -> Screen:
        """A page at an address below the origin, or on a run, that has painted its first frame."""
        if isinstance(address, LiveRun):
            address = f"/?run={address.id}"
        return self.blank(**options).open(address)

    def blank(self, origin: str | None = None, **options: Any) -> Screen:
        """A page that is not at any address yet; `options` are those of a browser context."""
        origin = origin or self.origin
        context = self.browser.new_context(
            **{"viewport": VIEWPORT_PX, "base_url": origin, **options}
        )
        context.set_default_timeout(TIMEOUT_MS)
        self.contexts.append(context)
        return self._watched(context.new_page(), origin)

    def _watched(self, page: Page, origin: str) -> Screen:
        watch = Watch(origin)
        watch.listen(page)
        self.screens.append(Screen(page, watch))
        return self.screens[-1]

    def leave(self) -> None:
        """Closes all; AssertionError names what a page did wrong."""
        for screen in self.screens:
            screen.page.evaluate("1")  # what it said before this has then arrived
        problems = [text for screen in self.screens for text in screen.watch.problems()]
        for context in self.contexts:
            context.close()
        assert not problems, "\n".join(problems)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visitors]:
    """Opens a page; errors on its console, failed requests and foreign addresses fail the test."""
    visitors = Visitors(browser, server.url)
    yield visitors
    visitors.leave()


Visit = Callable[..., Screen]

"""Pages, each in a profile of its own."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browser import VIEWPORT_PX
from tests.support.page_watch import Watch
from tests.support.screen import Screen
from tests.support.server import LiveRun

TIMEOUT_MS = 60_000  # a loaded machine takes its time


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
        try:
            for screen in self.screens:
                screen.page.evaluate("1")  # what it said before this has then arrived
        finally:
            problems = [text for screen in self.screens for text in screen.watch.problems()]
            for context in self.contexts:
                context.close()
        assert not problems, "\n".join(problems)

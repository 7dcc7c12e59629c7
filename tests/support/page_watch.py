"""What a page must not do, noted while a test runs and held against it at the end."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, WebSocket

GIVEN_UP = (
    "net::ERR_ABORTED"  # by the page itself: a newer picture took the place of one on its way
)


@dataclass
class Watch:
    """Notes a page's errors, failed requests and addresses; `origin` is the only one it may ask.

    `allow` names what is expected, as a pattern with its reason; all else is held against it.
    """

    origin: str
    noted: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # every address, WebSockets too
    allowed: dict[str, str] = field(default_factory=dict)  # pattern: reason

    def listen(self, page: Page) -> None:
        """Notes from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.noted.append(f"uncaught: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", self._opened)

    def allow(self, pattern: str, reason: str) -> None:
        """Expects what matches, for a reason."""
        self.allowed[pattern] = reason

    def problems(self) -> list[str]:
        """What was noted and is not allowed."""
        return [
            text for text in self.noted if not any(re.search(known, text) for known in self.allowed)
        ]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.noted.append(f"console {message.type}: {message.text} ({message.location})")

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.noted.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _opened(self, socket: WebSocket) -> None:
        self._asked(socket.url.replace("ws", "http", 1))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        self.asked.append(url)
        if parts.scheme.startswith("http") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.noted.append(f"asked elsewhere: {url}")

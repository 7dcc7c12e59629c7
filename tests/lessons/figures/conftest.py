"""One browser for the folder."""

from tests.browser.visiting import browser, server, visit

__all__ = ["browser", "server", "visit"]

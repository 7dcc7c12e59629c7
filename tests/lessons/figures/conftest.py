"""One server and one browser for the folder."""

from tests.browser.visiting import browser, server, shared_server, visit

__all__ = ["browser", "server", "shared_server", "visit"]

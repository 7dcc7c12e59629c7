"""One server and one browser for the folder; a profile of its own and a fresh run for each test."""

from tests.browser.visiting import browser, run, server, shared_server, visit

__all__ = ["browser", "run", "server", "shared_server", "visit"]

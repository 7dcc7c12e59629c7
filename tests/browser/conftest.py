"""One browser for the folder; a profile of its own and a fresh run for each test."""

from tests.support.browser_fixtures import browser, run, server, visit

__all__ = ["browser", "run", "server", "visit"]

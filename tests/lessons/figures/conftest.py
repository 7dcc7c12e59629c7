"""One browser for the folder."""

from tests.support.browser_fixtures import browser, server, visit

__all__ = ["browser", "server", "visit"]

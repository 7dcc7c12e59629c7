"""One browser for the folder."""

from tests.support.visiting import browser, server, visit

__all__ = ["browser", "server", "visit"]

"""One browser for the folder; a profile of its own and a fresh run for each test."""

from collections.abc import Iterator

import pytest

from tests.support.browser_fixtures import browser, run, server, visit
from tests.support.data_page import DataPage, open_data, remove_own_data
from tests.support.server import Server
from tests.support.visitors import Visitors

__all__ = ["browser", "run", "server", "visit"]


@pytest.fixture
def no_own_data(server: Server) -> Iterator[None]:
    """Nothing of own data before, nor after the page was left."""
    remove_own_data(server)
    yield
    remove_own_data(server)


@pytest.fixture
def data(no_own_data: None, visit: Visitors) -> DataPage:
    """The page of the data sets."""
    return open_data(visit)

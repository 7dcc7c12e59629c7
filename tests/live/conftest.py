"""The server of all tests, and a run for each."""

from collections.abc import Iterator

import pytest

from tests.support.server import LiveRun, Server


@pytest.fixture(scope="session")
def server(usual_server: Server) -> Server:
    """A server with the usual settings."""
    return usual_server


@pytest.fixture
def run(server: Server) -> Iterator[LiveRun]:
    """A default run."""
    with server.run() as made:
        yield made

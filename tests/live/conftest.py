"""One server for all live tests, and a run for each."""

from collections.abc import Iterator

import pytest

from tests.live.server import LiveRun, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the usual settings."""
    started = Server(tmp_path_factory.mktemp("live"))
    yield started
    started.stop()


@pytest.fixture
def run(server: Server) -> Iterator[LiveRun]:
    """A default run."""
    made = server.run()
    yield made
    made.delete()

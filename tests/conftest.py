"""What every test may ask for."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.server import Server

from convscope.settings import Settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long tests/resilience/ goes on."""
    add = parser.getgroup("convscope").addoption
    add("--kills", type=int, default=20, help="how often a server is killed (default: 20)")
    add("--kill-seed", type=int, default=None, help="of the random moments; printed on failure")


def pytest_collection_finish() -> None:
    """One thread for torch, as a worker has: two wait for each other longer than they work."""
    if torch := sys.modules.get("torch"):  # which not every test needs
        torch.set_num_threads(1)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked `anyio`: asyncio, which is the one that the server runs on."""
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server's settings that write nothing outside of the test's own folder."""
    return Settings(cache_dir=tmp_path / "cache", state_dir=tmp_path / "state")


@pytest.fixture(scope="session")
def usual_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the usual settings, for every test that does not end it."""
    with Server(tmp_path_factory.mktemp("usual")) as started:
        yield started

"""What every test may ask for."""

from pathlib import Path

import pytest

from app.settings import Settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long tests/withstand/ goes on."""
    add = parser.getgroup("convscope").addoption
    add("--kills", type=int, default=20, help="how often a server is killed (default: 20)")
    add("--kill-seed", type=int, default=None, help="of the random moments; printed on failure")


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked `anyio`: asyncio, which is the one that the server runs on."""
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server's settings that write nothing outside of the test's own folder."""
    return Settings(cache_dir=tmp_path / "cache", state_dir=tmp_path / "state")

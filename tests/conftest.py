"""What every test may ask for."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.settings import Settings
from tests.support import groups
from tests.support.data_cache import data_cache, share_data_cache
from tests.support.server import Server
from tests.support.tally import write_tally


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long tests/resilience/ goes on, and what `make test` asks for."""
    add = parser.getgroup("convscope").addoption
    add("--kills", type=int, default=20, help="how often a server is killed (default: 20)")
    add("--kill-seed", type=int, default=None, help="of the random moments; printed on failure")
    add("--part", choices=groups.PARTS, help="only tests that may run beside others, or may not")
    add("--tally", type=Path, metavar="FILE", help="write the counts there, as JSON")
    add("--measure", action="store_true", help="keep how long each file takes, for its place")


def pytest_configure(config: pytest.Config) -> None:
    """One cache of unpacked data sets for all processes."""
    share_data_cache(config)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist writes the groups into the names
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The part that was asked for, in groups where more than one process takes them."""
    groups.keep_part(config, items, config.getoption("--part"))
    if hasattr(config, "workerinput"):
        groups.group(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was counted and measured goes where it was asked for."""
    option, stats = terminalreporter.config.option, terminalreporter.stats
    if option.tally:
        write_tally(option.tally, stats)
    if option.measure and option.part != "alone":
        every = (report for reports in stats.values() for report in reports)
        groups.measure(report for report in every if isinstance(report, pytest.TestReport))


def pytest_collection_finish() -> None:
    """One thread for torch, as a worker has: two wait for each other longer than they work."""
    if torch := sys.modules.get("torch"):  # which not every test needs
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server within the test's own process does to imports ends with the test."""
    monkeypatch.setenv("PYTHONSAFEPATH", "")  # remembers it, whatever is set meanwhile
    monkeypatch.delenv("PYTHONSAFEPATH")
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests marked `anyio`: asyncio, which is the one that the server runs on."""
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server's settings that keep runs in the test's own folder."""
    return Settings(cache_dir=data_cache(), state_dir=tmp_path / "state")


@pytest.fixture(scope="session")
def usual_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the usual settings, for every test that does not end it."""
    with Server(tmp_path_factory.mktemp("usual")) as started:
        yield started

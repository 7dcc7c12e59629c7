"""What is acknowledged was on the disk before: seen in what the server asks of the system."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.resilience.tracing import must_trace, strace
from tests.support.api_calls import photograph
from tests.support.server import LiveRun, Server

CALLS = "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync"
pytestmark = [pytest.mark.slow, pytest.mark.alone]  # all is slower under strace
QUIET_S = 1.5  # after which nothing that came before is still being written
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")

Ask = Callable[[LiveRun], Any]
ASKED: dict[str, Ask] = {
    "a step": lambda run: run.post("/step", steps=1),
    "a pause": lambda run: (run.post("/play"), run.post("/pause"))[1],
    "an intervention": lambda run: run.post(
        "/interventions", type="set", layer="conv1", index=[0, 0, 1, 1], value=0.5
    ),
    "an upload": lambda run: run.send("POST", "/images", files={"file": ("a", photograph())}),
    "a new name": lambda run: run.send("PATCH", json={"name": "Ada's"}),
    "a setting": lambda run: run.send("PATCH", json={"learning_rate": 0.02}),
    "a fork": lambda run: run.post("/fork", step=1),
    "a new run": lambda run: run.server.run(),
}


def traced_run(folder: Path, module: str) -> Iterator[LiveRun]:
    must_trace()
    server = Server(folder, module=module)
    run = server.run()
    run.post("/step", steps=2)
    yield run
    server.stop()


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRun]:
    """A run of the server as it is."""
    yield from traced_run(tmp_path_factory.mktemp("careful"), "convscope")


@pytest.fixture(scope="module")
def no_fsync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRun]:
    """A run of a server that does not wait for the disk."""
    yield from traced_run(tmp_path_factory.mktemp("no_fsync"), "tests.resilience.no_fsync")


def calls_of(run: LiveRun, ask: Ask, output: Path) -> list[str]:
    """What the server asked of the system while it answered a request, as strace tells it."""
    time.sleep(QUIET_S)
    with strace(run.server.process.pid, output, "-e", CALLS):
        ask(run)
    return output.read_text().splitlines()


def written_and_synced(calls: list[str]) -> tuple[bool, bool]:
    """Of the last request: whether a run's WAL was written to before it was answered, and
    whether a sync of it had ended by then, after the last of these writes."""
    asked = max(n for n, call in enumerate(calls) if '"POST /' in call or '"PATCH /' in call)
    answered = next(n for n in range(asked, len(calls)) if '"HTTP/1.1 2' in calls[n])
    between = calls[asked:answered]
    writes = [n for n, call in enumerate(between) if "pwrite64(" in call and "-wal>" in call]
    syncs = [n for n, task in _syncs(between) if task]
    return bool(writes), bool(writes and syncs and max(syncs) > max(writes))


def _syncs(calls: list[str]) -> Iterator[tuple[int, bool]]:
    """Where a sync of a WAL ended well; strace tells in two lines of one that others cut."""
    begun: set[str] = set()
    for number, line in enumerate(calls):
        call = CALL.match(line)
        if call is None or call[2] not in ("fsync", "fdatasync"):
            continue
        if "-wal>" in line:
            begun.add(call[1])
        if line.endswith("= 0"):
            yield number, call[1] in begun
            begun.discard(call[1])


@pytest.mark.parametrize("what", ASKED)
def test_what_is_acknowledged_was_synced_before(
    what: str, careful: LiveRun, tmp_path: Path
) -> None:
    calls = calls_of(careful, ASKED[what], tmp_path / "calls")
    assert written_and_synced(calls) == (True, True), "\n".join(calls[-60:])


@pytest.mark.parametrize("what", ["a step", "an intervention", "an upload", "a new name"])
def test_that_test_finds_out_a_server_that_does_not_wait_for_the_disk(
    what: str, no_fsync: LiveRun, tmp_path: Path
) -> None:
    calls = calls_of(no_fsync, ASKED[what], tmp_path / "calls")
    assert written_and_synced(calls) == (True, False), "\n".join(calls[-60:])

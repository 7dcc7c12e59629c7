"""`kill -9` of the server at random moments: what was answered is there, and training goes on to
the same bits. `--kills 200` does it two hundred times, in shards that may run beside each other;
`--kill-seed` repeats a failure."""

import random
import secrets
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from convscope.storage.reader import read_stored_run
from tests.resilience.ledger import Client, Ledger
from tests.resilience.replay import Replay, assert_as_never_interrupted, file_of
from tests.support.server import Server

LONGEST_S = 1.2  # that a client is let do what it likes
PATIENCE_S = 60.0
SHARDS = [
    pytest.param(number, id=f"shard {number}", marks=pytest.mark.xdist_group(f"kills {number}"))
    for number in range(2)
]


@pytest.mark.slow
@pytest.mark.timeout(0)  # as long as is asked for
@pytest.mark.parametrize("shard", SHARDS)
def test_nothing_acknowledged_is_lost_however_often_the_server_is_killed(
    shard: int, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    seed = pytestconfig.getoption("--kill-seed")
    seed = secrets.randbelow(10**6) if seed is None else seed
    print(f"--kill-seed {seed}")  # noqa: T201  # shown where it fails
    draw = random.Random(f"{seed}, {shard}")
    kills = len(range(shard, pytestconfig.getoption("--kills"), len(SHARDS)))
    server = Server(tmp_path)
    run_id = server.run().id
    ledger = Ledger()
    replay = Replay(read_stored_run(file_of(server, run_id)))
    for number in range(kills):
        kill_at_work(server, run_id, ledger, draw)
        assert_no_file_is_damaged(tmp_path)
        server = Server(tmp_path)
        try:
            assert_kept(server, run_id, ledger)
            assert_as_never_interrupted(server, run_id, replay)
        except BaseException as error:
            error.add_note(f"after kill {number + 1}, with --kill-seed {seed}")
            server.stop()
            raise
    server.stop()
    assert ledger.answers > kills


def kill_at_work(server: Server, run_id: str, ledger: Ledger, draw: random.Random) -> None:
    """Let a client work, and kill the server at a moment that is nobody's choice."""
    server.http.patch(f"/runs/{run_id}", json={"steps_per_second": None})
    client = Client(server, run_id, ledger, draw)
    client.start()
    time.sleep(draw.uniform(0, LONGEST_S))
    server.process.kill()
    client.join(PATIENCE_S)
    server.kill()
    assert not client.is_alive()
    assert client.problem is None, client.problem


def assert_no_file_is_damaged(folder: Path) -> None:
    """By SQLite's own check, of copies as the kill left them: the next server finds the same."""
    copies = folder / "copies"
    for path in shutil.copytree(folder / "state", copies).rglob("*.convscope"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
    shutil.rmtree(copies)


def assert_kept(server: Server, run_id: str, ledger: Ledger) -> None:
    """All that the client was answered, and at most the one thing more that it had asked for."""
    run = server.http.get(f"/runs/{run_id}").json()
    assert run["state"] == "ready", run
    assert run["steps"] >= ledger.steps
    said = {
        intervention["id"]: (intervention["step"], intervention["says"])
        for intervention in run["interventions"]
    }
    if ledger.dragged is not None:
        ledger.interventions[ledger.dragged] = said[ledger.dragged]
        ledger.dragged = None
    assert ledger.interventions.items() <= said.items()
    assert run["name"] in ledger.names
    tuned = run["learning_rate"], run["momentum"]
    assert tuned in ledger.tuned
    images = server.http.get(f"/runs/{run_id}/images").json()["images"]
    assert ledger.uploads <= {image["id"] for image in images}
    assert_forks_kept(server, ledger)
    ledger.names, ledger.tuned = [run["name"]], [tuned]


def assert_forks_kept(server: Server, ledger: Ledger) -> None:
    """Each where it was left; a deleted one stays deleted."""
    listed: list[Any] = server.http.get("/runs", params={"limit": 100}).json()["runs"]
    parents = {run["id"]: run["parent"]["step"] for run in listed if run["parent"]}
    assert ledger.forks.items() <= parents.items()
    assert not ledger.gone & parents.keys()
    for fork in parents.keys() - ledger.forks.keys():  # made, and not answered any more
        server.http.delete(f"/runs/{fork}")

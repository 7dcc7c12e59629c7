"""Files that are damaged, or a newer Convscope's: refused with a sentence, left as they were."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from convscope.ipc.process import ProcessWorker
from convscope.runs.registry import Registry
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory
from tests.resilience.replay import file_of
from tests.support.server import LiveRun, Server


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def of_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 7")


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"nothing" * 100)


def without_its_end(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(4096)


def with_other_words(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE segment SET recipe = 'no JSON'")


def without_its_age(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM about WHERE key = 'created_at'")


def of_no_age(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE about SET value = '5' WHERE key = 'created_at'")


DAMAGE: dict[Callable[[Path], None], str] = {
    newer: "has version 99 of a run's format",
    of_another: "is not the file of a run",
    overwritten: "cannot be read",
    without_its_end: "cannot be read",
    with_other_words: "is damaged",
    without_its_age: "does not say when it was made",
    of_no_age: "does not say when it was made",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of some runs; the server that made them is gone."""
    folder = tmp_path_factory.mktemp("unreadable")
    server = Server(folder)
    for _ in range(2):
        server.run().post("/step", steps=3)
    server.stop()
    return folder


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_file_that_cannot_be_read_is_refused_and_left_and_the_others_open(
    damage: Callable[[Path], None],
    folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    source, other = sorted((folder / "state" / "convscope" / "runs").glob("*.convscope"))
    for path in (source, other):
        (runs / path.name).write_bytes(path.read_bytes())
    damage(runs / source.name)
    before = (runs / source.name).read_bytes()
    settings = Settings(state_dir=tmp_path, cache_dir=tmp_path / "cache")
    directory = RunDirectory(tmp_path, 10**9)
    registry = Registry(settings, directory, ProcessWorker)
    registry.open()
    assert DAMAGE[damage] in registry.unreadable[source.stem]
    assert DAMAGE[damage] not in caplog.text, (
        "the sentence is for the page: it may have names in it"
    )
    assert registry.runs.get(other.stem).file.steps == 3
    assert (runs / source.name).read_bytes() == before
    directory.close()


@pytest.mark.slow
def test_a_run_whose_checkpoints_are_damaged_says_so_the_rest_of_it_opens_and_it_can_be_reset(
    folder: Path, tmp_path: Path
) -> None:
    server = Server(tmp_path)
    run = server.run()
    run.post("/step", steps=3)
    path = file_of(server, run.id)
    server.stop()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE checkpoint SET tensors = zeroblob(length(tensors))")
    again = Server(tmp_path)
    answer = again.http.get(f"/runs/{run.id}").json()
    assert answer["steps"] == 3
    assert len(again.http.get(f"/runs/{run.id}/history").json()["step"]) == 3
    refused = again.http.post(f"/runs/{run.id}/step", json={})
    assert refused.status_code in (409, 422, 503), refused.text
    assert refused.json()["detail"][0].isupper()
    reset = LiveRun(again, run.id).post("/reset")
    assert (reset["state"], reset["step"]) == ("ready", 0)
    assert LiveRun(again, reset["previous_run"]).get()["steps"] == 3
    assert LiveRun(again, run.id).post("/step", steps=2)["step"] == 2
    again.stop()

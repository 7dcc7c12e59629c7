"""Files of versions 1 to 3 are read, in a server's own folder and as imports."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convscope.errors import UnreadableRunError
from convscope.storage.reader import events_of, read_stored_run
from convscope.storage.schema import VERSION, check_version
from convscope.storage.upgrade import recipe_of_version_1, upgrade_file
from convscope.types import JsonObject
from tests.support import small_run as small
from tests.support.importing import take
from tests.support.server import Server

GOLDEN = Path(__file__).parents[1] / "golden"
WEIGHTS = json.loads((GOLDEN / "run-v1.json").read_text())  # conv1's at each step, as it said them
OLD = GOLDEN / "run-v1.convscope"  # written by version 1: a fork, interventions, tuning, an upload


def test_a_file_of_version_1_becomes_one_of_the_present_once(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD, tmp_path))
    upgrade_file(path)
    assert check_version(path) == VERSION
    kept = read_stored_run(path)
    assert [one.recipe["data"] for one in kept.segments] == 2 * [{"dataset": "fashion-mnist-10k"}]
    events = kept.events
    assert [event["kind"] for event in events].count("intervention") == 3
    assert events[0]["body"]["undo_record"]["layer"] == "conv1"
    before = path.read_bytes()
    upgrade_file(path)
    assert path.read_bytes() == before


def make_version_3(path: Path, more: str = "") -> None:
    """A file as version 3 wrote it, which kept no balanced accuracy."""
    small.write(path)
    changes = f"ALTER TABLE held_out DROP COLUMN balanced; PRAGMA user_version = 3; {more}"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{changes} VACUUM")


def make_version_2(path: Path) -> None:
    """A file as version 2 wrote it, which had no findings either."""
    make_version_3(path, "DROP TABLE finding; PRAGMA user_version = 2;")


def test_a_file_of_version_3_keeps_what_was_measured_and_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "old.convscope"
    make_version_3(path)
    imported = read_stored_run(take(path))
    upgrade_file(path)
    assert check_version(path) == VERSION
    kept = read_stored_run(path)
    assert kept.held_out == imported.held_out == (0, 0.1, None)
    assert len(kept.findings) == len(imported.findings) > 0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    assert read_stored_run(take(path)).steps == small.STEPS


def test_a_file_of_version_2_gets_a_place_for_findings(tmp_path: Path) -> None:
    path = tmp_path / "old.convscope"
    make_version_2(path)
    before = read_events(path)
    upgrade_file(path)
    assert check_version(path) == VERSION
    kept = read_stored_run(path)
    assert (kept.findings, list(kept.events)) == ((), before)


def read_events(path: Path) -> list[JsonObject]:
    with closing(sqlite3.connect(path)) as connection:
        return events_of(connection)


def test_an_import_takes_a_file_of_version_2_and_one_that_was_brought_up_to_date(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.convscope"
    make_version_2(path)
    assert read_stored_run(take(path)).findings == ()
    upgrade_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    assert read_stored_run(take(path)).steps == small.STEPS


def test_of_a_recipe_of_version_1_nothing_else_becomes_other() -> None:
    recipe = {"network": {"input": [1, 2, 3]}, "dataset": None, "seed": 4}
    after = recipe_of_version_1(recipe)
    assert after == {"network": {"input": [1, 2, 3]}, "data": {"dataset": None}, "seed": 4}
    with pytest.raises(LookupError):
        recipe_of_version_1(after)


def test_a_file_that_is_no_runs_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.convscope"
    path.write_text("something else altogether, and long enough to be a database perhaps")
    with pytest.raises(UnreadableRunError):
        upgrade_file(path)
    assert path.read_text().startswith("something else")


def weights_at_each_step(server: Server, run: str) -> dict[str, object]:
    found = {}
    for step in WEIGHTS:
        query = {"step": step, "format": "json"}
        answer = server.http.get(f"/runs/{run}/layers/conv1/tensors/weight", params=query)
        assert answer.status_code == 200, answer.text
        found[step] = answer.json()["values"]
    return found


@pytest.mark.parametrize("way", ["import", "own"])
def test_a_run_of_version_1_goes_on_with_all_its_past(tmp_path: Path, way: str) -> None:
    if way == "own":
        folder = tmp_path / "state" / "convscope" / "runs"
        folder.mkdir(parents=True)
        shutil.copy(OLD, folder / "abcdefghij.convscope")
    with Server(tmp_path) as server:
        if way == "import":
            with OLD.open("rb") as file:
                answer = server.http.post("/runs/import", files={"file": file})
            assert answer.status_code == 201, answer.text
        [run] = server.http.get("/runs").json()["runs"]
        assert (run["steps"], len(run["interventions"])) == (5, 3)
        assert run["silenced"] == [{"layer": "conv1", "filter": 0}]
        assert run["frozen"] == [{"layer": "conv1", "filter": 1}]
        assert weights_at_each_step(server, run["id"]) == WEIGHTS
        undone = server.http.post(f"/runs/{run['id']}/interventions", json={"type": "undo"})
        assert undone.json()["run"]["silenced"] == []

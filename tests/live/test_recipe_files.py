"""A recipe's file is read in the encodings that editors write, by the command and by the server."""

import json
from pathlib import Path

import pytest

from convscope.cli.connection import RefusedError
from convscope.cli.train_commands import read_recipe
from tests.support.server import LiveRun, Server

RECIPE = {"seed": 7}
TEXT = json.dumps(RECIPE)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_command_reads_it(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(TEXT.encode(encoding))
    assert read_recipe(str(path)) == RECIPE


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_server_reads_it(encoding: str, server: Server) -> None:
    headers = {"Content-Type": "application/json"}
    answer = server.http.post("/runs", content=TEXT.encode(encoding), headers=headers)
    assert answer.status_code == 201, answer.text
    with LiveRun(server, answer.json()["id"]) as made:
        assert made.get()["recipe"]["seed"] == 7


def test_a_mark_before_the_text_itself_is_no_part_of_it(run: LiveRun) -> None:
    assert read_recipe("\ufeff" + TEXT) == RECIPE
    weights = {"weights": ("w", run.send("GET", "/weights").content)}
    http = run.server.http
    made = http.post("/runs/from-weights", files=weights, data={"recipe": "\ufeff" + TEXT})
    assert made.status_code == 201, made.text
    LiveRun(run.server, made.json()["id"]).delete()


def test_bytes_that_are_no_text_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(b'{"seed": \xff}')
    with pytest.raises(RefusedError, match="The recipe is not JSON"):
        read_recipe(str(path))

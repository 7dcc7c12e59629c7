"""How `convscope data` sends a folder, and how it asks before a set goes."""

import argparse
import asyncio
import io
from pathlib import Path
from typing import Any

import pytest

from convscope.cli import data_commands
from convscope.cli.data_commands import _archives, _fields, delete
from tests.cli.test_data_commands import folder_of

LINES = {"id": "lines-1", "title": "Lines", "train": 1000, "test": 234}


class OneSet:
    """An `Api` with one data set, and what was asked of it."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def get(self, _: str) -> Any:
        return {"datasets": [LINES]}

    async def send(self, method: str, path: str, **_: Any) -> None:
        self.sent.append(f"{method} {path}")


def deleted(*, yes: bool = False) -> tuple[int, list[str]]:
    """The exit status, and what was sent."""
    api = OneSet()
    options = argparse.Namespace(dataset="Lines", force=False, yes=yes)
    status = asyncio.run(delete(api, options))  # type: ignore[arg-type]
    return status, api.sent


GONE = ["DELETE /datasets/lines-1"]


def test_a_large_folder_is_sent_in_several_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "many")
    monkeypatch.setattr(data_commands, "ARCHIVE_BYTES", 4000)
    archives = list(_archives(folder))
    assert len(archives) > 3
    assert all(name == "many.zip" for name, _ in archives)
    for _, file in archives:
        file.close()


@pytest.mark.parametrize(
    ("paths", "wrap"),
    [
        (["oak/day1/1.png", "elm/day2/2.png", "oak/notes.txt"], "0"),
        (["trees/train/oak/1.png", "trees/test/elm/a/2.png", ".DS_Store"], "2"),
    ],
)
def test_each_part_of_a_folder_is_told_the_level_of_the_classes_of_the_whole(
    tmp_path: Path, paths: list[str], wrap: str
) -> None:
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert _fields(tmp_path) == {"wrap": (None, wrap)}
    assert _fields(tmp_path / paths[0]) == {}


@pytest.mark.parametrize(
    ("typed", "status", "sent"),
    [("y\n", 0, GONE), ("YES\n", 0, GONE), ("\n", 1, []), ("no\n", 1, []), ("", 1, [])],
)
def test_on_a_terminal_a_set_goes_only_when_that_is_confirmed(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    status: int,
    sent: list[str],
) -> None:
    terminal = io.StringIO(typed)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    assert deleted() == (status, sent)
    told = capsys.readouterr().err
    assert told.startswith("Delete Lines (lines-1, 1,234 pictures) for good? [y/N] ")
    assert ("Nothing was deleted." in told) == (not sent)


def test_without_a_terminal_a_set_goes_only_with_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert deleted() == (2, [])
    assert "Expected --yes" in capsys.readouterr().err
    assert deleted(yes=True) == (0, GONE)

"""What a worker captures, and how often: only for viewers, and once for all of them."""

import time
from collections import deque
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from app.child import loop as module
from app.child.capture import Wanted, capture
from app.child.commands import HANDLERS
from app.child.line import Line
from app.child.loop import Loop
from app.child.session import Session
from app.runs.viewers import Viewers, Watch
from app.types import JsonObject
from app.wire.frame import Section, decode_sections
from app.wire.messages import Message
from tests.networks import recipe
from tests.sessions import session

KINDS = {"conv1": frozenset({"weight", "bias", "weight_gradient"}), "relu1": frozenset[str]()}
WATCH = Watch(frozenset(KINDS), frozenset({"weight", "feature_maps", "input"}))


class OverError(Exception):
    """All commands are served and nothing is left to do."""


class Script:
    """Stands for the line: commands in an order, and what the worker says to them."""

    def __init__(self, *commands: JsonObject) -> None:
        self._todo = deque(Message(command, b"") for command in commands)
        self.said: list[tuple[JsonObject, bytes]] = []

    def next(self, timeout_s: float | None) -> Message | None:
        """The next command; OverError where the worker would wait for ever."""
        if timeout_s == 0:
            return None  # one command at a time, each with all that it leads to
        if self._todo:
            return self._todo.popleft()
        if timeout_s is None:
            raise OverError
        time.sleep(timeout_s)
        return None

    def send(self, header: JsonObject, payload: bytes = b"") -> None:
        """What it says."""
        self.said.append((header, payload))

    @property
    def frames(self) -> list[tuple[str, int]]:
        """Each frame's reason and step."""
        found = [header for header, _ in self.said if header.get("event") == "frame"]
        return [(header["reason"], header["status"]["step"]) for header in found]


def watch_command(viewers: int) -> JsonObject:
    """What a worker is told while so many watch the very same."""
    told: list[JsonObject] = []

    def tell(command: str, **arguments: Any) -> None:
        told.append({"command": command, "id": 0} | arguments)

    everybody = Viewers(tell, KINDS)
    for _ in range(viewers):
        everybody.watch(everybody.join(), WATCH)
    everybody.tell_worker()
    return told[-1]


def trained_for(
    viewers: int, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Script, list[list[Section]]]:
    """A run that is started, watched and stepped twice; and what was captured of it."""
    captured = []

    def counting(of: Session, wanted: Wanted) -> tuple[list[Section], JsonObject]:
        found = capture(of, wanted)
        captured.append(found[0])
        return found

    monkeypatch.setattr(module, "capture", counting)
    start = {"command": "start", "id": 1, "recipe": recipe().model_dump(mode="json")}
    start |= {"device": "cpu", "data_dirs": [], "cache_dir": str(cache_dir)}
    step = {"command": "step", "id": 2, "steps": 1, "until": None}
    script = Script(
        start | {"steps_per_second": None}, watch_command(viewers), step, step | {"id": 3}
    )
    with pytest.raises(OverError):
        Loop(cast(Line, script), HANDLERS).run()
    return script, captured


def test_nothing_is_captured_while_nobody_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, captured = trained_for(0, tmp_path, monkeypatch)
    assert captured == []
    assert script.frames == []
    assert script.said[-1][0]["status"]["step"] == 2


@pytest.mark.parametrize("viewers", [1, 2, 5])
def test_a_state_is_captured_once_however_many_watch_the_same(
    viewers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, captured = trained_for(viewers, tmp_path, monkeypatch)
    assert script.frames == [("watch", 0), ("step", 1), ("step", 2)]
    assert len(captured) == 3
    keys = [[section.key for section in found] for found in captured]
    assert (
        keys
        == [
            [
                ("conv1", "weight", None),
                ("", "input", "test-0"),
                ("conv1", "feature_maps", "test-0"),
                ("relu1", "feature_maps", "test-0"),
            ]
        ]
        * 3
    )


def test_a_frame_holds_what_was_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, captured = trained_for(1, tmp_path, monkeypatch)
    frames = [said for said in script.said if said[0].get("event") == "frame"]
    for (header, payload), expected in zip(frames, captured, strict=True):
        found = decode_sections(header["sections"], memoryview(payload))
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.key == theirs.key
            np.testing.assert_array_equal(ours.values, theirs.values)


def test_two_probes_of_one_layer_are_two_sections(
    tmp_path: Path,
) -> None:
    made = session(recipe(), tmp_path)
    maps = (("conv1", "test-0"), ("conv1", "test-1"))
    found, predictions = capture(made, Wanted(maps=maps, probes=("test-0", "test-1")))
    keys = [section.key for section in found]
    assert keys == [
        ("", "input", "test-0"),
        ("", "input", "test-1"),
        ("conv1", "feature_maps", "test-0"),
        ("conv1", "feature_maps", "test-1"),
    ]
    assert set(predictions) == {"test-0", "test-1"}


def test_a_picture_that_is_gone_is_left_out(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    wanted = Wanted(maps=(("conv1", "up-00000000"),), probes=("up-00000000",))
    assert capture(made, wanted) == ([], {})


def test_before_the_first_step_there_is_no_gradient_to_capture(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    wanted = Wanted(tensors=(("conv1", "weight"), ("conv1", "weight_gradient")))
    assert [section.kind for section in capture(made, wanted)[0]] == ["weight"]
    made.advance()
    kinds = [section.kind for section in capture(made, wanted)[0]]
    assert kinds == ["weight", "weight_gradient"]

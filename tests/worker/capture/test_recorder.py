"""What a worker captures, and how often: only for viewers, and once for all of them."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from convscope.frames.format import Section, decode_sections
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Command, Start, Step, Wanted
from convscope.learn.observe import as_maps
from convscope.runs.viewers import INPUT, OUTPUT, Quantity, Viewers, Watch
from convscope.types import JsonObject
from convscope.worker.capture import scheduler as module
from convscope.worker.capture.recorder import Recorder, Snapshot, capture
from convscope.worker.capture.subject import Subject
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from convscope.worker.session import Session
from tests.support.networks import DEFAULT, EVERY_LAYER, recipe
from tests.support.sessions import session
from tests.support.worker_script import OverError, Script
from tests.support.workers import setup

WEIGHT, GRADIENT = Quantity("weight"), Quantity("weight", "gradient")
QUANTITIES = {
    "conv1": frozenset({WEIGHT, Quantity("bias"), GRADIENT}),
    "relu1": frozenset[Quantity](),
}
OF = ("value", "gradient", "update")
WATCH = Watch(frozenset(QUANTITIES), frozenset({WEIGHT, OUTPUT, INPUT}))


def watch_command(viewers: int) -> Command[Any]:
    """What a worker is told while so many watch the very same."""
    told: list[Command[Any]] = []
    everybody = Viewers(told.append, QUANTITIES)
    for _ in range(viewers):
        everybody.watch(everybody.join(), WATCH)
    everybody.tell_worker()
    return told[-1]


def trained_for(
    viewers: int, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Script, list[list[Section]]]:
    """A run that is started, watched and stepped twice; and what was captured of it."""
    captured = []

    class Counting(Recorder):
        """Takes each snapshot twice: as the worker does, and alone."""

        def take(self, subject: Subject, wanted: Wanted) -> Snapshot:
            captured.append(capture(subject, wanted)[0])
            return super().take(subject, wanted)

    monkeypatch.setattr(module, "Recorder", Counting)
    start = Start(setup=setup(recipe().model_dump(mode="json"), cache_dir))
    script = Script(start, watch_command(viewers), Step(steps=1), Step(steps=1))
    with pytest.raises(OverError):
        Loop(cast(Channel, script), HANDLERS).run()
    return script, captured


def test_nothing_is_captured_while_nobody_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, captured = trained_for(0, tmp_path, monkeypatch)
    assert captured == []
    assert script.frames == []
    assert script.said[-1].status is not None
    assert script.said[-1].status.step == 2


@pytest.mark.parametrize("viewers", [1, 2, 5])
def test_a_state_is_captured_once_however_many_watch_the_same(
    viewers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, captured = trained_for(viewers, tmp_path, monkeypatch)
    assert script.frames == [("watch", 0), ("step", 1), ("step", 2)]
    assert len(captured) == 3
    keys = [[section.spec.key for section in found] for found in captured]
    assert (
        keys
        == [
            [
                ("conv1", "weight", "value", None),
                ("", "input", "value", "test-0"),
                ("conv1", "output", "value", "test-0"),
                ("relu1", "output", "value", "test-0"),
            ]
        ]
        * 3
    )


def test_a_frame_holds_what_was_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, captured = trained_for(1, tmp_path, monkeypatch)
    frames = script.events
    assert [frame.layout for frame in frames] == [1, 1, 1]
    assert [frame.sections is not None for frame in frames] == [True, False, False]
    entries = frames[0].sections
    assert entries is not None
    for frame, expected in zip(frames, captured, strict=True):
        found = decode_sections(entries, memoryview(frame.payload))
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.spec.key == theirs.spec.key
            np.testing.assert_array_equal(ours.values, theirs.values)


def everything(of: Session, *probes: str) -> Wanted:
    """All tensors with their gradients and updates, and all maps of some pictures."""
    learned = ("weight", "bias")
    pairs = [(plan.name, name) for plan in of.plans for name in plan.tensors if name in learned]
    return Wanted(
        tensors=tuple((layer, name, of) for layer, name in pairs for of in OF),
        maps=tuple((plan.name, probe) for plan in of.plans for probe in probes),
        probes=probes,
    )


def seen_directly(of: Session, section: Section) -> Floats:
    """What a section shows, each got by itself from the observer."""
    if section.spec.dtype == "f32":
        return of.observer.tensor(section.spec.layer, section.spec.tensor, section.spec.of)
    assert section.spec.probe is not None
    pixels = of.images.get(section.spec.probe)
    if section.spec.tensor == "input":
        return pixels.astype(np.float32) / np.float32(255)
    return as_maps(of.observer.outputs([pixels], [section.spec.layer])[section.spec.layer][0])


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_a_recorder_shows_snapshot_after_snapshot_what_each_tensor_is_by_itself(
    spec: dict[str, Any], tmp_path: Path
) -> None:
    made, recorder = session(recipe(spec), tmp_path), Recorder()
    entries: list[JsonObject] | None = None
    for _ in range(3):
        made.advance()
        snapshot = recorder.take(made, everything(made, "test-3", "test-5"))
        entries = snapshot.entries or entries
        assert entries is not None
        for section in decode_sections(entries, memoryview(snapshot.payload)):
            expected = seen_directly(made, section)
            if section.spec.dtype == "f32":
                np.testing.assert_array_equal(section.values, expected)
                continue
            level = (expected.max(axis=(1, 2)) - expected.min(axis=(1, 2)))[:, None, None] / 255
            np.testing.assert_allclose(section.values, expected, atol=level.max() * 0.51 + 1e-5)


def test_a_layout_is_told_once_and_again_when_there_is_something_else_to_see(
    tmp_path: Path,
) -> None:
    made, recorder = session(recipe(), tmp_path), Recorder()
    made.images.put("up-1", made.images.get("test-1"))
    wanted = everything(made, "test-0", "up-1")

    def told() -> tuple[int, bool]:
        snapshot = recorder.take(made, wanted)
        return snapshot.layout, snapshot.entries is not None

    assert [told(), told()] == [(1, True), (1, False)]
    made.advance()  # now there are gradients
    assert [told(), told()] == [(2, True), (2, False)]
    made.images.put("up-1", made.images.get("test-2"))
    assert [told(), told()] == [(3, True), (3, False)]
    made.begin()  # another network
    assert [told(), told()] == [(4, True), (4, False)]
    wanted = everything(made, "test-0")
    assert [told(), told()] == [(5, True), (5, False)]


def test_a_picture_that_is_replaced_is_seen_in_the_next_snapshot(tmp_path: Path) -> None:
    made, recorder = session(recipe(), tmp_path), Recorder()
    wanted = Wanted(maps=(("conv1", "up-1"),), probes=("up-1",))
    seen = []
    for picture in ("test-1", "test-2"):
        made.images.put("up-1", made.images.get(picture))
        snapshot = recorder.take(made, wanted)
        assert snapshot.entries is not None
        sections = decode_sections(snapshot.entries, memoryview(bytes(snapshot.payload)))
        seen.append([section.values for section in sections])
    for ours, picture in zip(seen, ("test-1", "test-2"), strict=True):
        expected = made.images.get(picture).astype(np.float32) / np.float32(255)
        np.testing.assert_allclose(ours[0], expected, atol=1e-6)
    assert not np.array_equal(seen[0][1], seen[1][1])


def test_two_probes_of_one_layer_are_two_sections(
    tmp_path: Path,
) -> None:
    made = session(recipe(), tmp_path)
    maps = (("conv1", "test-0"), ("conv1", "test-1"))
    found, predictions = capture(made, Wanted(maps=maps, probes=("test-0", "test-1")))
    keys = [section.spec.key for section in found]
    assert keys == [
        ("", "input", "value", "test-0"),
        ("", "input", "value", "test-1"),
        ("conv1", "output", "value", "test-0"),
        ("conv1", "output", "value", "test-1"),
    ]
    assert set(predictions) == {"test-0", "test-1"}


def test_a_picture_that_is_gone_is_left_out(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    wanted = Wanted(maps=(("conv1", "up-00000000"),), probes=("up-00000000",))
    assert capture(made, wanted) == ([], {})


def test_before_the_first_step_there_is_no_gradient_to_capture(tmp_path: Path) -> None:
    made = session(recipe(), tmp_path)
    wanted = Wanted(tensors=(("conv1", *WEIGHT), ("conv1", *GRADIENT)))
    assert [section.spec.of for section in capture(made, wanted)[0]] == ["value"]
    made.advance()
    assert [section.spec.of for section in capture(made, wanted)[0]] == ["value", "gradient"]

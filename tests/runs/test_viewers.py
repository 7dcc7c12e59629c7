"""Fan-out: what the worker is told, who gets which frame, and when there is room for another."""

import asyncio
from typing import Any

import numpy as np
import pytest

from convscope.frames.format import Section, SectionSpec, decode_frame, encode_payload
from convscope.frames.quantize import quantize
from convscope.ipc import commands
from convscope.ipc.commands import Command
from convscope.ipc.reports import FrameNotice
from convscope.runs.viewers import Frame, Parts, Quantity, Viewer, Viewers, Watch, frame_bytes
from tests.support.workers import status

LEARNED = frozenset({Quantity("weight"), Quantity("bias")})
QUANTITIES = {"conv1": LEARNED, "relu1": frozenset[Quantity](), "linear1": LEARNED}


class Told:
    """What a worker would hear."""

    def __init__(self) -> None:
        self.commands: list[Command[Any]] = []

    def __call__(self, command: Command[Any]) -> None:
        self.commands.append(command)

    @property
    def last(self) -> commands.Watch:
        """The latest watch."""
        return [command for command in self.commands if isinstance(command, commands.Watch)][-1]

    @property
    def credits(self) -> int:
        """How often it was told that there is room."""
        return sum(isinstance(command, commands.Credit) for command in self.commands)


def watching(*watches: Watch) -> tuple[Viewers, list[Viewer], Told]:
    """One viewer for each of them."""
    told = Told()
    all_of_them = Viewers(told, QUANTITIES)
    joined = [all_of_them.join() for _ in watches]
    for viewer, watch in zip(joined, watches, strict=True):
        all_of_them.watch(viewer, watch)
    return all_of_them, joined, told


def watch(layers: str, kinds: str, **more: Any) -> Watch:
    """What a viewer wants, by words such as `weight`, `weight.gradient`, `output`."""
    names = (word.partition(".") for word in kinds.split())
    quantities = frozenset(Quantity(tensor, of or "value") for tensor, _, of in names)
    return Watch(frozenset(layers.split()), quantities, **more)


def sections() -> list[Section]:
    """A frame's: one layer's weights, two probes' maps."""
    weight = np.arange(8, dtype=np.float32).reshape(2, 1, 2, 2)
    maps = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    return [
        Section(SectionSpec("conv1", "weight", "value", weight.shape, "f32"), weight.tobytes()),
        Section(
            SectionSpec("conv1", "output", "value", maps.shape, "u8", "test-0"), quantize(maps)
        ),
        Section(
            SectionSpec("conv1", "output", "value", maps.shape, "u8", "test-1"), quantize(maps + 1)
        ),
    ]


def frame(number: int = 1, *, told: bool = True, layout: int = 1) -> Frame:
    """The worker's frame `number`; `told`: with its sections."""
    entries, payload = encode_payload(sections())
    event = FrameNotice(
        seq=number,
        reason="train",
        time=0.0,
        layout=layout,
        sections=entries if told else None,
        predictions={},
        payload=payload,
    )
    return Frame.of_notice(event, status(number))


def test_with_no_viewer_the_worker_is_told_to_watch_nothing() -> None:
    all_of_them, [viewer], told = watching(watch("conv1", "weight output"))
    all_of_them.leave(viewer)
    assert told.last.watched is False
    assert told.last.wanted == commands.Wanted()


def test_two_equal_viewers_ask_of_the_worker_what_one_does() -> None:
    same = watch("conv1 relu1", "weight bias output", probe="test-3")
    assert watching(same)[2].last == watching(same, same)[2].last
    maps = watching(same, same)[2].last.wanted.maps
    assert maps == (("conv1", "test-3"), ("relu1", "test-3"))


def test_the_worker_is_told_what_all_want_together_in_the_networks_order() -> None:
    *_, told = watching(
        watch("linear1 nothing", "weight weight.gradient", max_fps=5.0),
        watch("relu1 conv1", "output bias", probe="test-1", max_fps=20.0),
        watch("conv1", "output", probe="test-0", max_fps=2.0),
    )
    wanted = told.last.wanted
    assert wanted.tensors == (("conv1", "bias", "value"), ("linear1", "weight", "value"))
    assert wanted.maps == (("conv1", "test-0"), ("conv1", "test-1"), ("relu1", "test-1"))
    assert wanted.probes == ("test-0", "test-1")
    assert told.last.interval_s == 1 / 20


def test_equal_parts_of_a_frame_are_joined_once_and_decided_once_a_layout() -> None:
    made = frame()
    one = made.part(watch("conv1", "weight"))
    assert made.part(watch("conv1", "weight"))[1] is one[1]
    assert made.part(watch("conv1", "output"))[1] is not one[1]
    all_of_them, *_ = watching()
    all_of_them.offer(made)
    later = frame(2, told=False)
    all_of_them.offer(later)
    assert later.part(watch("conv1", "weight"))[0] is one[0]
    assert later.part(watch("conv1", "weight"))[1] is not one[1]


def test_a_frame_without_sections_has_those_of_the_layout_that_it_names() -> None:
    all_of_them, *_ = watching()
    all_of_them.offer(frame(1))
    bare = frame(2, told=False)
    all_of_them.offer(bare)
    wanted = watch("conv1", "weight output", probe="test-1")
    header, found = decode_frame(frame_bytes(bare, wanted, {}))
    assert header == decode_frame(frame_bytes(frame(2), wanted, {}))[0]
    np.testing.assert_array_equal(found[1].values, sections()[2].values)


def test_a_frame_of_a_layout_that_was_not_told_is_refused() -> None:
    all_of_them, *_ = watching()
    all_of_them.offer(frame(1))
    with pytest.raises(KeyError):
        all_of_them.offer(frame(2, told=False, layout=2))


def test_who_wants_all_of_a_frame_gets_the_workers_own_bytes() -> None:
    weight = sections()[:1]
    entries, payload = encode_payload(weight)
    made = Frame(1, "train", 0.0, status(), {}, payload, parts=Parts(entries))
    assert made.part(watch("conv1", "weight bias"))[1] is payload


def test_a_part_holds_the_viewers_own_probe_and_nothing_else() -> None:
    wanted = watch("conv1", "weight output", probe="test-1")
    header, found = decode_frame(frame_bytes(frame(7), wanted, {"mine": True}))
    assert [section.spec.key for section in found] == [
        ("conv1", "weight", "value", None),
        ("conv1", "output", "value", "test-1"),
    ]
    np.testing.assert_array_equal(found[0].values, sections()[0].values)
    np.testing.assert_array_equal(found[1].values, sections()[2].values)
    assert (header["step"], header["seq"], header["mine"]) == (7, 7, True)


@pytest.mark.anyio
async def test_a_viewer_that_does_not_take_finds_the_latest_frame_only() -> None:
    all_of_them, [slow, quick], _ = watching(*[watch("conv1", "weight")] * 2)
    seen = []
    for number in (1, 2, 3):
        all_of_them.offer(frame(number))
        news = await quick.next()
        assert news is not None
        assert news[1] is not None
        seen.append(news[1].seq)
    assert seen == [1, 2, 3]
    late = await slow.next()
    assert late is not None
    assert late[1] is not None
    assert late[1].seq == 3
    slow.run_changed()
    assert await slow.next() == (True, None, None)


@pytest.mark.anyio
async def test_the_first_viewer_to_take_a_frame_gives_the_worker_room_and_only_the_first() -> None:
    all_of_them, [one, two], told = watching(*[watch("conv1", "weight")] * 2)
    all_of_them.offer(frame(1))
    assert told.credits == 0
    await two.next()
    assert told.credits == 1
    await one.next()
    assert told.credits == 1
    all_of_them.offer(frame(2))
    await one.next()
    assert told.credits == 2


@pytest.mark.anyio
async def test_what_is_told_of_the_run_alone_gives_no_room() -> None:
    all_of_them, [viewer], told = watching(watch("conv1", "weight"))
    assert await viewer.next() == (True, None, None)
    all_of_them.run_changed()
    assert await viewer.next() == (True, None, None)
    assert told.credits == 0


@pytest.mark.anyio
async def test_a_viewer_of_a_run_that_is_gone_hears_no_more() -> None:
    all_of_them, [viewer], told = watching(watch("conv1", "weight"))
    all_of_them.offer(frame())
    all_of_them.close()
    assert await viewer.next() is None
    assert told.credits == 0


def test_a_frame_that_a_viewer_had_not_taken_when_the_next_came_is_counted_as_dropped() -> None:
    all_of_them, [slow, quick], _ = watching(watch("conv1", "weight"), watch("conv1", "weight"))
    all_of_them.offer(frame(1))
    asyncio.run(quick.next())
    assert all_of_them.counts.frames_dropped == 0
    all_of_them.offer(frame(2))
    assert all_of_them.counts.frames_dropped == 1
    assert slow.is_behind

"""Fan-out: one latest-frame slot for each viewer. A slow one skips frames and slows nobody."""

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from convscope.frames.format import encode_frame
from convscope.frames.layout import Layout, Part
from convscope.ipc import commands
from convscope.ipc.commands import Command, Credit, Wanted, Window
from convscope.ipc.replies import FrameReply, Status, Switches
from convscope.ipc.reports import FrameNotice
from convscope.runs.counts import Counts
from convscope.types import JsonObject, Of


class Quantity(NamedTuple):
    """What of a layer a viewer can watch: a tensor, or its gradient or update."""

    tensor: str  # weight, bias; output: the layer's maps; input: the network's
    of: str = Of.VALUE


OUTPUT, INPUT = Quantity("output"), Quantity("input")
OF_A_PROBE = frozenset({OUTPUT, INPUT})


@dataclass(frozen=True)
class Watch:
    """What one viewer wants to see."""

    layers: frozenset[str] = frozenset()
    quantities: frozenset[Quantity] = frozenset()
    probe: str = "test-0"
    max_fps: float = 30.0
    step: int | None = None  # of the past; None: the present
    windows: frozenset[Window] = frozenset()  # of layers that are not wanted whole

    @property
    def of_the_present(self) -> "Watch":
        """What it gets of the run's present: only how it goes on, where it looks at the past."""
        return self if self.step is None else replace(self, quantities=frozenset())

    def takes(self, entry: JsonObject) -> bool:
        """Whether the section of a header's entry is for this viewer."""
        quantity = Quantity(entry["tensor"], entry["of"])
        if quantity not in self.quantities:
            return False
        if quantity in OF_A_PROBE and entry["probe"] != self.probe:
            return False
        return quantity == INPUT or entry["layer"] in self.layers


class Parts:
    """What each viewer gets of the frames of one layout, decided once."""

    def __init__(self, entries: list[JsonObject]) -> None:
        layout = Layout(entries)
        # bounded, since a viewer may change its mind as often as it likes
        self.of: Callable[[Watch], Part] = lru_cache(64)(lambda watch: layout.part(watch.takes))


@dataclass(eq=False)
class Frame:
    """One observation, from which each viewer gets its part; equal parts are joined once."""

    seq: int
    reason: str
    time: float  # seconds (Unix) at which the step ended; 0 for a past one
    status: Status
    predictions: dict[str, JsonObject]  # by probe
    payload: bytes
    layout: int | None = None  # the number of what lies where; None: told with it
    parts: Parts | None = None  # None: as in the frame before
    switches: Switches | None = None  # of a past step
    recomputed: str | None = None
    _joined: dict[Part, bytes] = field(default_factory=dict)

    @classmethod
    def of_notice(cls, event: FrameNotice, status: Status) -> "Frame":
        """What a worker captured of the present."""
        return cls(
            event.seq,
            event.reason,
            event.time,
            status,
            event.predictions,
            event.payload,
            event.layout,
            None if event.sections is None else Parts(event.sections),
        )

    @classmethod
    def of_past(cls, reply: FrameReply, recomputed: str | None, reason: str = "seek") -> "Frame":
        """A past step, as it was asked for."""
        parts, payload = Parts(reply.sections), reply.payload
        return cls(
            0,
            reason,
            0.0,
            reply.status,
            reply.predictions,
            payload,
            parts=parts,
            switches=reply.switches,
            recomputed=recomputed,
        )

    def part(self, watch: Watch) -> tuple[bytes, bytes]:
        """The sections as JSON, and the payload, of what this viewer wants."""
        assert self.parts is not None
        part = self.parts.of(watch)
        if part not in self._joined:
            self._joined[part] = part.of(self.payload)
        return part.text, self._joined[part]


@dataclass(eq=False)
class Viewer:
    """One WebSocket's slot: the latest frame, and whether the run's own data has changed."""

    on_taken: Callable[[], None]
    watch: Watch = field(default_factory=Watch)
    heard_step: int = 0  # the history up to here has been sent
    heard_held_out: int = 0
    _frame: Frame | None = None
    _past: Frame | None = None
    _run_changed: bool = True
    _closed: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, frame: Frame) -> None:
        """The newest frame; one that was not taken yet is dropped."""
        self._frame = frame
        self._wake.set()

    @property
    def is_behind(self) -> bool:
        """Whether it has not taken the last frame yet."""
        return self._frame is not None

    def offer_past(self, frame: Frame) -> None:
        """A past step, as it was asked for."""
        self._past = frame
        self._wake.set()

    def run_changed(self) -> None:
        """The run's state or settings are others now."""
        self._run_changed = True
        self._wake.set()

    def close(self) -> None:
        """The run is gone."""
        self._closed = True
        self._wake.set()

    async def next(self) -> tuple[bool, Frame | None, Frame | None] | None:
        """Waits for news: whether the run changed, the latest frame, and the past step that was
        asked for; None when the run is gone."""
        await self._wake.wait()
        self._wake.clear()
        if self._closed:
            return None
        changed, self._run_changed = self._run_changed, False
        frame, self._frame = self._frame, None
        past, self._past = self._past, None
        if frame:
            self.on_taken()
        return changed, frame, past


class Viewers:
    """All viewers of a run, and what they want together."""

    def __init__(
        self,
        tell: Callable[[Command[Any]], None],
        quantities_of: dict[str, frozenset[Quantity]],
        counts: Counts | None = None,
    ) -> None:
        """`tell` sends a command to the worker; `quantities_of` says what each layer has."""
        self._tell = tell
        self._quantities_of = quantities_of
        self._all: set[Viewer] = set()
        self.counts = counts or Counts()  # of the whole server
        self.changes = 0  # of what the run says of itself, since the server began
        self._credit_given = True
        self._parts: dict[int, Parts] = {}  # of the worker's latest layout, by its number

    def __len__(self) -> int:
        return len(self._all)

    def join(self) -> Viewer:
        """A new viewer, which watches nothing yet."""
        viewer = Viewer(self._taken)
        viewer.run_changed()
        self._all.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        self._all.discard(viewer)
        self.tell_worker()

    def watch(self, viewer: Viewer, watch: Watch) -> None:
        """A viewer wants something else."""
        viewer.watch = watch
        self.tell_worker()

    def tell_worker(self) -> None:
        """The union of what is wanted, in an order that does not change."""
        self._credit_given = True
        fastest = max((viewer.watch.max_fps for viewer in self._all), default=1.0)
        wanted = self.wanted([viewer.watch.of_the_present for viewer in self._all])
        watched = bool(self._all)
        self._tell(commands.Watch(wanted=wanted, interval_s=1 / fastest, watched=watched))

    def wanted(self, watches: Iterable[Watch]) -> Wanted:
        """What a worker is to show for these."""
        watches = [watch for watch in watches if watch.quantities]
        tensors = {entry for watch in watches for entry in self._tensors(watch)}
        maps = {pair for watch in watches for pair in self._maps(watch)}
        order = list(self._quantities_of)

        def place(entry: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
            return order.index(entry[0]), entry[1:]

        probes = {watch.probe for watch in watches if watch.quantities & OF_A_PROBE}
        return Wanted(
            tensors=tuple(sorted(tensors, key=place)),
            maps=tuple(sorted(maps, key=place)),
            probes=tuple(sorted(probes)),
            windows=windows_for(watches),
        )

    def _tensors(self, watch: Watch) -> Iterator[tuple[str, str, str]]:
        for layer in watch.layers & self._quantities_of.keys():
            for quantity in watch.quantities & self._quantities_of[layer]:
                yield layer, quantity.tensor, quantity.of

    def _maps(self, watch: Watch) -> list[tuple[str, str]]:
        if OUTPUT not in watch.quantities:
            return []
        return [(layer, watch.probe) for layer in watch.layers & self._quantities_of.keys()]

    def offer(self, frame: Frame) -> None:
        """Give a frame to everybody; KeyError for a layout that the worker has not told."""
        if frame.parts is None:
            assert frame.layout is not None
            frame.parts = self._parts[frame.layout]
        elif frame.layout is not None:
            self._parts = {frame.layout: frame.parts}
        self._credit_given = False
        for viewer in self._all:
            self.counts.frames_dropped += viewer.is_behind
            viewer.offer(frame)

    def _taken(self) -> None:
        """The first viewer that has room again lets the worker make the next frame."""
        if not self._credit_given:
            self._credit_given = True
            self._tell(Credit())

    def run_changed(self) -> None:
        """Everybody is told of the run's state and settings."""
        self.changes += 1
        for viewer in self._all:
            viewer.run_changed()

    def restart(self) -> None:
        """The history begins anew for everybody."""
        for viewer in self._all:
            viewer.heard_step = viewer.heard_held_out = 0

    def close(self) -> None:
        """The run is gone."""
        for viewer in self._all:
            viewer.close()


def windows_for(watches: Iterable[Watch]) -> tuple[Window, ...]:
    """For each layer that nobody wants whole the smallest window with all that is in view."""
    found: dict[str, Window] = {}
    whole: set[str] = set()
    for watch in watches:
        own = {window.layer: window for window in watch.windows}
        whole |= watch.layers - own.keys()
        for layer, window in own.items():
            found[layer] = found[layer].around(window) if layer in found else window
    return tuple(window for layer, window in sorted(found.items()) if layer not in whole)


def quantities_of(tensors: Container[str]) -> frozenset[Quantity]:
    """What a viewer can watch of a layer that has these."""
    learned = [name for name in ("weight", "bias") if name in tensors]
    return frozenset(Quantity(name, of) for name in learned for of in Of)


def frame_bytes(frame: Frame, watch: Watch, extra: JsonObject) -> bytes:
    """The frame as one viewer gets it; `extra` are the header's fields that are its own."""
    sections, payload = frame.part(watch)
    header = {"seq": frame.seq, "reason": frame.reason, "time": frame.time}
    status = vars(frame.status)
    if frame.status.loop:
        status = status | {"loop": vars(frame.status.loop)}
    return encode_frame(header | status | extra, payload, sections)

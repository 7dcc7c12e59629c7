"""Fan-out: one latest-frame slot for each viewer. A slow one skips frames and slows nobody."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.types import JsonObject
from app.wire.frame import decode_sections, encode_frame, encode_payload

MAP_KINDS = frozenset({"feature_maps", "input"})


@dataclass(frozen=True)
class Watch:
    """What one viewer wants to see."""

    layers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    probe: str = "test-0"
    max_fps: float = 30.0

    def takes(self, entry: JsonObject) -> bool:
        """Whether the section of a header's entry is for this viewer."""
        kind = entry["kind"]
        if kind not in self.kinds:
            return False
        if kind in MAP_KINDS and entry["probe"] != self.probe:
            return False
        return kind == "input" or entry["layer"] in self.layers


class Frame:
    """A worker's frame, from which each viewer gets its part; equal parts are joined once."""

    def __init__(self, header: JsonObject, payload: bytes) -> None:
        self.header = header
        self._payload = payload
        self._parts: dict[Watch, tuple[list[JsonObject], bytes]] = {}

    def part(self, watch: Watch) -> tuple[list[JsonObject], bytes]:
        """The entries and the payload of what this viewer wants."""
        if watch not in self._parts:
            self._parts[watch] = self._join(watch)
        return self._parts[watch]

    def _join(self, watch: Watch) -> tuple[list[JsonObject], bytes]:
        entries: list[JsonObject] = self.header["sections"]
        mine = [entry for entry in entries if watch.takes(entry)]
        if len(mine) == len(entries):
            return entries, self._payload
        return encode_payload(decode_sections(mine, memoryview(self._payload)))


@dataclass(eq=False)
class Viewer:
    """One WebSocket's slot: the latest frame, and whether the run's own data has changed."""

    on_taken: Callable[[], None]
    watch: Watch = field(default_factory=Watch)
    heard_step: int = 0  # the history up to here has been sent
    heard_held_out: int = 0
    _frame: Frame | None = None
    _run_changed: bool = True
    _closed: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, frame: Frame) -> None:
        """The newest frame; one that was not taken yet is dropped."""
        self._frame = frame
        self._wake.set()

    def run_changed(self) -> None:
        """The run's state or settings are others now."""
        self._run_changed = True
        self._wake.set()

    def close(self) -> None:
        """The run is gone."""
        self._closed = True
        self._wake.set()

    async def next(self) -> tuple[bool, Frame | None] | None:
        """Waits for news: whether the run changed, and the latest frame; None when it is gone."""
        await self._wake.wait()
        self._wake.clear()
        if self._closed:
            return None
        changed, self._run_changed = self._run_changed, False
        frame, self._frame = self._frame, None
        if frame:
            self.on_taken()
        return changed, frame


class Viewers:
    """All viewers of a run, and what they want together."""

    def __init__(self, tell: Callable[..., Any], kinds_of: dict[str, frozenset[str]]) -> None:
        """`tell` sends a command to the worker; `kinds_of` says which kinds each layer has."""
        self._tell = tell
        self._kinds_of = kinds_of
        self._all: set[Viewer] = set()
        self._credit_given = True

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
        watches = [viewer.watch for viewer in self._all if viewer.watch.kinds]
        tensors = {pair for watch in watches for pair in self._tensors(watch)}
        maps = {pair for watch in watches for pair in self._maps(watch)}
        order = list(self._kinds_of)
        self._credit_given = True
        self._tell(
            "watch",
            tensors=sorted(tensors, key=lambda pair: (order.index(pair[0]), pair[1])),
            maps=sorted(maps, key=lambda pair: (order.index(pair[0]), pair[1])),
            probes=sorted({watch.probe for watch in watches if watch.kinds & MAP_KINDS}),
            interval_s=1 / max((watch.max_fps for watch in watches), default=1.0),
            watched=bool(self._all),
        )

    def _tensors(self, watch: Watch) -> list[tuple[str, str]]:
        wanted = watch.layers & self._kinds_of.keys()
        return [(layer, kind) for layer in wanted for kind in watch.kinds & self._kinds_of[layer]]

    def _maps(self, watch: Watch) -> list[tuple[str, str]]:
        if "feature_maps" not in watch.kinds:
            return []
        return [(layer, watch.probe) for layer in watch.layers & self._kinds_of.keys()]

    def offer(self, frame: Frame) -> None:
        """Give a frame to everybody."""
        self._credit_given = False
        for viewer in self._all:
            viewer.offer(frame)

    def _taken(self) -> None:
        """The first viewer that has room again lets the worker make the next frame."""
        if not self._credit_given:
            self._credit_given = True
            self._tell("credit")

    def run_changed(self) -> None:
        """Everybody is told of the run's state and settings."""
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


def frame_bytes(frame: Frame, watch: Watch, extra: JsonObject) -> bytes:
    """The frame as one viewer gets it; `extra` are the header's fields that are its own."""
    entries, payload = frame.part(watch)
    look = frame.header
    header = {key: look[key] for key in ("seq", "reason", "time")}
    return encode_frame(header | look["status"] | extra | {"sections": entries}, payload)

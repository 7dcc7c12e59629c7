"""Frames: what the viewers together want to see of the present state, each thing encoded once."""

from dataclasses import dataclass
from math import isfinite

from convscope.frames.format import Section, decode_sections
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Wanted
from convscope.learn.observe import softmax
from convscope.types import JsonObject, Of
from convscope.worker.capture.frame_buffer import FrameBuffer
from convscope.worker.capture.subject import Observable, Subject

Taken = tuple[Observable, Wanted, int, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True)
class Snapshot:
    """One observation; the payload is the recorder's own, and changes with the next one."""

    layout: int  # the number of what lies where, from 1
    entries: list[JsonObject] | None  # of its sections; None: as in the frame before
    payload: bytearray
    predictions: dict[str, JsonObject]  # by probe


class Recorder:
    """Takes frames of a subject; from one to the next of the same things, only numbers change."""

    def __init__(self) -> None:
        self._taken: Taken | None = None
        self._buffer: FrameBuffer
        self._layout = 0

    def take(self, subject: Subject, wanted: Wanted) -> Snapshot:
        """What is wanted of the present state."""
        taken = _taken(subject, wanted)
        new = taken != self._taken
        if new:
            self._buffer = FrameBuffer(subject, taken[-1], wanted)
            self._taken = taken
            self._layout += 1
        buffer = self._buffer
        predictions: dict[str, JsonObject] = {}
        scores = buffer.write()
        if scores is not None and subject.has_scores:
            pairs = zip(buffer.probes, scores, strict=True)
            predictions = {probe: prediction(logits) for probe, logits in pairs}
        return Snapshot(self._layout, buffer.entries if new else None, buffer.payload, predictions)


def _taken(subject: Subject, wanted: Wanted) -> Taken:
    """All that decides which sections there are, and of what."""
    observer, images = subject.observer, subject.images
    present = tuple(entry for entry in wanted.tensors if _is_there(observer, *entry))
    return observer, wanted, images.version, present


def _is_there(observer: Observable, layer: str, tensor: str, of: str) -> bool:
    return of == Of.VALUE or observer.has_change(observer.parameter(layer, tensor), Of(of))


def capture(subject: Subject, wanted: Wanted) -> tuple[list[Section], dict[str, JsonObject]]:
    """The sections of a single frame, and the predictions for each probe."""
    snapshot = Recorder().take(subject, wanted)
    assert snapshot.entries is not None
    return decode_sections(snapshot.entries, memoryview(snapshot.payload)), snapshot.predictions


def prediction(logits: Floats) -> JsonObject:
    """Class scores and their softmax as lists; a number that is not finite is None."""
    return {"logits": finite(logits), "probabilities": finite(softmax(logits))}


def finite(values: Floats) -> list[float | None]:
    """A vector as a list in which what is not finite is None."""
    return [v if isfinite(v) else None for v in values.tolist()]

"""Frames: what the viewers together want to see of the present state, each thing encoded once."""

from dataclasses import dataclass
from math import isfinite

from convscope.frames.format import Section, decode_sections
from convscope.frames.quantize import Floats
from convscope.ipc.commands import Wanted
from convscope.learn.observe import Observer, softmax
from convscope.types import JsonObject, Of
from convscope.worker.capture.frame_buffer import FrameBuffer
from convscope.worker.session import Session

Subject = tuple[Observer, Wanted, int, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True)
class Snapshot:
    """One observation; the payload is the recorder's own, and changes with the next one."""

    layout: int  # the number of what lies where, from 1
    entries: list[JsonObject] | None  # of its sections; None: as in the frame before
    payload: bytearray
    predictions: dict[str, JsonObject]  # by probe


class Recorder:
    """Takes frames of a session; from one to the next of the same things, only numbers change."""

    def __init__(self) -> None:
        self._subject: Subject | None = None
        self._buffer: FrameBuffer
        self._layout = 0

    def take(self, session: Session, wanted: Wanted) -> Snapshot:
        """What is wanted of the present state."""
        subject = _subject(session, wanted)
        new = subject != self._subject
        if new:
            self._buffer = FrameBuffer(session, subject[-1], wanted.maps, wanted.probes)
            self._subject = subject
            self._layout += 1
        buffer = self._buffer
        predictions: dict[str, JsonObject] = {}
        scores = buffer.write()
        if scores is not None and session.has_scores:
            pairs = zip(buffer.probes, scores, strict=True)
            predictions = {probe: prediction(logits) for probe, logits in pairs}
        return Snapshot(self._layout, buffer.entries if new else None, buffer.payload, predictions)


def _subject(session: Session, wanted: Wanted) -> Subject:
    """All that decides which sections there are, and of what."""
    observer, images = session.observer, session.images
    present = tuple(entry for entry in wanted.tensors if _is_there(observer, *entry))
    return observer, wanted, images.version, present


def _is_there(observer: Observer, layer: str, tensor: str, of: str) -> bool:
    return of == Of.VALUE or observer.has_change(observer.parameter(layer, tensor))


def capture(session: Session, wanted: Wanted) -> tuple[list[Section], dict[str, JsonObject]]:
    """The sections of a single frame, and the predictions for each probe."""
    snapshot = Recorder().take(session, wanted)
    assert snapshot.entries is not None
    return decode_sections(snapshot.entries, memoryview(snapshot.payload)), snapshot.predictions


def prediction(logits: Floats) -> JsonObject:
    """Class scores and their softmax as lists; a number that is not finite is None."""
    return {"logits": finite(logits), "probabilities": finite(softmax(logits))}


def finite(values: Floats) -> list[float | None]:
    """A vector as a list in which what is not finite is None."""
    return [v if isfinite(v) else None for v in values.tolist()]

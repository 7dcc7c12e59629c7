"""What a worker says: every message carries the metrics since the last, the status, and perhaps an
answer or an event."""

from dataclasses import dataclass

from convscope.ipc.replies import FilterId, Reply, Status
from convscope.types import FindingKind, JsonObject


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """The history since the last message: one entry a step in each of the lists, None where a loop
    has not told it."""

    restarted: bool = False  # the run is at step 0 again: all before is void
    step: list[int]
    loss: list[float | None]
    accuracy: list[float | None]
    held_out: list[tuple[int, float, float | None]]  # step, accuracy, balanced accuracy


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a worker says without being asked."""

    payload: bytes = b""


@dataclass(frozen=True, kw_only=True)
class CheckpointNotice(Notice):
    """All it takes to come back to the present state; `payload` is safetensors."""

    checkpoint: JsonObject


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that the run did at a step, in a sentence, with its numbers by name."""

    kind: FindingKind
    step: int
    says: str
    place: FilterId | None = None  # the filter that it is about, if it is about one
    numbers: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class FindingNotice(Notice):
    """A finding; it is told once, and again only when it was undone meanwhile."""

    finding: Finding


@dataclass(frozen=True, kw_only=True)
class FrameNotice(Notice):
    """One observation; `payload` is the sections' bytes."""

    seq: int
    reason: str
    time: float  # seconds (Unix) at which the step ended
    layout: int  # the number of what lies where, from 1
    sections: list[JsonObject] | None  # None: as in the frame before
    predictions: dict[str, JsonObject]  # by probe


@dataclass(frozen=True, kw_only=True)
class RecordNotice(Notice):
    """A frame of an observed run that is kept, since its steps cannot be made again; `payload` is
    the sections' bytes."""

    step: int
    sections: list[JsonObject]
    predictions: dict[str, JsonObject]  # by probe


@dataclass(frozen=True, kw_only=True)
class Report:
    """One message of a worker."""

    metrics: Metrics
    status: Status | None  # None before there is a run
    reply: Reply | None = None
    notice: Notice | None = None

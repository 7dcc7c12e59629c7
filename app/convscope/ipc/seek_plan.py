"""Seek plans: to a recorded step from the checkpoint before it, by the same steps."""

from dataclasses import dataclass, field

from convscope.types import JsonObject


@dataclass(frozen=True, kw_only=True)
class SeekPlan:
    """From a checkpoint to a step, as a run's file has it; the tensors of one or two checkpoints
    go with it as bytes. An event took effect after its step and before the next."""

    to: int
    segment: int  # the part of the run, with one recipe, that `to` lies in
    settings: JsonObject  # of the optimiser, as they were when the segment began
    checkpoint: JsonObject  # step, loss, recent, updates: see FORMAT.md
    tensors_bytes: int  # of the checkpoint's tensors; the rest are those of `exact`
    events: list[JsonObject] = field(default_factory=list)  # id, segment, step, at, kind, body
    optimizer: bool = True  # whether the checkpoint's optimiser state is this recipe's
    exact: JsonObject | None = None  # the checkpoint kept at `to` itself, to end on

    def split(self, tensors: bytes) -> tuple[bytes, bytes]:
        """The tensors of `checkpoint`, and of `exact`."""
        return tensors[: self.tensors_bytes], tensors[self.tensors_bytes :]

    def includes(self, event: JsonObject) -> bool:
        """Whether the checkpoint's weights have been through an event."""
        earlier: bool = event["step"] < self.checkpoint["step"]
        return event["segment"] < self.segment or earlier

    @property
    def last_event(self) -> int:
        """The id of the last event that the state at its end has been through, or 0."""
        return max((event["id"] for event in self.events), default=0)

"""Coming to a step that was recorded: from the checkpoint before it, by the very same steps.

A way is what the server sends of a run's file: `{to, segment, settings, checkpoint: {step, loss,
recent, updates}, events: [{segment, step, kind, body}], optimizer, exact: null or as checkpoint}`
and the bytes of one or two checkpoints. An event took effect after its step and before the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from convscope.child.ahead import worth_of_learning
from convscope.child.session import Session
from convscope.errors import ConflictError
from convscope.learn.changes import change_by_hand
from convscope.learn.checkpoint import load_state
from convscope.learn.trainer import NotFiniteError
from convscope.types import JsonObject


@dataclass(frozen=True)
class Way:
    """From a checkpoint to a step."""

    to: int
    segment: int  # the part of the run's life, with one recipe, that `to` lies in
    settings: JsonObject  # of the optimiser, as they were when the segment began
    checkpoint: JsonObject
    tensors: bytes
    events: list[JsonObject]
    optimizer: bool  # whether the checkpoint's optimiser state is this recipe's
    exact: JsonObject | None  # the checkpoint kept at `to` itself, to end on
    exact_tensors: bytes

    @classmethod
    def read(cls, way: JsonObject, payload: bytes) -> "Way":
        """From a command."""
        cut = way["tensors_bytes"]
        return cls(
            to=way["to"],
            segment=way["segment"],
            settings=way["settings"],
            checkpoint=way["checkpoint"],
            tensors=payload[:cut],
            events=way["events"],
            optimizer=way["optimizer"],
            exact=way["exact"],
            exact_tensors=payload[cut:],
        )

    def had(self, event: JsonObject) -> bool:
        """Whether the checkpoint's weights have been through an event."""
        earlier: bool = event["step"] < self.checkpoint["step"]
        return event["segment"] < self.segment or earlier


class Traveller:
    """Takes a session along ways, from where it is if that is nearer than the checkpoint."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = 0  # how many of the run's events this session has been through
        self._started = False

    def go(self, way: Way) -> Iterator[None]:
        """Yields after each step, so that it can be left off in between.

        ConflictError where a step cannot be computed again, as on another build of torch.
        """
        if not self._is_on(way):
            self._restore(way)
        trainer = self._session.trainer
        while trainer.step < way.to:
            try:
                trainer.advance()
            except NotFiniteError as error:
                self._started = False
                raise ConflictError(f"{error} when it was computed again here.") from None
            if trainer.step == way.to and way.exact is not None:
                load_state(trainer, way.exact, way.exact_tensors, reached=True)
            self._apply(way)
            yield

    def look_ahead(self, layer: str, number: int) -> Iterator[JsonObject | None]:
        """See `worth_of_learning`; the next way begins at its checkpoint."""
        self._started = False
        return worth_of_learning(self._session, layer, number)

    def _is_on(self, way: Way) -> bool:
        """Whether it can go on from the present state to the way's end."""
        here = self._session.trainer.step
        passed = [event for event in way.events if event["step"] <= here]
        ahead = here < way.to or (here == way.to and self._session.trainer.has_update)
        return (
            self._started
            and way.exact is None
            and way.checkpoint["step"] <= here
            and ahead
            and len(passed) == self._known
        )

    def _restore(self, way: Way) -> None:
        session = self._session
        session.begin()
        session.tune(way.settings)
        self._known, self._started = 0, True
        for event in way.events:
            if way.had(event):
                self._recall(event, way)
        load_state(session.trainer, way.checkpoint, way.tensors, optimizer=way.optimizer)
        session.tune({})  # what another recipe's optimiser did not keep begins at 0
        self._apply(way)

    def _recall(self, event: JsonObject, way: Way) -> None:
        """Know of an event that lies before the checkpoint."""
        self._known += 1
        if event["kind"] == "deed":
            self._session.hands.recall(event["body"])
        elif event["segment"] == way.segment:  # an earlier segment's is part of this recipe
            self._session.tune(event["body"]["changes"])

    def _apply(self, way: Way) -> None:
        """What happened at the step that it has come to."""
        here = self._session.trainer.step
        for event in way.events[self._known :]:
            if event["step"] > here:
                return
            self._known += 1
            if event["kind"] == "deed":
                change_by_hand(self._session.hands, event["body"]["change"])
            else:
                self._session.tune(event["body"]["changes"])

"""Coming to a step that was recorded: from the checkpoint before it, by the very same steps.

A way is what the server sends of a run's file: `{to, segment, settings, checkpoint: {step, loss,
recent, updates}, events: [{segment, step, kind, body}], optimizer, exact: null or as checkpoint}`
and the bytes of one or two checkpoints. An event took effect after its step and before the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from convscope.errors import ConflictError
from convscope.learn.checkpoint import load_state
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.trainer import NotFiniteError
from convscope.types import JsonObject
from convscope.worker.session import Session
from convscope.worker.tasks.freeze_ablation import freeze_ablation


@dataclass(frozen=True)
class SeekPlan:
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
    def read(cls, seek_plan: JsonObject, payload: bytes) -> "SeekPlan":
        """From a command."""
        cut = seek_plan["tensors_bytes"]
        return cls(
            to=seek_plan["to"],
            segment=seek_plan["segment"],
            settings=seek_plan["settings"],
            checkpoint=seek_plan["checkpoint"],
            tensors=payload[:cut],
            events=seek_plan["events"],
            optimizer=seek_plan["optimizer"],
            exact=seek_plan["exact"],
            exact_tensors=payload[cut:],
        )

    def had(self, event: JsonObject) -> bool:
        """Whether the checkpoint's weights have been through an event."""
        earlier: bool = event["step"] < self.checkpoint["step"]
        return event["segment"] < self.segment or earlier


class Seeker:
    """Takes a session along ways, from where it is if that is nearer than the checkpoint."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = 0  # how many of the run's events this session has been through
        self._started = False

    def go(self, seek_plan: SeekPlan) -> Iterator[None]:
        """Yields after each step, so that it can be left off in between.

        ConflictError where a step cannot be computed again, as on another build of torch.
        """
        if not self._is_on(seek_plan):
            self._restore(seek_plan)
        trainer = self._session.trainer
        while trainer.step < seek_plan.to:
            try:
                trainer.advance()
            except NotFiniteError as error:
                self._started = False
                raise ConflictError(f"{error} when it was computed again here.") from None
            if trainer.step == seek_plan.to and seek_plan.exact is not None:
                load_state(trainer, seek_plan.exact, seek_plan.exact_tensors, reached=True)
            self._apply(seek_plan)
            yield

    def ablate_freezing(self, layer: str, number: int) -> Iterator[JsonObject | None]:
        """See `worth_of_learning`; the next way begins at its checkpoint."""
        self._started = False
        return freeze_ablation(self._session, layer, number)

    def _is_on(self, seek_plan: SeekPlan) -> bool:
        """Whether it can go on from the present state to the way's end."""
        here = self._session.trainer.step
        passed = [event for event in seek_plan.events if event["step"] <= here]
        ahead = here < seek_plan.to or (here == seek_plan.to and self._session.trainer.has_update)
        return (
            self._started
            and seek_plan.exact is None
            and seek_plan.checkpoint["step"] <= here
            and ahead
            and len(passed) == self._known
        )

    def _restore(self, seek_plan: SeekPlan) -> None:
        session = self._session
        session.begin()
        session.tune(seek_plan.settings)
        self._known, self._started = 0, True
        for event in seek_plan.events:
            if seek_plan.had(event):
                self._recall(event, seek_plan)
        load_state(
            session.trainer, seek_plan.checkpoint, seek_plan.tensors, optimizer=seek_plan.optimizer
        )
        session.tune({})  # what another recipe's optimiser did not keep begins at 0
        self._apply(seek_plan)

    def _recall(self, event: JsonObject, seek_plan: SeekPlan) -> None:
        """Know of an event that lies before the checkpoint."""
        self._known += 1
        if event["kind"] == "intervention":
            self._session.interventions.recall(event["body"])
        elif event["segment"] == seek_plan.segment:  # an earlier segment's is part of this recipe
            self._session.tune(event["body"]["changes"])

    def _apply(self, seek_plan: SeekPlan) -> None:
        """What happened at the step that it has come to."""
        here = self._session.trainer.step
        for event in seek_plan.events[self._known :]:
            if event["step"] > here:
                return
            self._known += 1
            if event["kind"] == "intervention":
                apply_intervention(self._session.interventions, event["body"]["change"])
            else:
                self._session.tune(event["body"]["changes"])

"""Coming to a step that was recorded: from the checkpoint before it, by the very same steps."""

from collections.abc import Iterator

from convscope.errors import ConflictError
from convscope.ipc.replies import AblationReply
from convscope.ipc.seek_plan import SeekPlan
from convscope.learn.checkpoint import load_state
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.trainer import NotFiniteError
from convscope.types import JsonObject
from convscope.worker.session import Session
from convscope.worker.tasks.freeze_ablation import freeze_ablation


class Seeker:
    """Takes a session along plans, from where it is if that is nearer than the checkpoint."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known = 0  # how many of the run's events this session has been through
        self._last_event = 0  # the id of the last: one that a drag replaced has another
        self._started = False

    def go(self, plan: SeekPlan, tensors: bytes) -> Iterator[None]:
        """Yields after each step, so that it can be left off in between.

        ConflictError where a step cannot be computed again, as on another build of torch.
        """
        if not self._is_on(plan):
            self._restore(plan, tensors)
        trainer = self._session.trainer
        while trainer.step < plan.to:
            try:
                trainer.advance()
            except NotFiniteError as error:
                self._started = False
                raise ConflictError(f"{error} when it was computed again here.") from None
            if trainer.step == plan.to and plan.exact is not None:
                load_state(trainer, plan.exact, plan.split(tensors)[1], reached=True)
            self._apply(plan)
            yield

    def ablate_freezing(self, layer: str, number: int) -> Iterator[AblationReply | None]:
        """See `freeze_ablation`; the next plan begins at its checkpoint."""
        self._started = False
        return freeze_ablation(self._session, layer, number)

    def _is_on(self, plan: SeekPlan) -> bool:
        """Whether it can go on from the present state to the plan's end."""
        here = self._session.trainer.step
        passed = [event for event in plan.events if event["step"] <= here]
        ahead = here < plan.to or (here == plan.to and self._session.trainer.has_update)
        return (
            self._started
            and plan.exact is None
            and plan.checkpoint["step"] <= here
            and ahead
            and len(passed) == self._known
            and all(event["id"] == self._last_event for event in passed[-1:])
        )

    def _restore(self, plan: SeekPlan, tensors: bytes) -> None:
        session = self._session
        session.begin()
        session.tune(plan.settings)
        self._known, self._last_event, self._started = 0, 0, True
        for event in plan.events:
            if plan.includes(event):
                self._recall(event, plan)
        load_state(
            session.trainer, plan.checkpoint, plan.split(tensors)[0], optimizer=plan.optimizer
        )
        session.tune({})  # what another recipe's optimiser did not keep begins at 0
        self._apply(plan)

    def _recall(self, event: JsonObject, plan: SeekPlan) -> None:
        """Know of an event that lies before the checkpoint."""
        self._pass(event)
        if event["kind"] == "intervention":
            self._session.interventions.recall(event["body"])
        elif event["segment"] == plan.segment:  # an earlier segment's is part of this recipe
            self._session.tune(event["body"]["changes"])

    def _apply(self, plan: SeekPlan) -> None:
        """What happened at the step that it has come to."""
        here = self._session.trainer.step
        for event in plan.events[self._known :]:
            if event["step"] > here:
                return
            self._pass(event)
            if event["kind"] == "intervention":
                apply_intervention(self._session.interventions, event["body"]["change"])
            else:
                self._session.tune(event["body"]["changes"])

    def _pass(self, event: JsonObject) -> None:
        self._known += 1
        self._last_event = event["id"]

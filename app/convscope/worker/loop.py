"""A worker's one loop: serve what has come, do one piece of work, show it if it is due."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any, TypeVar

from convscope.errors import ConvscopeError
from convscope.ipc.codec import Answer, decode_command
from convscope.ipc.commands import Before, Command, Setup
from convscope.ipc.messages import Message
from convscope.ipc.replies import Done, Reply, Status
from convscope.ipc.reports import CheckpointNotice, Finding, FindingNotice, Notice
from convscope.learn.checkpoint import load_state, save_state
from convscope.learn.trainer import NotFiniteError
from convscope.types import RunState
from convscope.worker.capture.scheduler import FrameScheduler
from convscope.worker.channel import Channel
from convscope.worker.checkpoint_schedule import CheckpointSchedule
from convscope.worker.drag import Drag
from convscope.worker.findings.narrator import Narrator
from convscope.worker.metrics import MetricsBuffer, number
from convscope.worker.pulse import STARTING, allowances_of
from convscope.worker.refusals import is_out_of_memory, refusal
from convscope.worker.session import Session
from convscope.worker.tasks.held_out_evaluation import HeldOutEvaluation, Then
from convscope.worker.tasks.seek import Seeker
from convscope.worker.tasks.task import Task, TaskRunner
from convscope.worker.tasks.whole_evaluation import evaluate_whole

log = logging.getLogger("convscope")
EVALUATE_EARLY = (10, 20, 50, 100)  # steps, as much happens in them
EVALUATE_EVERY = 200  # steps
REPORT_INTERVAL_S = 0.1
FRESH = Before(state=RunState.READY)

Found = TypeVar("Found")


class Loop:
    """One run: its session, its state, and who is owed a reply."""

    def __init__(
        self,
        channel: Channel,
        handlers: "Handlers",
        on_built: Callable[[Session], None] = lambda session: None,
    ) -> None:
        """`on_built` hears of each run that is built here."""
        self.channel = channel
        self._handlers = handlers
        self._on_built = on_built
        self.metrics = MetricsBuffer()
        self.scheduler = FrameScheduler()
        self.session: Session
        self.seeker: Seeker  # of a run whose past is looked at
        self.state = RunState.STARTING
        self.problem: str | None = None
        self.steps_per_second: float | None = None
        self.goals: list[tuple[int, int]] = []  # (step to come to, reply owed then)
        self.last_event = 0  # the id of the last change that it has been through, in its file
        self.drag: Drag | None = None  # that may go on
        # None: nothing is kept, since this is the replay of another worker's run
        self._checkpoints: CheckpointSchedule | None = None
        self._narrator: Narrator | None = None  # None: nothing is to be said, or not yet
        self._tasks = TaskRunner[Reply]()
        self._asking_for_whole: list[int] = []  # commands
        self._evaluation = HeldOutEvaluation(self._measured)
        self._untold = False  # since the last message
        self._next_step_s = self._next_report_s = 0.0

    def run(self) -> None:
        """For ever; the end of the channel ends the process."""
        while True:
            self._serve_all(self._patience_s())
            if self._tasks.is_under_way:
                self._tasks.piece()
            elif self._evaluation.is_under_way:
                self._evaluation.piece()
            elif self._step_is_due():
                self.channel.begin(self.channel.allowances.step)
                self.step()
            self._serve_all(0)  # the room for a frame may have come during a long step
            self._report()

    def _serve_all(self, patience_s: float | None) -> None:
        message = self.channel.next(patience_s)
        while message:
            self._serve(message)
            message = self.channel.next(0)

    # --- serving ------------------------------------------------------------------------------

    def _serve(self, message: Message) -> None:
        command, number = decode_command(message)
        try:
            reply = self._handlers[type(command)](self, command, number)
            if reply is not None and number:
                self.reply(number, reply)
        except Exception as error:
            self.refuse(number, refusal(error, f"command {type(command).__name__}"))

    def reply(self, number: int, reply: Reply) -> None:
        """The reply to a command, with the metrics."""
        self._send(Answer(number=number, reply=reply))

    def refuse(self, number: int, error: ConvscopeError) -> None:
        """A refusal, which the server raises again."""
        self._send(Answer(number=number, error=error))

    def begin_task(self, asking: list[int], pieces: Iterator[Reply | None]) -> None:
        """Do what the commands of these numbers asked for, piece by piece, and reply to all at its
        end: also to those that are added meanwhile."""

        def tell(say: Callable[[int, Found], None], found: Found) -> None:
            while asking:
                say(asking.pop(0), found)

        self._tasks.begin(
            Task(
                pieces,
                lambda reply: tell(self.reply, reply),
                lambda error: tell(self.refuse, error),
            )
        )

    def measure_whole(self, number: int) -> None:
        """Measure the whole held-out half for the command of this number; whoever asks while that
        is under way gets the same answer."""
        self._asking_for_whole.append(number)
        if len(self._asking_for_whole) == 1:
            self.begin_task(self._asking_for_whole, evaluate_whole(self.session))

    def drop_task(self) -> None:
        """Whoever waits for it is not interested any more."""
        self._tasks.drop()

    def _send(self, said: Answer | Notice | None = None) -> None:
        self._next_report_s, self._untold = perf_counter() + REPORT_INTERVAL_S, False
        status = None if self.state is RunState.STARTING else self.status()
        self.channel.send(self.metrics.waiting(), status, said)
        self.metrics.told()

    def status(self) -> Status:
        """What is true of the present state; there must be a run."""
        session = self.session
        held_out_step, held_out = session.held_out or (None, None)
        return Status(
            state=self.state,
            step=session.trainer.step,
            loss=number(session.trainer.loss),
            accuracy=session.trainer.accuracy,
            held_out_accuracy=held_out,
            held_out_step=held_out_step,
            held_out_balanced_accuracy=session.held_out_balanced if session.held_out else None,
            images_per_second=session.images_per_second,
            steps_per_second=self.steps_per_second,
            problem=self.problem,
            **session.settings(),
        )

    # --- states -------------------------------------------------------------------------

    def build(self, setup: Setup, weights: bytes) -> Session:
        """A run is this worker's from now on."""
        self.channel.begin(STARTING)
        session = self.session = Session(setup, weights)
        self.channel.allowances = allowances_of(session)
        self._on_built(session)
        return session

    def begin(self, before: Before = FRESH) -> None:
        """At step 0, ready."""
        self._narrate(before)
        self.state, self.problem = RunState.READY, None
        self.last_event, self.drag = 0, None
        self._abandon_goals()
        self._keep()
        self.evaluate()

    def resume(self, before: Before) -> None:
        """At the step that it had come to, as it was there."""
        self._narrate(before)
        self.state, self.problem = before.state, before.problem
        applied = self.session.interventions.applied
        stale = before.held_out and applied and applied[-1].step == before.held_out[0]
        if not stale:  # else it was measured before the intervention
            self.session.held_out = before.held_out
            self.session.held_out_balanced = before.held_out_balanced
        self.evaluate()

    def keep_checkpoints(self) -> None:
        """From now on the server is sent what it takes to come back."""
        self._checkpoints = CheckpointSchedule()

    def _keep(self) -> None:
        if self._checkpoints is None:
            return
        about, tensors = save_state(self.session.trainer)
        self._checkpoints.kept(len(tensors))
        self._send(CheckpointNotice(checkpoint=about, payload=tensors))

    def _narrate(self, before: Before) -> None:
        """From here on findings are told; `before` is what the run was when it was left."""
        known = before.held_out[1] if before.held_out else None
        trains = self.session.trainable
        self._narrator = Narrator(self.session, before.told, known) if trains else None

    def _tell(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._send(FindingNotice(finding=finding))

    def rest(self, reason: str, state: RunState = RunState.READY) -> None:
        """Stop training here; what is shown next is this state of the network."""
        self.state = state
        self.session.rest()
        self._abandon_goals()
        self.show(reason)

    def _abandon_goals(self) -> None:
        goals, self.goals = self.goals, []
        for _, request in goals:
            self.reply(request, Done())

    def evaluate(self, then: Then | None = None) -> None:
        """Measure the held-out accuracy of this state; see HeldOutEvaluation.measure."""
        self._evaluation.measure(self.session, then)

    def show(self, reason: str) -> None:
        """The frame after this must come."""
        self.scheduler.reason = reason

    def drop_evaluation(self) -> None:
        """The weights are about to be others: whoever waits is answered without a number."""
        while self._evaluation.is_under_way:  # an intervention that waits for one begins another
            self._evaluation.drop()

    def intervened(self, then: Then | None = None) -> None:
        """An intervention changed the weights; `then` hears the accuracy after it."""
        self.session.held_out = None
        self.evaluate(then)
        self.show("intervention")

    def _measured(self, accuracy: float) -> None:
        step = self.session.trainer.step
        self.session.held_out = (step, accuracy)
        self.session.held_out_balanced = self.session.tally.balanced_accuracy
        self.metrics.held_out(step, accuracy, self.session.held_out_balanced)
        if self._narrator:
            self._tell(self._narrator.measured(accuracy))
        if self.state is not RunState.PLAYING:
            self.show("evaluate")

    # --- training -------------------------------------------------------------------------------

    def _step_is_due(self) -> bool:
        if self.state is RunState.STEPPING:
            return True
        return self.state is RunState.PLAYING and perf_counter() >= self._next_step_s

    def step(self) -> None:
        """One training step, or a halt."""
        if self.state is RunState.PLAYING:
            self._pace()
        spent_s = self._advance()
        if spent_s is not None:
            self._count(spent_s)

    def step_and(self, look: Callable[[], Found]) -> Found | None:
        """One training step and what `look` finds right after it; None for a halt. Where looking
        fails, the step is taken back, and nobody has heard of it."""
        trainer = self.session.trainer
        before = save_state(trainer)
        spent_s = self._advance()
        if spent_s is None:
            return None
        try:
            found = look()
        except BaseException:
            load_state(trainer, *before)
            raise
        self._count(spent_s)
        return found

    def _advance(self) -> float | None:
        """One training step, and how long it took; None for a halt."""
        began = perf_counter()
        try:
            self.session.advance()
        except NotFiniteError as error:
            self._halt(str(error), "Reset, and try a smaller learning rate.")
            return None
        except Exception as error:  # whatever torch has against it
            log.exception("a step failed")
            why, advice = _cause(error)
            self._halt(f"Step {self.session.trainer.step + 1} {why}", advice)
            return None
        return perf_counter() - began

    def _count(self, spent_s: float) -> None:
        """A step was taken: tell of it, keep it and measure it where that is due."""
        trainer = self.session.trainer
        self.scheduler.stepped()
        self._untold = True
        assert trainer.loss is not None
        assert trainer.accuracy is not None
        self.metrics.step(trainer.step, trainer.loss, trainer.accuracy)
        if self._narrator:
            self._tell(self._narrator.stepped())
        if self._checkpoints and self._checkpoints.stepped(spent_s):
            self._keep()
        if trainer.step in EVALUATE_EARLY or trainer.step % EVALUATE_EVERY == 0:
            self.evaluate()
        if self.goals:
            self._meet_goals(trainer.step)

    def _pace(self) -> None:
        """When the step after this one is due; a late one does not make the next ones hurry."""
        if self.steps_per_second:
            due = max(self._next_step_s, perf_counter() - 1 / self.steps_per_second)
            self._next_step_s = due + 1 / self.steps_per_second

    def hurry(self) -> None:
        """The next step is due now."""
        self._next_step_s = 0.0

    def _meet_goals(self, step: int) -> None:
        met = [request for target, request in self.goals if target <= step]
        if not met:
            return
        self.goals = [goal for goal in self.goals if goal[0] > step]
        if not self.goals and self.state is RunState.STEPPING:
            self.state = RunState.READY
            self.session.rest()
            self.show("step")
        for request in met:
            self.reply(request, Done())

    def _halt(self, why: str, advice: str) -> None:
        step = self.session.trainer.step
        self.problem = (
            f"{why}, so training stopped. The weights shown are the last good ones, of step "
            f"{step}. {advice}"
        )
        self.metrics.back_to(step)
        if self.session.held_out and self.session.held_out[0] > step:
            self.session.held_out = None
        self.rest("halt", RunState.HALTED)
        self.evaluate()

    # --- showing --------------------------------------------------------------------------------

    def _report(self) -> None:
        now = perf_counter()
        if self.scheduler.is_due(now):
            self._send(self.scheduler.take(self.session))
        elif self._untold and now >= self._next_report_s:
            self._send()

    def _patience_s(self) -> float | None:
        """How long there is nothing to do; None: until something comes."""
        busy = self._tasks.is_under_way or self._evaluation.is_under_way or self.scheduler.reason
        if busy or self.state is RunState.STEPPING:
            return 0
        moments = []
        if self.state is RunState.PLAYING:
            if not self.steps_per_second:
                return 0
            moments.append(self._next_step_s)
        if self.scheduler.is_wanted:
            moments.append(self.scheduler.next_s)
        if self._untold:
            moments.append(self._next_report_s)
        return max(0.0, min(moments) - perf_counter()) if moments else None


def _cause(error: Exception) -> tuple[str, str]:
    """(why a step failed, advice) in words of ours: torch's are in the server's log."""
    if is_out_of_memory(error):
        return "ran out of memory", "Reset, or start another run with smaller batches."
    return "failed for a reason that is in the server's log", "Reset, or start another run."


Handler = Callable[[Loop, Any, int], Reply | None]  # None: it is replied to later
Handlers = Mapping[type[Command[Any]], Handler]
C = TypeVar("C", bound=Command[Any])


def handle(
    kind: type[C], handler: Callable[[Loop, C, int], Reply | None]
) -> tuple[type[Command[Any]], Handler]:
    """An entry of `Handlers`, whose handler takes this kind of command."""
    return kind, handler

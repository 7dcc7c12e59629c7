"""A loop that is watched: hooks of its optimiser, between which the server's wishes are met."""

import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from convscope.errors import ConvscopeError
from convscope.ipc.codec import Answer, encode_report
from convscope.ipc.commands import Attend, Command, Credit, Pause, Play, Step, Wanted, Watch
from convscope.ipc.replies import Done, LoopStatus, Status
from convscope.ipc.reports import Notice, RecordNotice
from convscope.observed.answers import answer
from convscope.observed.curves import Curves
from convscope.observed.gate import Gate
from convscope.observed.pace import SMOOTHING, Pace
from convscope.observed.rates import Rate
from convscope.observed.recording import Recording
from convscope.observed.skips import Scaler, Skips
from convscope.observed.warn import warn
from convscope.observed.watched_model import WatchedModel
from convscope.observed.wishes import within
from convscope.types import Of, RunState
from convscope.worker.capture.scheduler import FrameScheduler
from convscope.worker.metrics import number

IDLE_S = 0.25  # without a step: the loop does something else, or waits
REPORT_S = 0.1  # between two messages that say only how far it has come
UNSEEN_REPORT_S = 0.5  # while nobody looks
ALIVE_S = 1.0  # and at least so often, how it goes
MOST_ANSWERS = 200  # that wait to be sent
STOPPED = "convscope stopped watching, and your loop goes on without it: {why}"


class Watcher:
    """Takes part in a loop by its optimiser's hooks alone. Whatever goes wrong in here, the loop
    hears nothing of it but one warning."""

    def __init__(
        self,
        model: WatchedModel,
        optimizers: Sequence[Optimizer],
        *,
        max_overhead: float,
        control: bool,
        scaler: Scaler | None = None,
    ) -> None:
        self.model = model
        # the hooks are the optimisers' own: a loop that is forgotten ends being watched
        self._optimizers = list(map(weakref.ref, optimizers))
        self._first, self._last = id(optimizers[0]), id(optimizers[-1])
        self._control = control
        self.curves = Curves()
        self.pace = Pace(max_overhead)
        self.gate = Gate()
        self.is_over = False
        self.on_ready: Callable[[], None] = nothing  # a frame can be sent; from any thread
        self._scheduler = FrameScheduler()
        self._recording = Recording(model)
        self._steps, self._frames = Rate(), Rate()
        self.skips = Skips(scaler)
        self._inbox: deque[tuple[Command[Any], int]] = deque()
        self._answers: deque[Answer] = deque(maxlen=MOST_ANSWERS)
        self._held: list[Notice] = []  # of a step that may yet be logged
        self._ready: deque[tuple[Status, Notice]] = deque(maxlen=4)  # the oldest goes
        self._goals: list[tuple[int, int]] = []  # (step to come to, reply owed then)
        self._asked = Watch()  # by the viewers
        self._updates: list[torch.Tensor] = []  # whose updates somebody watches
        self._gradients: list[torch.Tensor] = []  # and whose gradients
        self._found_in = model.version
        self._looking = threading.RLock()  # between two steps nobody changes the weights
        self._inside = False
        self._takes = False
        self._is_plain = False  # there is nothing to do before a step, nor to show after it
        self._before_s = 0.0
        self._keep_s = 0.0  # what it takes to keep the values before a step
        self._stepped_s = perf_counter()
        self._told_s = 0.0
        self._telling = threading.Lock()  # of what is told, a few instructions at a time
        self._handles = [
            handle
            for optimizer in optimizers
            for handle in (
                optimizer.register_step_pre_hook(self._before_step),
                optimizer.register_step_post_hook(self._after_step),
            )
        ]

    # --- in the loop's own thread -----------------------------------------------------------------

    def _before_step(self, optimizer: Optimizer, *_: Any) -> None:
        if self.is_over:
            return
        if not self._inside:  # a step that was interrupted left it so
            self._looking.acquire()
            self._inside = True
        if self._is_plain and not self._scheduler.watched.watched:
            return
        try:
            self._begin_step(optimizer)
        except Exception as error:
            self.stop(f"{type(error).__name__}: {error}")

    def _after_step(self, optimizer: Optimizer, *_: Any) -> None:
        if self.is_over:
            return
        try:
            self.skips.stepped(optimizer)
            if id(optimizer) == self._last:
                self._made_step()
            elif self._takes:
                self._keep_gradients(optimizer)
        except Exception as error:
            self.stop(f"{type(error).__name__}: {error}")
        finally:
            if self._inside:
                self._inside = False
                self._looking.release()
        if self._control:
            self.gate.wait(self.curves.step, self.serve)

    def _begin_step(self, optimizer: Optimizer) -> None:
        began = perf_counter()
        if id(optimizer) == self._first:
            self.close_step()
            self._takes = self._frame_is_due(began)
            self.model.observer.forget()
            if self._updates and (self._takes or self._may_keep(began)):
                self._keep_before()
            self._is_plain = not self._scheduler.watched.watched
        self._before_s += perf_counter() - began

    def _may_keep(self, now: float) -> bool:
        """Whether it costs next to nothing to know the update, should this step be the last for
        long: somebody who looks then is to see all of it."""
        between_s = max(self._steps.interval_s, now - self._stepped_s)
        return self._keep_s <= self.pace.share * between_s / 4

    def _keep_before(self) -> None:
        began = perf_counter()
        self.model.observer.keep(self._updates)
        self._keep_s += (perf_counter() - began - self._keep_s) * SMOOTHING

    def _keep_gradients(self, optimizer: Optimizer) -> None:
        """Of an optimiser after which others make their part of the step."""
        began = perf_counter()
        own = {id(one) for group in optimizer.param_groups for one in group["params"]}
        self.model.observer.keep_gradients(one for one in self._gradients if id(one) in own)
        self._before_s += perf_counter() - began

    def _made_step(self) -> None:
        """Little more than counting while nobody looks: what is done at each step finds nothing in
        the processor's cache, and takes five times what it takes in a row."""
        began = self._stepped_s = perf_counter()
        with self._telling:
            self.curves.made_step()
        self._steps.tick(began)
        if not self._is_plain:
            self._show_step()
        if began >= self._recording.next_s:
            self._record()
        elif self._is_plain and not (self._inbox or self._goals):
            return
        self._serve_inbox()
        self._meet_goals()
        cost_s = perf_counter() - began + self._before_s
        self._before_s = 0.0
        self.pace.spent(cost_s, paced=self._takes)

    def _show_step(self) -> None:
        self.model.observer.stepped = True
        self.model.observer.note_gradients(self._gradients)
        self._scheduler.stepped()
        if self._takes:
            self._take_frame()

    def _frame_is_due(self, now: float) -> bool:
        scheduler = self._scheduler
        if not scheduler.watched.watched:
            return False
        if scheduler.reason is not None or self.gate.is_closed:  # it may be the last for long
            return True
        return scheduler.credit and now >= scheduler.next_s and self.pace.is_due

    def _take_frame(self) -> None:
        self._refresh()
        scheduler = self._scheduler
        notice = scheduler.take(self.model)
        if notice and scheduler is self._scheduler:  # else another server came meanwhile
            self._frames.tick(perf_counter())
            self._hold(notice)

    def _record(self) -> None:
        self._refresh()
        self._hold(self._recording.take(self.curves.step))

    def _record_quietly(self) -> None:
        try:
            self._record()
        except Exception as error:
            self.stop(f"{type(error).__name__}: {error}")

    def _hold(self, notice: Notice) -> None:
        """Until the step is over."""
        self._is_plain = False
        with self._telling:  # the line's thread may be about to take what there is
            self._held.append(notice)

    def close_step(self, rest_s: float = 0.0) -> None:
        """What is logged from here on is of the next step, and the last one may be told; unless it
        was made less than `rest_s` ago."""
        with self._telling:
            if rest_s and perf_counter() - self._stepped_s < rest_s:
                return
            self.curves.close_step()
            if self._held:
                held, self._held = self._held, []
                status = self.status()
                self._ready.extend((status, notice) for notice in held)
                self.on_ready()

    def log(self, loss: float | None, accuracy: float | None, held_out: float | None) -> None:
        """What the loop says of the step that it made last."""
        with self._telling:
            self.curves.log(loss, accuracy, held_out)

    # --- between two steps, in whichever thread ---------------------------------------------------

    def serve(self) -> None:
        """Answer what was asked, and show what must be shown, while the loop makes no step."""
        shows = self._shows_more()
        if not (self._inbox or shows) or self.is_over:
            return
        if not self._looking.acquire(blocking=False):
            return
        try:
            if shows:
                self._show()
            self._serve_inbox()
        except Exception as error:
            self.stop(f"{type(error).__name__}: {error}")
        finally:
            self._looking.release()

    def _shows_more(self) -> bool:
        """Whether there is something that the viewers have not seen, and it is time for it: the
        loop may be in the middle of a long step."""
        scheduler = self._scheduler
        if not scheduler.watched.watched:
            return False
        return bool(scheduler.reason) or (scheduler.is_wanted and self.pace.is_due)

    def _show(self) -> None:
        began = perf_counter()
        self._take_frame()
        self.close_step()
        self.pace.spent(perf_counter() - began)

    def _serve_inbox(self) -> None:
        while self._inbox:
            command, number_ = self._inbox.popleft()
            try:
                self._answer(number_, reply=answer(self.model, command, self.status()))
            except ConvscopeError as error:
                self._answer(number_, error=error)

    def _answer(self, number_: int, **said: Any) -> None:
        if number_:
            self._answers.append(Answer(number=number_, **said))

    def _meet_goals(self) -> None:
        met = [number_ for step, number_ in self._goals if step <= self.curves.step]
        self._goals = [goal for goal in self._goals if goal[0] > self.curves.step]
        for number_ in met:
            self._answer(number_, reply=Done())

    # --- what the line tells it, in its thread ----------------------------------------------------

    def hear(self, command: Command[Any], number_: int) -> None:
        """A command of the server."""
        if isinstance(command, Attend):
            self._begin_again(command.steps)
        elif isinstance(command, Watch):
            self._watch(command)
        elif isinstance(command, Credit):
            self._scheduler.credit = True
        elif isinstance(command, Pause | Play | Step):
            self._steer(command, number_)
        else:
            self._inbox.append((command, number_))

    def _begin_again(self, steps: int) -> None:
        """A server that has so many steps, and knows of nothing that was said to another."""
        with self._telling:
            self.curves.server_has(steps)
            self._inbox.clear()
            self._answers.clear()
            records = [one for one in self._ready if isinstance(one[1], RecordNotice)]
            self._ready.clear()
            self._ready.extend(records)
            self._held = [one for one in self._held if isinstance(one, RecordNotice)]
            self._scheduler = FrameScheduler()

    def _watch(self, command: Watch) -> None:
        self._asked = command
        self._scheduler.watch(replace(command, wanted=self._find()))
        self._scheduler.stepped()

    def _find(self) -> Wanted:
        """Of what the viewers want, what the model has."""
        wanted = within(self._asked.wanted, self.model.layers, self.model.with_maps)
        self._updates, self._gradients = (
            self.model.parameters(entry[:2] for entry in wanted.tensors if entry[2] == of)
            for of in (Of.UPDATE, Of.GRADIENT)
        )
        self._found_in = self.model.version
        return wanted

    def _refresh(self) -> None:
        """Layers may be others than before."""
        self.model.refresh()
        if self.model.version != self._found_in:
            scheduler = self._scheduler
            scheduler.watched = replace(scheduler.watched, wanted=self._find())
            self.model.observer.note_gradients(self._gradients)

    def _steer(self, command: Command[Any], number_: int) -> None:
        if not self._control:
            return  # it was told so, and asks nevertheless
        if isinstance(command, Step):
            until = command.until or self.curves.step + (command.steps or 1)
            self._goals.append((until, number_))
            self.gate.open_until(until)
        else:
            self.gate.set(closed=isinstance(command, Pause))
            self._answer(number_, reply=Done())

    def alone(self) -> None:
        """There is no server: nobody watches, and nobody may hold up the loop."""
        self.gate.set(closed=False)
        self._scheduler.watched = Watch()
        self._goals.clear()

    # --- what the line sends, in its thread -------------------------------------------------------

    def outgoing(self, *, finally_: bool = False) -> list[bytes]:
        """What there is to say, as it crosses; `finally_`: for the last time."""
        now = perf_counter()
        self.skips.look()
        if finally_:
            self.close_step()
        if now - self._stepped_s > IDLE_S:
            self.close_step(rest_s=IDLE_S)
            self.serve()
        with self._telling:
            said = []
            while self._ready:
                said.append(self._report(*self._ready.popleft()))
            while self._answers:
                said.append(self._report(self.status(), self._answers.popleft()))
            if (not said and self._has_news(now)) or finally_:
                said.append(self._report(self.status()))
        if said:
            self._told_s = now
        return said

    def _has_news(self, now: float) -> bool:
        since_s = now - self._told_s
        least_s = REPORT_S if self.is_looked_at else UNSEEN_REPORT_S
        return since_s >= ALIVE_S or (self.curves.has_news and since_s >= least_s)

    def _report(self, status: Status, said: Answer | Notice | None = None) -> bytes:
        return encode_report(self.curves.take(status.step), status, said)

    def status(self) -> Status:
        """What is true of the last step that is over."""
        first = self._optimizers[0]()
        settings = first.param_groups[0] if first else {}
        momentum = settings.get("momentum")
        going = perf_counter() - self._stepped_s < max(2.0, 4 * self._steps.interval_s)
        waits = self.gate.is_closed
        return Status(
            state=RunState.PLAYING if going and not waits and self.curves.step else RunState.READY,
            step=self.curves.closed,
            loss=self.curves.last_loss,
            accuracy=self.curves.last_accuracy,
            held_out_accuracy=self.curves.held_out and self.curves.held_out[1],
            held_out_step=self.curves.held_out and self.curves.held_out[0],
            images_per_second=0.0,
            steps_per_second=None,
            problem=self.skips.problem,
            learning_rate=number(float(settings["lr"])) if "lr" in settings else None,
            momentum=None if momentum is None else number(float(momentum)),
            weight_decay=number(float(settings.get("weight_decay", 0.0))),
            loop=self.loop_status(going=going),
        )

    @property
    def is_looked_at(self) -> bool:
        """Whether somebody watches it, or has paused it."""
        return self._scheduler.watched.watched or self.gate.is_closed

    def loop_status(self, *, going: bool = True) -> LoopStatus:
        """How it goes in the loop."""
        watched = self._scheduler.watched.watched
        return LoopStatus(
            steps_per_second=round(self._steps.per_second, 2) if going else 0.0,
            overhead=round(self.pace.overhead, 4),
            frames_per_second=round(self._frames.per_second, 1) if watched and going else 0.0,
            waits=self.gate.is_closed,
            skipped_steps=self.skips.count,
        )

    # --- its end ----------------------------------------------------------------------------------

    @property
    def is_forgotten(self) -> bool:
        """Whether the loop's optimisers are gone, and no step can come."""
        return all(optimizer() is None for optimizer in self._optimizers)

    def is_of(self, model: nn.Module, optimizers: Sequence[Optimizer]) -> bool:
        """Whether it watches that model, or one of those optimisers."""
        own = [optimizer() for optimizer in self._optimizers]
        return self.model.model is model or any(one is own_ for one in optimizers for own_ in own)

    def stop(self, why: str) -> None:
        """Watch no more, with one warning; the hooks stay, as they may be running, and do
        nothing."""
        if self.is_over:
            return
        self.is_over = True
        self.gate.set(closed=False)
        warn(STOPPED.format(why=why))

    def close(self) -> None:
        """Watch no more; between two steps of the loop, the last of which is recorded."""
        if not self.is_over and self._recording.last != self.curves.step:
            self._record_quietly()
        self.close_step()
        self.is_over = True
        self.gate.set(closed=False)
        for handle in self._handles:
            handle.remove()


def nothing() -> None:
    """Nobody waits for frames."""

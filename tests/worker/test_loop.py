"""A worker's loop: what fails leaves the run where it was."""

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any, cast

import pytest
import torch

from convscope.errors import ConflictError
from convscope.ipc.commands import Command, Evaluate, Start, Step, TraceStep, Tune
from convscope.ipc.messages import Message
from convscope.ipc.replies import EvaluationReply
from convscope.learn.intervention_kinds import apply_intervention
from convscope.runs.history import History
from convscope.types import RunState
from convscope.worker import queries
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from convscope.worker.metrics import MetricsBuffer
from convscope.worker.session import Session
from convscope.worker.tasks.whole_evaluation import evaluate_whole
from tests.support.networks import recipe
from tests.support.sessions import session
from tests.support.worker_script import OverError, Script
from tests.support.workers import setup


def ran(*asked: Command[Any]) -> tuple[Script, Loop]:
    """A worker that was asked all this."""
    script = Script(*asked)
    loop = Loop(cast(Channel, script), HANDLERS)
    with pytest.raises(OverError):
        loop.run()
    return script, loop


def test_a_trace_that_fails_takes_its_step_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(setup=setup(recipe().model_dump(mode="json"), tmp_path))

    def broken(*_: object) -> None:
        raise RuntimeError

    _, plain = ran(start, Step(steps=1), Step(steps=1))
    monkeypatch.setattr(queries, "trace_last", broken)
    script, loop = ran(start, Step(steps=1), TraceStep(), Step(steps=1))
    [refused] = [answer for answer in script.answers if answer.error]
    assert refused.number == 3
    told = [step for report in script.said for step in report.metrics.step]
    assert told == [1, 2]
    networks = (each.session.trainer.network.parameters() for each in (plain, loop))
    assert all(torch.equal(a, b) for a, b in zip(*networks, strict=True))


@pytest.mark.parametrize("good", [0, 3, 199, 200])
def test_after_a_halt_nothing_told_is_of_a_step_that_was_taken_back(
    tmp_path: Path, good: int
) -> None:
    of = recipe(batch_size=2).model_dump(mode="json")
    start = Start(setup=setup(of, tmp_path))
    ruin = Tune(changes={"learning_rate": 1e30})
    asked = [Step(steps=good)] if good else []
    script, loop = ran(start, *asked, ruin, Step(steps=50))
    reference, plain = ran(start, *asked)
    assert loop.state is RunState.HALTED
    last, right = script.said[-1].status, reference.said[-1].status
    assert last
    assert right
    for name in ("step", "loss", "accuracy"):
        assert getattr(last, name) == getattr(right, name), name
    measured = list(plain.session.evaluation())[-1]
    assert (last.held_out_step, last.held_out_accuracy) == (good, measured)
    history = History()
    for report in script.said:  # as the server takes it in
        history.apply(report.metrics)
        if report.status:
            history.back_to(report.status.step)
    assert history.steps == good == plain.session.trainer.step
    rows = list(history.rows(0, 10**6))
    assert all(value is None or isfinite(value) for row in rows for value in row)
    assert all(step <= good for report in script.said[-1:] for step, *_ in report.metrics.held_out)


def test_the_held_out_accuracy_is_measured_often_at_first(tmp_path: Path) -> None:
    of = recipe(batch_size=2).model_dump(mode="json")
    script, _ = ran(Start(setup=setup(of, tmp_path)), Step(steps=410))
    told = [step for report in script.said for step, *_ in report.metrics.held_out]
    assert told == [0, 10, 20, 50, 100, 200, 400]


def test_metrics_that_wait_are_taken_back_whole() -> None:
    waiting = MetricsBuffer()
    for step in (199, 200):
        waiting.step(step, 1.0, 0.5)
    waiting.held_out(200, 0.1, None)
    waiting.back_to(199)
    assert (waiting.waiting().step, waiting.waiting().held_out) == ([199], [])


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "more memory than the worker"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), "see the server log"),
    ],
)
@pytest.mark.parametrize("part", ["in a piece", "at once"])
def test_a_question_that_fails_says_why_and_the_worker_lives(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    def fail(_: object) -> EvaluationReply | None:
        raise error

    def broken(*_: object) -> Any:
        return map(fail, [None]) if part == "in a piece" else fail(None)

    monkeypatch.setattr("convscope.worker.loop.evaluate_whole", broken)
    start = Start(setup=setup(recipe().model_dump(mode="json"), tmp_path))
    script, loop = ran(start, Evaluate(), Step(steps=1))
    [refused] = [answer.error for answer in script.answers if answer.error]
    assert why in refused.detail
    assert bool(refused.extra.get("retry_after")) is ("memory" in why)
    assert loop.session.trainer.step == 1


class AllAtOnce(Script):
    """Serves what is waiting whenever it is asked, as a channel with several commands does."""

    def next(self, timeout_s: float | None) -> Message | None:
        return super().next(None if timeout_s is None else timeout_s or 0.0001)


def test_whoever_asks_while_the_held_out_half_is_measured_gets_the_same_answer(
    tmp_path: Path,
) -> None:
    start = Start(setup=setup(recipe().model_dump(mode="json"), tmp_path))
    script = AllAtOnce(start, Evaluate(), Evaluate())
    with pytest.raises(OverError):
        Loop(cast(Channel, script), HANDLERS).run()
    first, second = [a.reply for a in script.answers if isinstance(a.reply, EvaluationReply)]
    assert first == second


def test_what_changes_the_run_while_the_held_out_half_is_measured_refuses_it(
    tmp_path: Path,
) -> None:
    fill = {"type": "fill", "layer": "conv1", "filter": 0, "channel": None, "with": "zero"}
    changes: list[Callable[[Session], object]] = [
        lambda ours: apply_intervention(ours.interventions, fill),
        Session.advance,
        Session.begin,
    ]
    for change in changes:
        ours = session(recipe(), tmp_path)
        pieces = evaluate_whole(ours)
        assert next(pieces) is None
        change(ours)
        with pytest.raises(ConflictError, match="changed while it was measured"):
            next(pieces)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), "the server's log"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
            "out of memory",
        ),
        (MemoryError(), "out of memory"),
    ],
)
def test_a_step_that_fails_says_so_without_torchs_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str
) -> None:
    def broken(_: Session) -> None:
        raise error

    monkeypatch.setattr(Session, "advance", broken)
    start = Start(setup=setup(recipe().model_dump(mode="json"), tmp_path))
    _, loop = ran(start, Step(steps=1))
    assert loop.state is RunState.HALTED
    assert why in (loop.problem or "")
    assert not str(error) or str(error) not in (loop.problem or "")

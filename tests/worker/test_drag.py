"""A weight that is dragged: one change, whatever its values on the way, and the same bits again."""

from collections import deque
from typing import Any, cast

import pytest
import torch

from convscope.ipc.commands import BeginSegment, Command, Intervene, Reset, Start, Step, Tune
from convscope.ipc.replies import InterventionReply, TuneReply
from convscope.ipc.seek_plan import SeekPlan
from convscope.learn.checkpoint import save_state
from convscope.recipe.interventions import FillKernel, SetWeight, UndoLast
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from convscope.worker.tasks.seek import Seeker
from tests.support.data_cache import data_cache
from tests.support.networks import recipe
from tests.support.sessions import Draw, session, weights
from tests.support.worker_script import OverError, Script
from tests.support.workers import setup

PLACES = ([0, 0, 1, 1], [1, 0, 0, 2])


def to(value: float, key: str | None = "a", place: int = 0) -> Intervene:
    """A weight set, on a drag."""
    change = SetWeight(type="set", layer="conv1", index=PLACES[place], value=value)
    return Intervene(change=change, drag=key)


UNDO = Intervene(change=UndoLast(type="undo"))
FILL = Intervene(
    change=FillKernel.model_validate(
        {"type": "fill", "layer": "conv1", "filter": 0, "with": "random"}
    )
)


def ran(*asked: Command[Any]) -> tuple[Script, Loop]:
    """The default run that was asked all this."""
    script = Script(Start(setup=setup(recipe().model_dump(mode="json"), data_cache())), *asked)
    loop = Loop(cast(Channel, script), HANDLERS)
    with pytest.raises(OverError):
        loop.run()
    return script, loop


def says(loop: Loop) -> list[str]:
    """Its interventions in words."""
    return [each.says for each in loop.session.interventions.applied]


def recorded(script: Script) -> list[dict[str, Any]]:
    """Its events, as its file keeps them."""
    events: list[dict[str, Any]] = []
    number = 0
    for answer in script.answers:
        reply = answer.reply
        if isinstance(reply, InterventionReply):
            if reply.replaces:
                events.pop()
            body = reply.intervention
            event = {"step": body["step"], "kind": "intervention", "body": body}
        elif isinstance(reply, TuneReply):
            body = {"changes": dict(reply.changes)}
            event = {"step": reply.step, "kind": "tune", "body": body}
        else:
            continue
        number += 1
        events.append({"id": number, "segment": 0, **event})
    return events


def test_a_drag_is_one_change_that_says_all_of_it_and_one_undo_takes_it_back() -> None:
    script, loop = ran(Step(steps=2), *[to(value / 10) for value in range(30)], to(-4.5))
    before = ran(Step(steps=2))[1]
    found = float(before.session.interventions.place("conv1", "weight", (0, 0, 1, 1)))
    assert says(loop) == [f"conv1, weight [0, 0, 1, 1]: {found:.4g} became -4.5"]
    [event] = recorded(script)
    assert event["body"]["change"]["value"] == -4.5
    assert "drag" not in event["body"]["change"]
    _, undone = ran(Step(steps=2), *[to(value / 10) for value in range(30)], UNDO)
    assert len(says(undone)) == 2
    pairs = zip(weights(undone.session), weights(before.session), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)


@pytest.mark.parametrize(
    "between",
    [
        Step(steps=1),
        FILL,
        UNDO,
        Tune(changes={"learning_rate": 0.01}),
        BeginSegment(),
        to(1, key=None),
        to(1, key="b"),
        to(1, place=1),
    ],
)
def test_a_drag_that_something_came_into_goes_on_as_another_change(between: Command[Any]) -> None:
    script, loop = ran(to(1), between, to(2), to(3))
    changes = [answer.reply for answer in script.answers if answer.reply]
    replaced = [reply.replaces for reply in changes if isinstance(reply, InterventionReply)]
    assert replaced[-2:] == [False, True]
    assert says(loop)[-1].endswith("became 3")


def test_a_drag_does_not_go_on_over_a_reset() -> None:
    reset = Reset(step=0, last_event=1)
    tune = Tune(changes={"learning_rate": 0.01})
    _, loop = ran(to(1), reset, tune, to(2))
    assert len(says(loop)) == 1


def test_a_tuned_pace_does_not_end_a_drag() -> None:
    _, loop = ran(to(1), Tune(changes={"steps_per_second": 3.0}), to(2))
    assert len(says(loop)) == 1


def walk(draw: Draw) -> list[Command[Any]]:
    """A life with drags in it."""
    asked: list[Command[Any]] = []
    for number in range(draw.pick(6, 9, 12)):
        drag = [to(draw.pick(-2, -0.3, 0.1, 4), f"{number}", draw.pick(0, 1)) for _ in range(5)]
        other: list[Command[Any]] = draw.pick(
            [Step(steps=draw.pick(1, 2))],
            [FILL],
            [Tune(changes={"learning_rate": draw.pick(0.01, 0.1)})],
            [],
        )
        cut = draw.pick(0, 2, 4, 5)
        asked += [*drag[:cut], *other, *drag[cut:], *draw.pick([UNDO], [], [Step(steps=1)])]
    return [FILL, *asked]


@pytest.mark.parametrize("seed", range(12))
def test_what_is_recorded_of_drags_leads_to_the_same_bits(seed: int) -> None:
    script, loop = ran(*walk(Draw(seed)))
    events = recorded(script)
    interventions = [event for event in events if event["kind"] == "intervention"]
    applied = loop.session.interventions.applied
    assert [event["body"] for event in interventions] == [one.record() for one in applied]
    assert [event["body"]["id"] for event in interventions] == [*range(1, len(applied) + 1)]
    again = session(recipe(), data_cache())
    about, tensors = save_state(again.trainer)
    plan = SeekPlan(
        to=loop.session.trainer.step,
        segment=0,
        settings={},
        checkpoint=about,
        tensors_bytes=len(tensors),
        events=events,
    )
    deque(Seeker(again).go(plan, tensors), maxlen=0)
    pairs = zip(weights(again), weights(loop.session), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)
    assert again.interventions.frozen() == loop.session.interventions.frozen()


def test_who_stands_at_the_step_of_a_drag_notices_that_it_went_on() -> None:
    script, loop = ran(Step(steps=1), to(1), to(2))
    first, _ = ran(Step(steps=1), to(1))
    again = session(recipe(), data_cache())
    about, tensors = save_state(again.trainer)
    seeker = Seeker(again)
    last = recorded(script)
    for events in (recorded(first), last):
        plan = SeekPlan(
            to=1,
            segment=0,
            settings={},
            checkpoint=about,
            tensors_bytes=len(tensors),
            events=events,
        )
        deque(seeker.go(plan, tensors), maxlen=0)
    assert [event["id"] for event in last] == [2]
    pairs = zip(weights(again), weights(loop.session), strict=True)
    assert all(torch.equal(mine, theirs) for mine, theirs in pairs)

"""What a server may ask of a worker, one function a command: (loop, command, payload) -> answer."""

from collections import deque
from typing import Final

import numpy as np

from convscope.errors import ConflictError
from convscope.frames.format import encode_payload
from convscope.learn.intervention_kinds import apply_intervention
from convscope.learn.interventions import Intervention, Interventions
from convscope.types import JsonObject, RunState
from convscope.worker import queries as looking
from convscope.worker.capture.recorder import Wanted
from convscope.worker.loop import LATER, Answer, Handler, Loop
from convscope.worker.queries import switches
from convscope.worker.session import Session
from convscope.worker.step_trace import trace
from convscope.worker.tasks.seek import Seeker, SeekPlan

DONE: Final[Answer] = ({}, b"")


def start(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build the run, at step 0 or where it was before; answers with what it is."""
    seek_plan = command.get("seek_plan")
    cut = command["weights_bytes"] if seek_plan else len(payload)
    session = loop.session = Session(command, payload[:cut])
    loop.steps_per_second = command["steps_per_second"]
    if command.get("keep", True):
        loop.keep_checkpoints()
    if seek_plan:
        deque(Seeker(session).go(SeekPlan.read(seek_plan, payload[cut:])), maxlen=0)
        loop.resume(command["was"])
        loop.events = len(seek_plan["events"])
    else:
        loop.begin()
    about = {"environment": session.environment(), "taken": session.taken}
    return {"about": about, "lists": switches(session.interventions)}, b""


def start_past(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build a run to look at its past steps; nothing of it is kept."""
    loop.tasks.leave_off()
    loop.session = Session(command, payload)
    loop.seeker = Seeker(loop.session)
    loop.state = RunState.READY
    return {"environment": loop.session.environment()}, b""


def seek(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Go to a step that was recorded; one that is under way is left off."""
    loop.tasks.begin(command["id"], loop.seeker.go(SeekPlan.read(command["seek_plan"], payload)))
    return LATER


def begin_segment(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """A part of the run's life begins with the present state: all it takes to go on from it."""
    loop.session.trainer.begin_here()
    return looking.checkpoint(loop, command, payload)


def ablate_freezing(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """What a filter's learning is worth from this step on; afterwards this is no step any more."""
    task = loop.seeker.ablate_freezing(command["layer"], command["filter"])
    loop.tasks.begin(command["id"], task)
    return LATER


def play(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """Train until told otherwise."""
    loop.session.must_train()
    _must_not_be_halted(loop)
    loop.state = RunState.PLAYING
    return DONE


def pause(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """Stop after the step in hand; safe to repeat."""
    if loop.state in (RunState.PLAYING, RunState.STEPPING):
        loop.rest("pause")
        loop.evaluate()
    return DONE


def step(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Train `steps` more, or until step `until`; answered when that is done."""
    loop.session.must_train()
    _must_not_be_halted(loop)
    if loop.state is RunState.PLAYING:
        raise ConflictError("The run is playing: pause it before stepping.")
    here = loop.goals[-1][0] if loop.goals else loop.session.trainer.step
    target = command["until"] if command["until"] is not None else here + command["steps"]
    if target <= loop.session.trainer.step:
        return DONE
    loop.goals.append((target, command["id"]))
    loop.goals.sort()
    loop.state = RunState.STEPPING
    return LATER


def _must_not_be_halted(loop: Loop) -> None:
    if loop.state is RunState.HALTED:
        raise ConflictError(f"The run is halted: {loop.problem}")


def reset(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Back to the very same first weights, from where the server kept what was; safe to repeat."""
    if command["at"] != [loop.session.trainer.step, loop.events]:
        raise ConflictError("The run has gone on meanwhile.", moved=True)
    loop.drop_evaluation()
    loop.session.begin()
    loop.metrics.restart()
    loop.begin()
    loop.show("reset")
    return DONE


def tune(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Change settings while it trains, from the next step on."""
    step, changes = loop.session.trainer.step, dict(command["changes"])
    speed = {key: changes.pop(key) for key in ("steps_per_second",) if key in changes}
    loop.session.tune(changes)
    loop.events += bool(changes)
    if speed:
        loop.steps_per_second = speed["steps_per_second"]
        loop.hurry()
    return {"tuned": {"step": step, "changes": command["changes"]}}, b""


def watch(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """What the viewers together want to see from now on."""
    loop.scheduler.watch(Wanted.parse(command))
    return DONE


def credit(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """A viewer has taken the last frame: there is room for another."""
    loop.scheduler.credit = True
    return DONE


def put_image(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Keep a picture, uint8 (C, H, W) of the input's shape."""
    shape = loop.session.recipe.network.input
    pixels = np.frombuffer(payload, np.uint8).reshape(shape)
    loop.session.pictures.put(command["image"], pixels)
    if command["image"] in loop.scheduler.wanted.probes:
        loop.show("watch")
    return DONE


def drop_image(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Forget a picture."""
    loop.session.pictures.drop(command["image"])
    return DONE


def intervene(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A change by hand. Silencing a filter answers later: what it is worth is measured first."""
    _must_not_be_halted(loop)
    interventions, change = loop.session.interventions, command["change"]
    if change["type"] == "silence" and loop.session.trainable:
        interventions.filters(change["layer"], change["filter"])
        loop.evaluate(lambda before: _silence(loop, command, before))
        return LATER
    intervention = _change(loop, change)
    if change["type"] == "freeze":
        loop.show("edit")  # the weights are the same ones
    else:
        loop.edited()
    return _done(interventions, intervention, None, None)


def _change(loop: Loop, change: JsonObject) -> Intervention:
    intervention = apply_intervention(loop.session.interventions, change)
    loop.events += 1
    return intervention


def _silence(loop: Loop, command: JsonObject, before: float | None) -> None:
    interventions = loop.session.interventions
    intervention = _change(loop, command["change"])
    loop.edited(
        lambda after: loop.answer(command["id"], *_done(interventions, intervention, before, after))
    )


def _done(
    interventions: Interventions,
    intervention: Intervention,
    before: float | None,
    after: float | None,
) -> Answer:
    worth = {"held_out_before": before, "held_out_after": after, "ahead": 0}
    return {"intervention": intervention.record() | worth, "lists": switches(interventions)}, b""


def trace_step(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """One real step, taken apart into its phases."""
    session = loop.session
    session.must_train()
    _must_not_be_halted(loop)
    if loop.state is not RunState.READY:
        raise ConflictError(f"The run is {loop.state}: pause it before tracing a step.")
    loop.drop_evaluation()
    answer = loop.step_and(lambda: _traced(session))
    _must_not_be_halted(loop)
    assert answer is not None
    loop.rest("step")
    loop.evaluate()
    return answer


def _traced(session: Session) -> Answer:
    """The last step in its phases, with all that it was made of."""
    found, sections = trace(session, session.batch_picture(0))
    entries, payload = encode_payload(sections)
    return {"trace": found, "sections": entries}, payload


HANDLERS: Final[dict[str, Handler]] = {
    handler.__name__: handler
    for handler in (
        start,
        start_past,
        seek,
        begin_segment,
        ablate_freezing,
        looking.look,
        looking.lists,
        looking.checkpoint,
        play,
        pause,
        step,
        reset,
        tune,
        watch,
        credit,
        put_image,
        drop_image,
        looking.tensor,
        looking.feature_maps,
        looking.picture,
        looking.predictions,
        looking.explain_output,
        looking.explain_weight,
        intervene,
        trace_step,
        looking.weights,
    )
}

"""What a server may ask of a worker, one function a command: (loop, command, payload) -> answer."""

from collections import deque
from typing import Final

import numpy as np

from convscope.child import looking
from convscope.child.capture import Wanted
from convscope.child.looking import switches
from convscope.child.loop import LATER, Answer, Handler, Loop
from convscope.child.session import Session
from convscope.child.tracing import trace
from convscope.child.travel import Traveller, Way
from convscope.errors import ConflictError
from convscope.learn.changes import change_by_hand
from convscope.learn.hands import Deed, Hands
from convscope.types import JsonObject, RunState
from convscope.wire.frame import encode_payload

DONE: Final[Answer] = ({}, b"")


def start(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build the run, at step 0 or where it was before; answers with what it is."""
    way = command.get("way")
    cut = command["weights_bytes"] if way else len(payload)
    session = loop.session = Session(command, payload[:cut])
    loop.steps_per_second = command["steps_per_second"]
    if command.get("keep", True):
        loop.keep_checkpoints()
    if way:
        deque(Traveller(session).go(Way.read(way, payload[cut:])), maxlen=0)
        loop.resume(command["was"])
        loop.events = len(way["events"])
    else:
        loop.begin()
    about = {"environment": session.environment(), "taken": session.taken}
    return {"about": about, "lists": switches(session.hands)}, b""


def start_past(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build a run to look at its past steps; nothing of it is kept."""
    loop.errand.leave_off()
    loop.session = Session(command, payload)
    loop.traveller = Traveller(loop.session)
    loop.state = RunState.READY
    return {"environment": loop.session.environment()}, b""


def seek(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Go to a step that was recorded; one that is under way is left off."""
    loop.errand.begin(command["id"], loop.traveller.go(Way.read(command["way"], payload)))
    return LATER


def begin_segment(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """A part of the run's life begins with the present state: all it takes to go on from it."""
    loop.session.trainer.begin_here()
    return looking.checkpoint(loop, command, payload)


def look_ahead(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """What a filter's learning is worth from this step on; afterwards this is no step any more."""
    journey = loop.traveller.look_ahead(command["layer"], command["filter"])
    loop.errand.begin(command["id"], journey)
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
    loop.news.restart()
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
    loop.screen.watch(Wanted.parse(command))
    return DONE


def credit(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """A viewer has taken the last frame: there is room for another."""
    loop.screen.credit = True
    return DONE


def put_image(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Keep a picture, uint8 (C, H, W) of the input's shape."""
    shape = loop.session.recipe.network.input
    pixels = np.frombuffer(payload, np.uint8).reshape(shape)
    loop.session.pictures.put(command["image"], pixels)
    if command["image"] in loop.screen.wanted.probes:
        loop.show("watch")
    return DONE


def drop_image(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Forget a picture."""
    loop.session.pictures.drop(command["image"])
    return DONE


def intervene(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A change by hand. Silencing a filter answers later: what it is worth is measured first."""
    _must_not_be_halted(loop)
    hands, change = loop.session.hands, command["change"]
    if change["type"] == "silence" and loop.session.trainable:
        hands.filters(change["layer"], change["filter"])
        loop.evaluate(lambda before: _silence(loop, command, before))
        return LATER
    deed = _change(loop, change)
    if change["type"] == "freeze":
        loop.show("edit")  # the weights are the same ones
    else:
        loop.edited()
    return _done(hands, deed, None, None)


def _change(loop: Loop, change: JsonObject) -> Deed:
    deed = change_by_hand(loop.session.hands, change)
    loop.events += 1
    return deed


def _silence(loop: Loop, command: JsonObject, before: float | None) -> None:
    hands = loop.session.hands
    deed = _change(loop, command["change"])
    loop.edited(lambda after: loop.answer(command["id"], *_done(hands, deed, before, after)))


def _done(hands: Hands, deed: Deed, before: float | None, after: float | None) -> Answer:
    worth = {"held_out_before": before, "held_out_after": after, "ahead": 0}
    return {"deed": deed.record() | worth, "lists": switches(hands)}, b""


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
        look_ahead,
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

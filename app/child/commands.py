"""What a server may ask of a worker, one function a command: (loop, command, payload) -> answer."""

import json
from collections import deque
from typing import Final

import numpy as np
from safetensors.torch import save

from app.child.capture import Wanted, capture, prediction
from app.child.loop import LATER, Answer, Handler, Loop
from app.child.session import Session
from app.child.tracing import trace
from app.child.travel import Traveller, Way
from app.errors import ConflictError
from app.learn.changes import change_by_hand
from app.learn.checkpoint import save_state
from app.learn.hands import Deed, Hands
from app.types import JsonObject, RunState
from app.wire.frame import encode_payload
from app.wire.quantize import Floats

DONE: Final[Answer] = ({}, b"")


def start(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build the run, at step 0 or where it was before; answers with what it is."""
    way = command.get("way")
    cut = command["weights_bytes"] if way else len(payload)
    session = loop.session = Session(command, payload[:cut])
    loop.steps_per_second = command["steps_per_second"]
    loop.keep_checkpoints()
    if way:
        deque(Traveller(session).go(Way.read(way, payload[cut:])), maxlen=0)
        loop.resume(command["was"])
    else:
        loop.begin()
    about = {"environment": session.environment(), "taken": session.taken}
    return {"about": about, "lists": _lists(session.hands)}, b""


def start_past(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Build a run to look at its past steps; nothing of it is kept."""
    loop.leave_off()
    loop.session = Session(command, payload)
    loop.traveller = Traveller(loop.session)
    loop.state = RunState.READY
    return {"environment": loop.session.environment()}, b""


def seek(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Go to a step that was recorded; one that is under way is left off."""
    loop.travel(command["id"], loop.traveller.go(Way.read(command["way"], payload)))
    return LATER


def look(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A frame of the present state."""
    sections, predictions = capture(loop.session, Wanted.parse(command))
    entries, payload = encode_payload(sections)
    shown = {"sections": entries, "predictions": predictions}
    return shown | {"lists": _lists(loop.session.hands)}, payload


def lists(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """The filters that are silenced or frozen; the settings are in every answer."""
    return {"lists": _lists(loop.session.hands)}, b""


def checkpoint(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """All it takes to go on from the present state."""
    about, tensors = save_state(loop.session.trainer)
    return {"checkpoint": about, "settings": loop.session.settings()}, tensors


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


def reset(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """Back to the very same first weights; safe to repeat."""
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
    if speed:
        loop.steps_per_second = speed["steps_per_second"]
        loop.hurry()
    return {"tuned": {"step": step, "changes": changes}}, b""


def watch(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """What the viewers together want to see from now on."""
    loop.wanted = Wanted.parse(command)
    loop.credit = True
    loop.show("watch")
    return DONE


def credit(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """A viewer has taken the last frame: there is room for another."""
    loop.credit = True
    return DONE


def put_image(loop: Loop, command: JsonObject, payload: bytes) -> Answer:
    """Keep a picture, uint8 (C, H, W) of the input's shape."""
    shape = loop.session.recipe.network.input
    pixels = np.frombuffer(payload, np.uint8).reshape(shape)
    loop.session.pictures.put(command["image"], pixels)
    if command["image"] in loop.wanted.probes:
        loop.show("watch")
    return DONE


def drop_image(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Forget a picture."""
    loop.session.pictures.drop(command["image"])
    return DONE


def tensor(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A layer's tensor, its gradient, its update, or an optimiser's buffer."""
    values = loop.session.observer.tensor(command["layer"], command["tensor"], command["of"])
    return _values(loop, values)


def feature_maps(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A layer's output for one picture, exact."""
    pixels = loop.session.pictures.get(command["image"])
    return _values(loop, loop.session.observer.feature_maps(command["layer"], pixels))


def picture(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A picture as the network sees it, uint8 (C, H, W)."""
    pixels = loop.session.pictures.get(command["image"])
    return {"shape": pixels.shape}, pixels.tobytes()


def predictions(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """Class scores for one picture."""
    session = loop.session
    session.must_train()
    pixels = session.pictures.get(command["image"])
    logits = session.observer.outputs([pixels], [])[""][0]
    return {"step": session.trainer.step} | prediction(logits), b""


def explain_output(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """One value of a layer's output as arithmetic."""
    session = loop.session
    pixels = session.pictures.get(command["image"])
    channel, y, x = command["where"]
    found = session.explainer.output(command["layer"], (channel, y, x), pixels)
    return {}, _json(found | {"image": command["image"]})


def explain_weight(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """One weight's gradient and the update that followed, as arithmetic."""
    session = loop.session
    index, picture = tuple(command["index"]), command["picture"]
    found = session.explainer.weight(command["layer"], command["tensor"], index, picture)
    found["gradient"] |= session.batch_picture(picture)
    return {}, _json(found)


def _json(explanation: JsonObject) -> bytes:
    try:
        return json.dumps(explanation, allow_nan=False).encode()
    except ValueError:
        raise ConflictError(
            "This value is not a finite number any more: there is no arithmetic to show."
        ) from None


def intervene(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A change by hand. Silencing a filter answers later: what it is worth is measured first."""
    _must_not_be_halted(loop)
    hands, change = loop.session.hands, command["change"]
    if change["type"] == "silence" and loop.session.trainable:
        hands.filters(change["layer"], change["filter"])
        loop.evaluate(lambda before: _silence(loop, command, before))
        return LATER
    deed = change_by_hand(hands, change)
    loop.edited()
    return _done(hands, deed, None, None)


def _silence(loop: Loop, command: JsonObject, before: float | None) -> None:
    hands = loop.session.hands
    deed = change_by_hand(hands, command["change"])
    loop.edited(lambda after: loop.answer(command["id"], *_done(hands, deed, before, after)))


def _done(hands: Hands, deed: Deed, before: float | None, after: float | None) -> Answer:
    worth = {"held_out_before": before, "held_out_after": after}
    return {"deed": deed.record() | worth, "lists": _lists(hands)}, b""


def _lists(hands: Hands) -> JsonObject:
    return {"silenced": hands.silenced(), "frozen": hands.frozen()}


def trace_step(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """One real step, taken apart into its phases."""
    session = loop.session
    session.must_train()
    _must_not_be_halted(loop)
    if loop.state is not RunState.READY:
        raise ConflictError(f"The run is {loop.state}: pause it before tracing a step.")
    loop.drop_evaluation()
    loop.step()
    _must_not_be_halted(loop)
    loop.rest("step")
    loop.evaluate()
    found, sections = trace(session, session.batch_picture(0))
    entries, payload = encode_payload(sections)
    return {"trace": found, "sections": entries}, payload


def weights(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """All parameters and buffers as safetensors."""
    state = loop.session.trainer.network.state_dict()
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    return {"step": loop.session.trainer.step}, save(plain)


def _values(loop: Loop, values: Floats) -> Answer:
    about = {"shape": values.shape, "step": loop.session.trainer.step}
    return about, np.ascontiguousarray(values, np.float32).tobytes()


HANDLERS: Final[dict[str, Handler]] = {
    handler.__name__: handler
    for handler in (
        start,
        start_past,
        seek,
        look,
        lists,
        checkpoint,
        play,
        pause,
        step,
        reset,
        tune,
        watch,
        credit,
        put_image,
        drop_image,
        tensor,
        feature_maps,
        picture,
        predictions,
        explain_output,
        explain_weight,
        intervene,
        trace_step,
        weights,
    )
}

"""Questions about the present state of a session; none of them changes it."""

import json

import numpy as np
from safetensors.torch import save

from convscope.errors import ConflictError
from convscope.frames.format import encode_payload
from convscope.frames.quantize import Floats
from convscope.learn.checkpoint import save_state
from convscope.learn.interventions import Interventions
from convscope.types import JsonObject
from convscope.worker.capture.recorder import Wanted, capture, prediction
from convscope.worker.loop import Answer, Loop


def look(loop: Loop, command: JsonObject, _: bytes) -> Answer:
    """A frame of the present state."""
    sections, predictions = capture(loop.session, Wanted.parse(command))
    entries, payload = encode_payload(sections)
    shown = {"sections": entries, "predictions": predictions}
    return shown | {"lists": switches(loop.session.interventions)}, payload


def lists(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """The filters that are silenced or frozen; the settings are in every answer."""
    return {"lists": switches(loop.session.interventions)}, b""


def checkpoint(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """All it takes to go on from the present state."""
    about, tensors = save_state(loop.session.trainer)
    return {"checkpoint": about, "settings": loop.session.settings()}, tensors


def weights(loop: Loop, _: JsonObject, __: bytes) -> Answer:
    """All parameters and buffers as safetensors."""
    state = loop.session.trainer.network.state_dict()
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    return {"step": loop.session.trainer.step}, save(plain)


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
    if not session.has_scores:
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


def _values(loop: Loop, values: Floats) -> Answer:
    about = {"shape": values.shape, "step": loop.session.trainer.step}
    return about, np.ascontiguousarray(values, np.float32).tobytes()


def switches(interventions: Interventions) -> JsonObject:
    """The filters that are silenced and those that are frozen."""
    return {"silenced": interventions.silenced(), "frozen": interventions.frozen()}

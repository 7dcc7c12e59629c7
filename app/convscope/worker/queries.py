"""Questions about the present state of a session; none of them changes it."""

import json
from collections.abc import Sequence

import numpy as np
from safetensors.torch import save

from convscope.errors import ConflictError
from convscope.frames.format import encode_payload
from convscope.frames.quantize import Floats
from convscope.ipc import commands
from convscope.ipc.replies import (
    BatchReply,
    CheckpointReply,
    FrameReply,
    ImageReply,
    JsonReply,
    PredictionsReply,
    SwitchesReply,
    TensorReply,
    TraceReply,
    WeightsReply,
)
from convscope.learn.checkpoint import save_state
from convscope.learn.data import Pixels
from convscope.learn.observe import to_numpy
from convscope.learn.seeds import Purpose, seed_of
from convscope.types import JsonObject
from convscope.worker.capture.recorder import capture, prediction
from convscope.worker.loop import Loop
from convscope.worker.session import Session
from convscope.worker.step_trace import trace


def look(loop: Loop, command: commands.Look, _: int) -> FrameReply:
    """A frame of the present state."""
    sections, predictions = capture(loop.session, command.wanted)
    entries, payload = encode_payload(sections)
    return FrameReply(
        sections=entries,
        predictions=predictions,
        switches=loop.session.switches(),
        status=loop.status(),
        payload=payload,
    )


def trace_last(loop: Loop, _: commands.TraceLast, __: int) -> TraceReply:
    """The last step in its phases, with all that it was made of."""
    session = loop.session
    session.must_train()
    found, sections = trace(session)
    entries, payload = encode_payload(sections)
    return TraceReply(trace=found, sections=entries, payload=payload)


def list_switches(loop: Loop, _: commands.ListSwitches, __: int) -> SwitchesReply:
    """The filters that are silenced or frozen, and what else is true of this step."""
    return SwitchesReply(switches=loop.session.switches(), status=loop.status())


def checkpoint(loop: Loop, _: commands.Checkpoint, __: int) -> CheckpointReply:
    """All it takes to go on from the present state."""
    about, tensors = save_state(loop.session.trainer)
    return CheckpointReply(checkpoint=about, settings=loop.session.settings(), payload=tensors)


def weights(loop: Loop, _: commands.Weights, __: int) -> WeightsReply:
    """All parameters and buffers as safetensors."""
    state = loop.session.trainer.network.state_dict()
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    return WeightsReply(step=loop.session.trainer.step, payload=save(plain))


def tensor(loop: Loop, command: commands.Tensor, _: int) -> TensorReply:
    """A layer's tensor, its gradient, its update, or an optimiser's buffer."""
    values = loop.session.observer.tensor(command.layer, command.tensor, command.of)
    return _tensor(loop, values)


def feature_maps(loop: Loop, command: commands.FeatureMaps, _: int) -> TensorReply:
    """A layer's output for one image, exact."""
    pixels = loop.session.images.get(command.image)
    return _tensor(loop, loop.session.observer.feature_maps(command.layer, pixels))


def outputs(loop: Loop, command: commands.Outputs, _: int) -> TensorReply:
    """A layer's output for several images, exact; or their class scores."""
    session = loop.session
    if command.layer is None:
        session.must_have_scores()
    wanted = [] if command.layer is None else [command.layer]
    found = session.observer.outputs(_pixels(session, command), wanted)
    return _tensor(loop, found[command.layer or ""])


def _pixels(session: Session, command: commands.Outputs) -> Sequence[Pixels]:
    if command.half is None:
        sent = np.frombuffer(command.payload, np.uint8)
        return list(sent.reshape(command.count, *session.recipe.network.input))
    numbers = range(command.start, command.start + command.count)
    return [session.images.get(f"{command.half}-{number}") for number in numbers]


def _tensor(loop: Loop, values: Floats) -> TensorReply:
    data = np.ascontiguousarray(values, np.float32).tobytes()
    return TensorReply(shape=values.shape, step=loop.session.trainer.step, payload=data)


def image(loop: Loop, command: commands.Image, _: int) -> ImageReply:
    """An image as the network sees it, uint8 (C, H, W)."""
    pixels = loop.session.images.get(command.image)
    return ImageReply(shape=pixels.shape, payload=pixels.tobytes())


def batch(loop: Loop, command: commands.Batch, _: int) -> BatchReply:
    """The mini-batch of the step that led to the present state."""
    loop.session.must_train()
    trainer = loop.session.trainer
    assert trainer.batches is not None
    images, labels = trainer.batches.batch(trainer.step)
    return BatchReply(
        step=trainer.step,
        shape=tuple(images.shape),
        numbers=trainer.batches.indices(trainer.step).tolist(),
        labels=labels.tolist(),
        seed=seed_of(trainer.seed, Purpose.STEP, trainer.step),
        payload=to_numpy(images).tobytes() if command.images else b"",
    )


def dropout_mask(loop: Loop, command: commands.DropoutMask, _: int) -> TensorReply:
    """What a Dropout layer multiplied by in that step."""
    loop.session.must_train()
    return _tensor(loop, to_numpy(loop.session.explainer.dropout_mask(command.layer)))


def predict(loop: Loop, command: commands.Predict, _: int) -> PredictionsReply:
    """Class scores for one image."""
    session = loop.session
    session.must_have_scores()
    pixels = session.images.get(command.image)
    scores = prediction(session.observer.outputs([pixels], [])[""][0])
    return PredictionsReply(step=session.trainer.step, **scores)


def evaluate(loop: Loop, _: commands.Evaluate, number: int) -> None:
    """The whole held-out half, measured piece by piece; the curve hears nothing of it."""
    loop.session.must_train()
    loop.measure_whole(number)


def explain_output(loop: Loop, command: commands.ExplainOutput, _: int) -> JsonReply:
    """One value of a layer's output as arithmetic."""
    session = loop.session
    pixels = session.images.get(command.image)
    where = (command.channel, command.y, command.x)
    found = session.explainer.output(command.layer, where, pixels)
    return JsonReply(payload=json_text(found | {"image": command.image}))


def explain_weight(loop: Loop, command: commands.ExplainWeight, _: int) -> JsonReply:
    """One weight's gradient and the update that followed, as arithmetic."""
    session, example = loop.session, command.example
    found = session.explainer.weight(command.layer, command.tensor, command.index, example)
    found["gradient"] |= session.batch_example(example)
    return JsonReply(payload=json_text(found))


def json_text(explanation: JsonObject) -> bytes:
    """As the API answers it; ConflictError where a number of it is not finite."""
    try:
        return json.dumps(explanation, allow_nan=False).encode()
    except ValueError:
        raise ConflictError(
            "This value is not a finite number any more: there is no arithmetic to show."
        ) from None

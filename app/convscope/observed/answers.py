"""What the server may ask of a watched loop, between two of its steps."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from convscope.errors import ConflictError, ConvscopeError
from convscope.frames.format import encode_payload
from convscope.frames.quantize import Floats
from convscope.ipc import commands
from convscope.ipc.commands import Command
from convscope.ipc.replies import (
    FrameReply,
    ImageReply,
    JsonReply,
    PredictionsReply,
    Reply,
    Status,
    Switches,
    SwitchesReply,
    TensorReply,
)
from convscope.observed.explain import explain_output
from convscope.observed.watched_model import WatchedModel
from convscope.worker.capture.recorder import capture, prediction
from convscope.worker.queries import json_text

Answerer = Callable[[WatchedModel, Any, Status], Reply]


def answer(model: WatchedModel, command: Command[Any], status: Status) -> Reply:
    """The reply to a question about the present; ConflictError for what cannot be asked here."""
    answerer = ANSWERS.get(type(command))
    if answerer is None:
        raise ConflictError(
            "This cannot be asked of an observed run: its steps are made in somebody's own "
            "training loop."
        )
    try:
        return answerer(model, command, status)
    except ConvscopeError:
        raise
    except Exception as error:  # of somebody's own model: it may be anything
        raise ConflictError(f"The model of this run could not answer: {error}") from error


def _look(model: WatchedModel, command: commands.Look, status: Status) -> FrameReply:
    sections, predictions = capture(model, command.wanted)
    entries, payload = encode_payload(sections)
    return FrameReply(
        sections=entries,
        predictions=predictions,
        switches=Switches(),
        status=status,
        payload=payload,
    )


def _switches(_: WatchedModel, __: commands.ListSwitches, status: Status) -> SwitchesReply:
    return SwitchesReply(switches=Switches(), status=status)


def _tensor(model: WatchedModel, command: commands.Tensor, status: Status) -> TensorReply:
    return _exact(model.observer.tensor(command.layer, command.tensor, command.of), status)


def _feature_maps(model: WatchedModel, command: commands.FeatureMaps, status: Status) -> Reply:
    return _exact(
        model.observer.feature_maps(command.layer, model.images.get(command.image)), status
    )


def _exact(values: Floats, status: Status) -> TensorReply:
    data = np.ascontiguousarray(values, np.float32).tobytes()
    return TensorReply(shape=values.shape, step=status.step, payload=data)


def _predict(model: WatchedModel, command: commands.Predict, status: Status) -> PredictionsReply:
    if not model.has_scores:
        raise ConflictError("This network does not end in class scores.")
    scores = model.observer.write_outputs(model.images.get(command.image)[None], {})[0]
    return PredictionsReply(step=status.step, **prediction(scores))


def _explain(model: WatchedModel, command: commands.ExplainOutput, status: Status) -> JsonReply:
    found = {"step": status.step} | explain_output(model, command)
    return JsonReply(payload=json_text(found | {"image": command.image}))


def _image(model: WatchedModel, command: commands.Image, _: Status) -> ImageReply:
    """Its numbers from the lowest to the highest as 0 to 255, since nobody knows what they mean."""
    values = model.images.get(command.image).float().cpu()
    low, high = values.min(), values.max()
    levels = ((values - low) / (high - low).clamp_min(1e-12) * 255).round().to(torch.uint8)
    levels = levels if levels.ndim == 3 else levels.reshape(1, 1, -1)
    shown = levels if len(levels) in (1, 3) else levels[:1]
    return ImageReply(shape=tuple(shown.shape), payload=shown.contiguous().numpy().tobytes())


ANSWERS: Mapping[type[Command[Any]], Answerer] = {
    commands.Look: _look,
    commands.ListSwitches: _switches,
    commands.Tensor: _tensor,
    commands.FeatureMaps: _feature_maps,
    commands.Predict: _predict,
    commands.Image: _image,
    commands.ExplainOutput: _explain,
}

"""One value that a layer of somebody's own model gives, as arithmetic."""

from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.ipc.commands import ExplainOutput
from convscope.learn.explain.output import EXPLAINERS, about, check_place, softmax_of
from convscope.learn.explain.value_location import ValueLocation
from convscope.observed.watched_model import WatchedModel
from convscope.types import JsonObject


def explain_output(model: WatchedModel, command: ExplainOutput) -> JsonObject:
    """As an ordinary run explains it, of what the layer really read; ConflictError for a layer
    whose arithmetic is not known here, NotFoundError for a place outside."""
    image = model.images.get(command.image)
    if command.layer == "softmax" and command.layer not in model.observer.plans:
        scores = model.observer.write_outputs(image[None], {})[0]
        check_place("softmax", scores.shape, (command.channel, 0, 0))
        return softmax_of(scores, command.channel)
    plan = model.observer.plans.get(command.layer)
    if plan is None:
        raise NotFoundError(f"There is no layer {command.layer!r} in this network.")
    where = (command.channel, command.y, command.x)
    check_place(command.layer, plan.output_shape, where)
    module = model.observer.module(command.layer)
    if not _is_known(module, plan.type):
        raise ConflictError(f"How {plan.type} computes its values is not known here.")
    inputs, output = model.observer.through(command.layer, image)
    place = ValueLocation(plan, module, inputs, output, *where)
    return about(place) | EXPLAINERS[plan.type](place) | {"activation": None}


def _is_known(module: nn.Module, kind: str) -> bool:
    """Whether it is torch's own, of a kind and with settings that are explained."""
    if kind not in EXPLAINERS or type(module) is not getattr(nn, kind, None):
        return False
    if isinstance(module, nn.Conv2d):
        return module.padding_mode == "zeros" and not isinstance(module.padding, str)
    if isinstance(module, nn.MaxPool2d):
        return module.dilation in (1, (1, 1)) and not module.return_indices
    if isinstance(module, nn.AvgPool2d):
        return module.divisor_override is None and not module.ceil_mode
    if isinstance(module, nn.BatchNorm2d):
        return module.track_running_stats
    return True

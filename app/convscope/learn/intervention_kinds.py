"""The kinds of intervention: each takes a change, and gives a sentence and an undo record."""

from collections.abc import Callable
from typing import Final

import torch
from torch import nn

from convscope.errors import ConflictError, InvalidError, NotFoundError
from convscope.learn.interventions import Intervention, Interventions
from convscope.learn.observe import check_index
from convscope.learn.preset_kernels import KERNELS, centred
from convscope.learn.seeds import Purpose, torch_generator
from convscope.learn.undo_record import PreviousSwitch, UndoRecord
from convscope.types import JsonObject

Done = tuple[str, UndoRecord]


def apply_intervention(interventions: Interventions, change: JsonObject) -> Intervention:
    """Apply one intervention as the API takes it; InvalidError, NotFoundError or ConflictError for
    one that cannot be."""
    if change["type"] == "undo":
        return interventions.undo()
    says, undo_record = ACTIONS[change["type"]](interventions, change)
    return interventions.done(says, change, undo_record)


def _set(interventions: Interventions, change: JsonObject) -> Done:
    layer, tensor, index = change["layer"], change["tensor"], tuple(change["index"])
    found = dict(interventions.layer(layer).named_parameters())
    if not found:
        raise ConflictError(f"{layer} has no weights.")
    if tensor not in found:
        raise NotFoundError(f"{layer} has no {tensor!r}: expected one of {', '.join(found)}.")
    check_index(f"{layer}.{tensor}", found[tensor].shape, index)
    before = float(interventions.place(layer, tensor, index))
    says = f"{layer}, {tensor} {list(index)}: {before:.4g} became {change['value']:.4g}"
    return says, interventions.edit(layer, tensor, index, change["value"])


def _fill(interventions: Interventions, change: JsonObject) -> Done:
    layer, number, channel = change["layer"], change["filter"], change["channel"]
    conv = interventions.filters(layer, number)
    if not isinstance(conv, nn.Conv2d):
        raise ConflictError(
            f"{layer} is a linear layer: only a convolution's kernels can be filled."
        )
    kernels = conv.weight.shape[1]  # in / groups
    if channel is not None and not 0 <= channel < kernels:
        raise NotFoundError(f"{layer} has {kernels} kernels a filter: there is no {channel}.")
    index = (number,) if channel is None else (number, channel)
    name, values = _kernel(
        interventions, change["with"], interventions.place(layer, "weight", index).shape
    )
    which = "all kernels" if channel is None else f"kernel {channel}"
    says = f"{layer}, filter {number}, {which}: filled with {name}"
    return says, interventions.edit(layer, "weight", index, values)


def _kernel(interventions: Interventions, name: str, shape: torch.Size) -> tuple[str, torch.Tensor]:
    """A title, and values of the shape (…, kh, kw)."""
    if name == "random":
        draw = torch_generator(
            interventions.seed, Purpose.INTERVENTIONS, len(interventions.applied)
        )
        return "random numbers", torch.empty(shape).uniform_(-0.5, 0.5, generator=draw)
    title, kernel = KERNELS[name]
    if kernel is None:
        return title, torch.zeros(shape)
    height, width = shape[-2:]
    if min(height, width) < len(kernel):
        raise InvalidError(f"{title} is 3 × 3, and this kernel is {height} × {width}.")
    return title, centred(kernel, height, width).expand(shape)


def _freeze(interventions: Interventions, change: JsonObject) -> Done:
    layer, number, on = change["layer"], change["filter"], change["on"]
    interventions.filters(layer, number)
    was = PreviousSwitch("freeze", layer, number, (layer, number) in interventions.trainer.frozen)
    interventions.switch(was.turned(on))
    return f"{layer}, filter {number}: {'frozen' if on else 'free to learn again'}", was


def _silence(interventions: Interventions, change: JsonObject) -> Done:
    layer, number, on = change["layer"], change["filter"], change["on"]
    interventions.filters(layer, number)
    was = PreviousSwitch("silence", layer, number, interventions.is_silent(layer, number))
    interventions.switch(was.turned(on))
    interventions.trainer.begin_here()
    return f"{layer}, filter {number}: {'silenced' if on else 'heard again'}", was


ACTIONS: Final[dict[str, Callable[[Interventions, JsonObject], Done]]] = {
    "set": _set,
    "fill": _fill,
    "freeze": _freeze,
    "silence": _silence,
}

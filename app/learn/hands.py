"""What people do to a run by hand: set a weight, fill a kernel, freeze or silence a filter, undo.

Each takes effect between two steps, at a step that is recorded, and can be put back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import nn

from app.errors import ConflictError, InvalidError, NotFoundError
from app.learn.kernels import KERNELS, centred
from app.learn.seeds import Purpose, torch_generator
from app.learn.trainer import Trainer
from app.types import JsonObject

Undo = Callable[[], None]
LAYERS_WITH_FILTERS = (nn.Conv2d, nn.Linear)


@dataclass
class Deed:
    """One change: when, what, and how it is put back (None for one that was, or is an undo)."""

    id: int
    step: int
    says: str
    undoes: int | None = None
    undo: Undo | None = None

    def describe(self) -> JsonObject:
        """As a run lists it."""
        return {"id": self.id, "step": self.step, "says": self.says, "undoes": self.undoes}


@dataclass
class Hands:
    """All changes to one trainer; `silenced` masks are applied by hooks on every twin network."""

    trainer: Trainer
    seed: int
    networks: tuple[nn.Sequential, ...]  # that a silenced filter must be silent in
    masks: dict[str, torch.Tensor] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)

    def do(self, command: JsonObject) -> Deed:
        """One change; InvalidError, NotFoundError or ConflictError for one that cannot be."""
        says, undo = ACTIONS[command["type"]](self, command)
        return self._record(says, undo)

    def undo(self) -> Deed:
        """Put back what the last change that is not undone yet changed."""
        for deed in reversed(self.deeds):
            if deed.undo:
                deed.undo()
                deed.undo = None
                self.trainer.edited()
                return self._record(f"Undone: {deed.says}", None, deed.id)
        raise ConflictError("There is nothing to undo in this run.")

    def _record(self, says: str, undo: Undo | None, undoes: int | None = None) -> Deed:
        deed = Deed(len(self.deeds) + 1, self.trainer.step, says, undoes, undo)
        self.deeds.append(deed)
        return deed

    # --- what there is to change ----------------------------------------------------------------

    def layer(self, name: str) -> nn.Module:
        """A layer by name; NotFoundError lists the names there are."""
        layers = dict(self.trainer.network.named_children())
        if name not in layers:
            raise NotFoundError(f"There is no layer {name!r}: expected one of {', '.join(layers)}.")
        return layers[name]

    def filters(self, name: str, number: int) -> nn.Conv2d | nn.Linear:
        """A layer that has filters, one of them named `number`."""
        layer = self.layer(name)
        if not isinstance(layer, LAYERS_WITH_FILTERS):
            raise ConflictError(f"{name} is a {type(layer).__name__} layer, which has no filters.")
        if not 0 <= number < len(layer.weight):
            raise NotFoundError(f"{name} has {len(layer.weight)} filters: there is no {number}.")
        return layer

    def edit(self, place: torch.Tensor, values: torch.Tensor | float) -> Undo:
        """Write into a view of a parameter; answers how to put it back."""
        with torch.no_grad():
            before = place.clone()
            place.copy_(torch.as_tensor(values, dtype=place.dtype))
        self.trainer.edited()
        return lambda: self._put_back(place, before)

    @staticmethod
    def _put_back(place: torch.Tensor, before: torch.Tensor) -> None:
        with torch.no_grad():
            place.copy_(before)

    # --- filters that are silent or frozen --------------------------------------------------------

    def silence(self, layer: str, number: int, on: bool) -> None:
        """A filter's output is 0 everywhere from now on, or is what it computes again."""
        if layer not in self.masks:
            weight = self.filters(layer, number).weight
            self.masks[layer] = torch.ones(len(weight), device=weight.device)
            for network in self.networks:
                network.get_submodule(layer).register_forward_hook(self._hook(layer))
        self.masks[layer][number] = 0.0 if on else 1.0

    def _hook(self, layer: str) -> Any:
        def silence(_: nn.Module, __: Any, output: torch.Tensor) -> torch.Tensor:
            # not multiplied: an infinite output would become NaN
            return output.masked_fill(shaped(self.masks[layer], output) == 0, 0.0)

        return silence

    def is_silent(self, layer: str, number: int) -> bool:
        """Whether a filter is silenced."""
        return {"layer": layer, "filter": number} in self.silenced()

    def silenced(self) -> list[JsonObject]:
        """All silenced filters."""
        return [
            {"layer": layer, "filter": int(number)}
            for layer, mask in self.masks.items()
            for number in (mask == 0).nonzero().flatten()
        ]

    def frozen(self) -> list[JsonObject]:
        """All frozen filters."""
        return [{"layer": layer, "filter": n} for layer, n in sorted(self.trainer.frozen)]


def shaped(mask: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """A mask (C,) so that it multiplies an output (B, C, …)."""
    return mask.reshape(1, -1, *(1,) * (output.ndim - 2))


def _set(hands: Hands, command: JsonObject) -> tuple[str, Undo]:
    layer, tensor, index = command["layer"], command["tensor"], tuple(command["index"])
    found = dict(hands.layer(layer).named_parameters())
    if not found:
        raise ConflictError(f"{layer} has no weights.")
    if tensor not in found:
        raise NotFoundError(f"{layer} has no {tensor!r}: expected one of {', '.join(found)}.")
    shape = found[tensor].shape
    inside = len(index) == len(shape) and all(
        0 <= at < size for at, size in zip(index, shape, strict=True)
    )
    if not inside:
        sizes = " × ".join(map(str, shape))
        raise NotFoundError(f"{layer}.{tensor} is {sizes}: there is no {list(index)} in it.")
    place = found[tensor].detach()[index]
    says = f"{layer}, {tensor} {list(index)}: {float(place):.4g} became {command['value']:.4g}"
    return says, hands.edit(place, command["value"])


def _fill(hands: Hands, command: JsonObject) -> tuple[str, Undo]:
    layer, number, channel = command["layer"], command["filter"], command["channel"]
    conv = hands.filters(layer, number)
    if not isinstance(conv, nn.Conv2d):
        raise ConflictError(
            f"{layer} is a linear layer: only a convolution's kernels can be filled."
        )
    kernels = conv.weight.detach()[number]  # (in / groups, kh, kw)
    if channel is not None and not 0 <= channel < len(kernels):
        raise NotFoundError(f"{layer} has {len(kernels)} kernels a filter: there is no {channel}.")
    chosen = kernels if channel is None else kernels[channel : channel + 1]
    name, values = _kernel(hands, command["with"], chosen)
    which = "all kernels" if channel is None else f"kernel {channel}"
    return f"{layer}, filter {number}, {which}: filled with {name}", hands.edit(chosen, values)


def _kernel(hands: Hands, name: str, place: torch.Tensor) -> tuple[str, torch.Tensor]:
    """A title, and values of the place's shape."""
    if name == "random":
        draw = torch_generator(hands.seed, Purpose.HANDS, len(hands.deeds))
        return "random numbers", torch.empty(place.shape).uniform_(-0.5, 0.5, generator=draw)
    title, kernel = KERNELS[name]
    if kernel is None:
        return title, torch.zeros(place.shape)
    height, width = place.shape[-2:]
    if min(height, width) < len(kernel):
        raise InvalidError(f"{title} is 3 × 3, and this kernel is {height} × {width}.")
    return title, centred(kernel, height, width).expand(place.shape)


def _freeze(hands: Hands, command: JsonObject) -> tuple[str, Undo]:
    layer, number, on = command["layer"], command["filter"], command["on"]
    hands.filters(layer, number)
    was = (layer, number) in hands.trainer.frozen
    hands.trainer.freeze(layer, number, on)
    says = f"{layer}, filter {number}: {'frozen' if on else 'free to learn again'}"
    return says, lambda: hands.trainer.freeze(layer, number, was)


def _silence(hands: Hands, command: JsonObject) -> tuple[str, Undo]:
    layer, number, on = command["layer"], command["filter"], command["on"]
    hands.filters(layer, number)
    was = hands.is_silent(layer, number)
    hands.silence(layer, number, on)
    hands.trainer.edited()
    says = f"{layer}, filter {number}: {'silenced' if on else 'heard again'}"
    return says, lambda: hands.silence(layer, number, was)


ACTIONS: Final[dict[str, Callable[[Hands, JsonObject], tuple[str, Undo]]]] = {
    "set": _set,
    "fill": _fill,
    "freeze": _freeze,
    "silence": _silence,
}

"""The layers of any model that can be looked at, in the order in which they run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any

import torch
from torch import nn

from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import JsonObject, Shape

See = Callable[[str, Any, Any], None]  # a layer's name, its first input and its output


@dataclass(frozen=True)
class Walk:
    """What a model does with some images."""

    layers: list[ObservedLayer]  # in the order in which they run
    with_maps: frozenset[str]  # those whose output is a list of numbers or maps
    output: torch.Tensor  # (P, N) class scores, or anything


def named_layers(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Its modules; a model that is one layer goes by its class."""
    for name, module in model.named_modules():
        yield name or type(module).__name__, module


def walk(twin: nn.Module, images: torch.Tensor) -> Walk:
    """The layers that the images (P, …) go through, each at its first call; ValueError for a model
    that writes into its buffers while it is looked at."""
    found: dict[str, ObservedLayer | None] = {}
    with_maps = set()
    modules = dict(named_layers(twin))
    givers = [("input", images)]  # kept, so that no other tensor gets their place in memory

    def see(name: str, given: Any, output: Any) -> None:
        if name in found:
            return
        shape = map_shape(output, len(images))
        found[name] = _described(name, modules[name], given, shape, _giver(givers, given))
        if shape is not None:
            with_maps.add(name)
            givers.append((name, output))

    with _must_leave_no_trace(twin, images.device), seen(twin, see):
        output = forward(twin, images)
    layers = [layer for layer in found.values() if layer]
    if not layers:
        raise ValueError("none of its modules gives numbers or maps")
    return Walk(layers, frozenset(with_maps), output)


def map_shape(output: Any, images: int) -> Shape | None:
    """Of what a layer gives for an image: (N,) or (C, H, W); None where it is something else."""
    if not isinstance(output, torch.Tensor) or output.ndim not in (2, 4):
        return None
    return tuple(output.shape[1:]) if len(output) == images else None


def layers_with_weights(model: nn.Module) -> list[ObservedLayer]:
    """Those that have parameters, in the order in which they were made: of a model that cannot be
    run beside its training, whose maps' shapes nobody knows."""
    found = (_described(name, module, None, None) for name, module in named_layers(model))
    return [layer for layer in found if layer]


def _giver(givers: Sequence[tuple[str, torch.Tensor]], given: Any) -> str | None:
    """Who gave these very numbers, perhaps in another shape; the last, of layers in place."""
    if not isinstance(given, torch.Tensor):
        return None
    same = (given.data_ptr(), given.numel())
    gave = [name for name, one in givers if (one.data_ptr(), one.numel()) == same]
    return gave[-1] if gave else None


def _described(
    name: str,
    module: nn.Module,
    given: Any,
    output: Shape | None,
    reads: str | None = None,
) -> ObservedLayer | None:
    """None for one that has neither maps nor weights."""
    own = [one for one in module.parameters(recurse=False) if one.ndim]
    if output is None and not own:
        return None
    read = tuple(given.shape[1:]) if isinstance(given, torch.Tensor) else ()
    return _layer(name, module, read, (len(own[0]),) if output is None else output, reads)


def _layer(
    name: str, module: nn.Module, given: Shape, output: Shape, reads: str | None = None
) -> ObservedLayer:
    own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return ObservedLayer(
        name=name,
        type=type(module).__name__,
        arguments=arguments_of(module),
        input_shape=given,
        output_shape=output,
        reads=reads,
        tensors={key: tuple(value.shape) for key, value in own if value.ndim},
    )


@contextmanager
def seen(twin: nn.Module, see: See) -> Iterator[None]:
    """`see` is told what goes through each module that has no modules of its own, or weights."""
    with ExitStack() as hooks:
        for name, module in named_layers(twin):
            if _is_layer(module):
                hooks.callback(module.register_forward_hook(_hook(name, see)).remove)
        yield


def _is_layer(module: nn.Module) -> bool:
    return (
        next(module.children(), None) is None
        or next(module.parameters(recurse=False), None) is not None
    )


def _hook(name: str, see: See) -> Callable[[nn.Module, Any, Any], None]:
    def hook(_: nn.Module, given: Any, output: Any) -> None:
        see(name, given[0] if given else None, output)

    return hook


def arguments_of(module: nn.Module) -> JsonObject:
    """What it was made with, as far as its attributes tell: numbers, words, and lists of them."""
    names = getattr(module, "__constants__", [])
    plain: JsonObject = {}
    for name in names:
        value = getattr(module, name, None)
        if isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value)):
            plain[name] = value
        elif isinstance(value, tuple) and all(isinstance(part, int) for part in value):
            plain[name] = list(value)
    return plain


@contextmanager
def _must_leave_no_trace(twin: nn.Module, device: torch.device) -> Iterator[None]:
    """ValueError where what was run wrote into buffers or drew random numbers; all is as it was."""
    before = [buffer.clone() for buffer in twin.buffers()]
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        drawn = _random_state(device)
        yield
        draws = not torch.equal(drawn, _random_state(device))
    wrote = False
    for buffer, kept in zip(twin.buffers(), before, strict=True):
        if not torch.equal(buffer, kept):
            buffer.copy_(kept)
            wrote = True
    if draws or wrote:
        what = "draws random numbers" if draws else "writes into its buffers"
        raise ValueError(f"it {what} in evaluation mode too")


def _random_state(device: torch.device) -> torch.Tensor:
    if device.type == "cuda":
        return torch.cat([torch.get_rng_state(), torch.cuda.get_rng_state(device)])
    return torch.get_rng_state()


def forward(twin: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """What a twin gives for images, without a graph and without autocast; an empty tensor where it
    gives something else than one tensor, or `logits` among others. It may be called in another
    thread than trains: so the random state is let alone, and what would draw from it is no twin."""
    with (
        torch.inference_mode(False),
        torch.no_grad(),
        torch.autocast(images.device.type, enabled=False),
    ):
        output = twin(images)
    if isinstance(output, Mapping):
        output = output.get("logits")
    return output if isinstance(output, torch.Tensor) else torch.empty(len(images), 0)

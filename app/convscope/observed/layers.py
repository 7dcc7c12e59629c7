"""The layers of any model that can be looked at, in the order in which they run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import nn

from convscope.recipe.observed_layer import ObservedLayer
from convscope.types import JsonObject, Shape

See = Callable[[str, torch.Tensor, torch.Tensor], None]  # a layer's name, its input and output


def layers_of(twin: nn.Module, images: torch.Tensor) -> list[ObservedLayer]:
    """Those that the images (P, C, H, W) go through, each at its first call; ValueError for a model
    that writes into its buffers while it is looked at."""
    found: dict[str, ObservedLayer] = {}
    modules = dict(twin.named_modules())
    givers = [("input", images)]  # kept, so that no other tensor gets their place in memory

    def see(name: str, given: torch.Tensor, output: torch.Tensor) -> None:
        if name not in found and output.ndim in (2, 4) and len(output) == len(images):
            found[name] = _described(name, modules[name], given, output, _giver(givers, given))
            givers.append((name, output))

    with _must_leave_no_trace(twin, images.device), seen(twin, see):
        forward(twin, images)
    if not found:
        raise ValueError("none of its modules gives numbers or maps")
    return list(found.values())


def layers_with_weights(model: nn.Module) -> list[ObservedLayer]:
    """Those that have parameters, in the order in which they were made: of a model that cannot be
    run beside its training, whose maps' shapes nobody knows."""
    return [
        _layer(name, module, (), (len(own[0]),))
        for name, module in model.named_modules()
        if (own := [one for one in module.parameters(recurse=False) if one.ndim])
    ]


def _giver(givers: Sequence[tuple[str, torch.Tensor]], given: torch.Tensor) -> str | None:
    """Who gave these very numbers, perhaps in another shape; the last, of layers in place."""
    same = (given.data_ptr(), given.numel())
    gave = [name for name, one in givers if (one.data_ptr(), one.numel()) == same]
    return gave[-1] if gave else None


def _described(
    name: str, module: nn.Module, given: torch.Tensor, output: torch.Tensor, reads: str | None
) -> ObservedLayer:
    return _layer(name, module, tuple(given.shape[1:]), tuple(output.shape[1:]), reads)


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
    """`see` is told what goes through each module without modules of its own."""
    with ExitStack() as hooks:
        for name, module in twin.named_modules():
            if next(module.children(), None) is None:
                hooks.callback(module.register_forward_hook(_hook(name, see)).remove)
        yield


def _hook(name: str, see: See) -> Callable[[nn.Module, Any, Any], None]:
    def hook(_: nn.Module, given: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and given and isinstance(given[0], torch.Tensor):
            see(name, given[0], output)

    return hook


def arguments_of(module: nn.Module) -> JsonObject:
    """What it was made with, as far as its attributes tell: numbers, words, and lists of them."""
    names = getattr(module, "__constants__", [])
    plain: JsonObject = {}
    for name in names:
        value = getattr(module, name, None)
        if isinstance(value, bool | int | float | str):
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
    gives something else than one tensor. It may be called in another thread than trains: so the
    random state is let alone, and what would draw from it is no twin."""
    with (
        torch.inference_mode(False),
        torch.no_grad(),
        torch.autocast(images.device.type, enabled=False),
    ):
        output = twin(images)
    return output if isinstance(output, torch.Tensor) else torch.empty(len(images), 0)

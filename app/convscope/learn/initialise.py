"""Initialisation: one generator a run, layer after layer, so that a seed decides all weights."""

from collections.abc import Callable
from functools import partial

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from convscope.errors import RecipeError
from convscope.learn.seeds import Purpose, torch_generator
from convscope.recipe.recipe import Init

Fill = Callable[[torch.Tensor], torch.Tensor]


def initialise(network: nn.Sequential, init: Init, seed: int, weights: bytes = b"") -> list[str]:
    """The first weights of a run: drawn, and where `init` takes trained weights what fits of the
    safetensors `weights` is taken, and its names are answered.

    RecipeError where nothing fits, or with `pretrained` not everything.
    """
    draw_weights(network, init, seed)
    return _take(network, init, weights) if init.takes_weights else []


def draw_weights(network: nn.Sequential, init: Init, seed: int) -> None:
    """Set every convolution's and linear layer's weight to what this seed draws; their biases to
    0. Where `init` takes trained weights it is as `he_uniform`."""
    fill = _fill(init, torch_generator(seed, Purpose.INIT))
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                # drawn in torch's plain order, whatever the layout in memory is
                layer.weight.copy_(fill(torch.empty(layer.weight.shape)))
                if layer.bias is not None:
                    layer.bias.zero_()


def _fill(init: Init, generator: torch.Generator) -> Fill:
    draw = nn.init
    fills: dict[str, Fill] = {
        "normal": partial(draw.normal_, std=init.std, generator=generator),
        "uniform": partial(draw.uniform_, a=-init.bound, b=init.bound, generator=generator),
        "glorot_uniform": partial(draw.xavier_uniform_, generator=generator),
        "glorot_normal": partial(draw.xavier_normal_, generator=generator),
        "he_uniform": partial(draw.kaiming_uniform_, nonlinearity="relu", generator=generator),
        "he_normal": partial(draw.kaiming_normal_, nonlinearity="relu", generator=generator),
        "orthogonal": partial(draw.orthogonal_, generator=generator),
        "zeros": draw.zeros_,
    }
    return fills["he_uniform" if init.takes_weights else init.type]


def _take(network: nn.Sequential, init: Init, weights: bytes) -> list[str]:
    """Copy the layers whose tensors all agree in name and shape; the tensors' names."""
    try:
        given = load(weights)
    except SafetensorError as error:
        raise RecipeError("Expected weights as a whole safetensors file.") from error
    own = {name: tensor for name, tensor in network.state_dict().items() if tensor.ndim}
    alien = {_layer(name) for name in own if not _fits(own[name], given.get(name))}
    fits = [name for name in own if _layer(name) not in alien]
    if not fits or (init.type == "pretrained" and len(fits) < len(own)):
        raise RecipeError(
            "The trained weights of this run do not fit its network any more: expected "
            f"{', '.join(own)}."
        )
    with torch.no_grad():
        for name in fits:
            own[name].copy_(given[name])
    return fits


def _layer(name: str) -> str:
    return name.rpartition(".")[0]


def _fits(own: torch.Tensor, given: torch.Tensor | None) -> bool:
    """Same shape, and nothing in it that is not a finite number once it is `own`'s type."""
    if given is None or given.shape != own.shape or not given.is_floating_point():
        return False
    return bool(given.to(own.dtype).isfinite().all())

"""How weights begin: one generator a run, layer after layer, so that a seed decides them all."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from app.errors import RecipeError
from app.learn.seeds import Purpose, torch_generator
from app.recipe.model import Init

Fill = Callable[[torch.Tensor], torch.Tensor]


def initialise(network: nn.Sequential, init: Init, seed: int, weights: Path | None = None) -> None:
    """Set every convolution's and linear layer's weight; their biases to 0.

    `weights` are the safetensors that `pretrained` takes; RecipeError where there are none or they
    do not fit the network.
    """
    if init.type == "pretrained":
        load_weights(network, weights)
        return
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
    return fills[init.type]


def load_weights(network: nn.Sequential, path: Path | None) -> None:
    """Take every tensor from a safetensors file; RecipeError unless names and shapes agree."""
    if path is None:
        raise RecipeError("init is pretrained, and no trained weights come with this network.")
    state = load_file(path)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise RecipeError(f"The trained weights do not fit this network: {error}") from error

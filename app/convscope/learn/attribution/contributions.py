"""A class score as a sum over a layer's maps and the constants that the layers after it add.

At any one input a network of these layers is affine from a layer on: score = Σ map × multiplier +
Σ constant × multiplier, where a multiplier is ∂ score / ∂ output. ReLU, pooling and dropout add
nothing; of Tanh and Sigmoid the multiplier is the secant from 0, (f(x) − f(0)) / x, so that the sum
closes there too: the rescale rule of Shrikumar et al., "Learning Important Features Through
Propagating Activation Differences" (2017), from an input of 0.
"""

from dataclasses import dataclass

import torch
from torch import nn

from convscope.learn.attribution.score import must_be_class

SECANT = (nn.Tanh, nn.Sigmoid)


@dataclass(frozen=True)
class Contributions:
    """What adds up to a class score."""

    maps: torch.Tensor  # (C, H, W) of each value of the layer's maps
    constants: dict[str, float]  # of each later layer that adds some: its biases, by its name
    score: float  # the network's own


def contributions(
    network: nn.Sequential, image: torch.Tensor, number: int, layer: str
) -> Contributions:
    """Of the layer of this name, whose output has maps; the network in evaluation mode."""
    layers = list(network.named_children())
    at = [name for name, _ in layers].index(layer) + 1
    with torch.no_grad():
        maps = nn.Sequential(*(module for _, module in layers[:at]))(image)
    outputs = {layer: maps.requires_grad_()}
    with torch.enable_grad():
        values = maps
        for name, module in layers[at:]:
            values = outputs[name] = _affine(module, values)
        scores = values.flatten(1)[0]
        must_be_class(number, len(scores))
        found = torch.autograd.grad(scores[number], list(outputs.values()), allow_unused=True)
    multipliers = dict(zip(outputs, found, strict=True))
    return Contributions(
        maps=(maps.detach() * multipliers[layer])[0],
        constants=_constants(layers[at:], outputs, multipliers, before=layer),
        score=float(scores[number].detach()),
    )


def _affine(module: nn.Module, values: torch.Tensor) -> torch.Tensor:
    """The module's output, by way of a function that is affine in its gradient's eyes."""
    if not isinstance(module, SECANT):
        output: torch.Tensor = module(values)
        return output
    with torch.no_grad():
        at_0 = module(torch.zeros_like(values))
        slope = (module(values) - at_0) / torch.where(values == 0, 1.0, values)
    affine: torch.Tensor = values * slope + at_0
    return affine


def _constants(
    after: list[tuple[str, nn.Module]],
    outputs: dict[str, torch.Tensor],
    multipliers: dict[str, torch.Tensor],
    *,
    before: str,
) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, module in after:
        with torch.no_grad():
            constant = module(torch.zeros_like(outputs[before]))
            if constant.any():
                found[name] = float((constant * multipliers[name]).sum(dtype=torch.float64))
        before = name
    return found

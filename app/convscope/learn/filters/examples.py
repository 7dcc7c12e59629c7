"""Which examples of a batch moved a filter: each one's own gradient of its weights."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.grad import conv2d_weight

from convscope.learn.explain.replay import Replay


@dataclass(frozen=True)
class ExampleGradients:
    """Of one filter in one step; each example's part of the batch's gradient, (B,).

    `along` is how far each one's gradient goes in the direction of the whole one: together they are
    its length. `sizes` are the lengths of each one's own.
    """

    along: torch.Tensor
    sizes: torch.Tensor
    length: float  # of the gradient that the optimiser used


def example_gradients(
    replay: Replay, module: nn.Conv2d, layer: str, number: int
) -> ExampleGradients:
    """Of the step that led to the present state, in float64: input patches times the gradient of
    the filter's map, summed over its places, for each example by itself."""
    inside = module.in_channels // module.groups
    group = number // (module.out_channels // module.groups)
    values = replay.inputs[layer][:, group * inside : (group + 1) * inside].double()
    gradients = replay.gradients[layer][:, number : number + 1].double()
    shape = (1, *module.weight.shape[1:])
    parts = torch.stack(
        [
            conv2d_weight(  # type: ignore[no-untyped-call]  # torch's
                one[None],
                shape,
                gradient[None],
                stride=module.stride,
                padding=module.padding,
                dilation=module.dilation,
            ).flatten()
            for one, gradient in zip(values, gradients, strict=True)
        ]
    )
    assert module.weight.grad is not None
    whole = module.weight.grad[number].double().flatten()
    length = float(whole.norm())
    direction = whole / length if length else whole
    return ExampleGradients(parts @ direction, parts.norm(dim=1), length)

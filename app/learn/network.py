"""A network from its plan: a plain `nn.Sequential`, so that a layer is looked at between two calls."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from app.recipe import LayerPlan


def build(plans: Sequence[LayerPlan], device: torch.device) -> nn.Sequential:
    """The network, in training mode and `channels_last`, with torch's own initial weights."""
    layers = OrderedDict((plan.name, _module(plan)) for plan in plans)
    return nn.Sequential(layers).to(device=device, memory_format=torch.channels_last)


def _module(plan: LayerPlan) -> nn.Module:
    arguments = dict(plan.arguments)
    # MaxPool2d and AvgPool2d take their stride from the kernel when it is absent
    module: nn.Module = getattr(nn, plan.type)(**arguments)
    return module


def evaluation_twin(network: nn.Sequential, plans: Sequence[LayerPlan]) -> nn.Sequential:
    """A network over the same tensors that is always in evaluation mode.

    Looking goes through it, so that looking never flips a flag of the network that trains, never
    draws a dropout mask and never touches a running statistic.
    """
    twin = nn.Sequential(OrderedDict((plan.name, _module(plan)) for plan in plans))
    for original, copy in zip(network, twin, strict=True):
        copy._parameters = original._parameters  # the very same dict: always the same tensors
        copy._buffers = original._buffers
    return twin.eval()

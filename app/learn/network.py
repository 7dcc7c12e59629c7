"""A network from its plan: an `nn.Sequential`, so that one can look between two layers."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from app.recipe import LayerPlan


def build(plans: Sequence[LayerPlan], device: torch.device) -> nn.Sequential:
    """The network, in training mode and `channels_last`, with torch's own initial weights."""
    layers = OrderedDict((plan.name, _module(plan)) for plan in plans)
    network = nn.Sequential(layers).to(device)
    return channels_last(network)


def channels_last(network: nn.Sequential) -> nn.Sequential:
    """The same network, its kernels laid out in memory as convolutions on a CPU like them."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def _module(plan: LayerPlan) -> nn.Module:
    module: nn.Module = getattr(nn, plan.type)(**plan.arguments)
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

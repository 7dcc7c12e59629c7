"""A network from its plan: an `nn.Sequential`, so that one can look between two layers."""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

from convscope.errors import RecipeError
from convscope.recipe import LayerPlan


def build(plans: Sequence[LayerPlan], device: torch.device) -> nn.Sequential:
    """The network, in training mode and `channels_last`, with torch's own initial weights."""
    return channels_last(_sequence(plans).to(device))


def channels_last(network: nn.Sequential) -> nn.Sequential:
    """The same network, its kernels laid out in memory as convolutions on a CPU like them."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = with_channels_last(parameter.data)
    return network


def with_channels_last(images: torch.Tensor) -> torch.Tensor:
    """The same values (B, C, H, W), in memory and by their strides in the order B, H, W, C.

    `contiguous` leaves a tensor of one channel as it is, since its memory is in both orders; torch
    then takes it for the other one, and all layers up to the next convolution run in that.
    """
    _, channels, rows, columns = images.shape
    strides = (rows * columns * channels, 1, columns * channels, channels)
    return images.contiguous(memory_format=torch.channels_last).as_strided(images.shape, strides)


def fused_relu_pool(network: nn.Sequential) -> nn.Sequential:
    """The same network, sooner through the same numbers: for training, not showing.

    Each ReLU comes after the max-pooling that follows it. The largest of a window is the same
    before and after a ReLU, and so is every gradient, bit for bit (where all of a window is clamped
    it is 0 either way); the ReLU has a quarter of the work.
    """
    layers = list(network)
    for at in range(len(layers) - 1):
        if isinstance(layers[at], nn.ReLU) and isinstance(layers[at + 1], nn.MaxPool2d):
            layers[at], layers[at + 1] = layers[at + 1], layers[at]
    return nn.Sequential(*layers)


class Flatten(nn.Flatten):
    """Its gradient has the layout of its input: torch's has not, nor then have all above it.

    In each network of a run, so that a step that is made again has the same bits.
    """

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) -> (B, C · H · W)."""
        if images.requires_grad and images.ndim == 4:
            images.register_hook(with_channels_last)  # type: ignore[no-untyped-call]  # torch's
        return super().forward(images)


def _sequence(plans: Sequence[LayerPlan]) -> nn.Sequential:
    """RecipeError for a name that torch keeps for itself, as `forward`."""
    try:
        return nn.Sequential(OrderedDict((plan.name, _module(plan)) for plan in plans))
    except KeyError as error:
        raise RecipeError("Expected layers' names that torch does not use itself.") from error


def _module(plan: LayerPlan) -> nn.Module:
    """Never in place, whatever the recipe says: the numbers are the same, each layer's output stays
    there to be looked at, and backprop finds what it needs in any order of the layers."""
    arguments = plan.arguments | ({"inplace": False} if "inplace" in plan.arguments else {})
    made = Flatten if plan.type == "Flatten" else getattr(nn, plan.type)
    module: nn.Module = made(**arguments)
    return module


def evaluation_twin(network: nn.Sequential, plans: Sequence[LayerPlan]) -> nn.Sequential:
    """A network over the same tensors that is always in evaluation mode.

    Looking goes through it, so that looking never flips a flag of the network that trains, never
    draws a dropout mask and never touches a running statistic.
    """
    twin = _sequence(plans)
    for original, copy in zip(network, twin, strict=True):
        copy._parameters = original._parameters  # the very same dict: always the same tensors
        copy._buffers = original._buffers
    return twin.eval()

"""Networks to write code for, and their weights as Convscope exports them."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from convscope.codegen import Subject
from convscope.learn.network import build
from convscope.recipe import plan
from tests.support.networks import DEFAULT, EVERY_LAYER, recipe
from tests.support.sessions import random_layers

# what neither of the two has: padding where it is awkward, and means that leave it out
AWKWARD: dict[str, Any] = {
    "input": [3, 23, 20],
    "layers": [
        {"type": "Conv2d", "out_channels": 6, "kernel_size": 3, "stride": [2, 1], "padding": 2,
         "dilation": 2, "bias": False, "groups": 3},
        {"type": "BatchNorm2d", "affine": False},
        {"type": "MaxPool2d", "kernel_size": 3, "stride": 2, "padding": 1},
        {"type": "Conv2d", "out_channels": 5, "kernel_size": [3, 5], "padding": [1, 2],
         "name": "wide"},
        {"type": "AvgPool2d", "kernel_size": 3, "stride": 1, "padding": 1,
         "count_include_pad": False},
        {"type": "Tanh"},
        {"type": "AvgPool2d", "kernel_size": 2, "stride": 1, "padding": [1, 0]},
        {"type": "AdaptiveAvgPool2d", "output_size": [2, 5]},
        {"type": "Flatten"},
        {"type": "ReLU"},
        {"type": "Dropout"},
        {"type": "Linear", "out_features": 7, "bias": False},
        {"type": "Sigmoid"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}  # fmt: skip
GLOBAL: dict[str, Any] = {
    "input": [1, 12, 12],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"type": "AdaptiveAvgPool2d", "output_size": [5, 2]},
        {"type": "AdaptiveAvgPool2d", "output_size": 1},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}
NETWORKS: dict[str, dict[str, Any]] = {
    "default": DEFAULT,
    "every layer": EVERY_LAYER,
    "awkward": AWKWARD,
    "global": GLOBAL,
} | {f"random {seed}": random_layers(seed) for seed in range(6)}


def subject(spec: dict[str, Any], **fields: Any) -> Subject:
    """A network with a recipe's other fields."""
    made = recipe(spec, **fields)
    return Subject(made, tuple(plan(made.network)), None, trainable=True)


def trained(of: Subject, path: Path) -> nn.Sequential:
    """The network as Convscope builds it, in evaluation mode, all its tensors random; exported."""
    torch.manual_seed(5)
    network = build(of.plans, torch.device("cpu"))
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5 if "var" in name else tensor + 0.1)
    state = {k: v.contiguous() for k, v in network.state_dict().items()}
    save_file(state, path)
    return network.eval()


def pictures(of: Subject, count: int = 3) -> torch.Tensor:
    """(B, C, H, W)."""
    return torch.rand(count, *of.recipe.network.input, generator=torch.Generator().manual_seed(9))

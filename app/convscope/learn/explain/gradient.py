"""A weight's gradient: every place where the weight was used says how it should change; the sum of
all that is the gradient. This is how one shared weight learns from many places.

For the batch and the weights of the step that led here: state k-1, batch k, training mode.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import nn
from torch.nn import functional

from convscope.errors import NotFoundError
from convscope.learn.explain.check import check_tensor_sum
from convscope.learn.explain.replay import Replay
from convscope.learn.observe import check_index
from convscope.types import JsonObject

Index = tuple[int, ...]
Contributions = Callable[[nn.Module, torch.Tensor, torch.Tensor, str, Index], torch.Tensor]


def explain_gradient(
    replay: Replay, module: nn.Module, layer: str, tensor: str, index: Index, example: int
) -> JsonObject:
    """The gradient of one number of `tensor` as a sum over pictures and positions.

    `index` goes by torch's axes; `example` says which of the batch is shown by itself.
    NotFoundError, with the shape, for an index outside.
    """
    parameter = module.get_parameter(tensor)
    check_index(f"{layer}.{tensor}", tuple(parameter.shape), index)
    batch = len(replay.labels)
    if not 0 <= example < batch:
        raise NotFoundError(f"The batch has {batch} examples: there is no example {example} in it.")
    assert parameter.grad is not None
    values, gradients = replay.inputs[layer], replay.gradients[layer]
    products = CONTRIBUTIONS[type(module)](module, values, gradients, tensor, index)  # (B, …)
    maps = products.reshape(batch, *products.shape[1:], *(1,) * (3 - products.ndim))
    return {
        "layer": layer,
        "tensor": tensor,
        "index": list(index),
        "step": replay.step,
        "positions": list(maps.shape[1:]),
        "example": example,
        "example_map": maps[example].tolist(),
        "batch_map": maps.sum(dim=0).tolist(),
        "example_sums": maps.sum(dim=(1, 2)).tolist(),
    } | check_tensor_sum(float(parameter.grad[index]), products)


def _conv(
    module: nn.Module, values: torch.Tensor, gradients: torch.Tensor, tensor: str, index: Index
) -> torch.Tensor:
    """Input value under the weight × gradient of the output there, (B, H', W')."""
    assert isinstance(module, nn.Conv2d)
    out = gradients[:, index[0]].double()
    if tensor == "bias":
        return out
    _, within, row, column = index
    channel = index[0] // (module.out_channels // module.groups) * module.weight.shape[1] + within
    down, right = (int(p) for p in module.padding)
    padded = functional.pad(values[:, channel].double(), (right, right, down, down))
    lines = [
        slice(cell * d, cell * d + (size - 1) * s + 1, s)
        for cell, d, s, size in zip(
            (row, column), module.dilation, module.stride, out.shape[1:], strict=True
        )
    ]
    return padded[:, lines[0], lines[1]] * out


def _linear(
    module: nn.Module, values: torch.Tensor, gradients: torch.Tensor, tensor: str, index: Index
) -> torch.Tensor:
    """Input value × gradient of the output, (B,)."""
    out = gradients[:, index[0]].double()
    return out if tensor == "bias" else values[:, index[1]].double() * out


def _norm(
    module: nn.Module, values: torch.Tensor, gradients: torch.Tensor, tensor: str, index: Index
) -> torch.Tensor:
    """Normalised value × gradient of the output, (B, H, W).

    By the mean and the spread that the network itself finds in the batch: float32 keeps so few
    digits of a mean far larger than its spread that the true one would explain another number.
    """
    assert isinstance(module, nn.BatchNorm2d)
    channel, out = values[:, index[0]].double(), gradients[:, index[0]].double()
    if tensor == "bias":
        return out
    momentum, eps = 0.0, module.eps
    _, mean, rate = torch.native_batch_norm(values, None, None, None, None, True, momentum, eps)
    return (channel - mean[index[0]].double()) * rate[index[0]].double() * out


CONTRIBUTIONS: Final[dict[type[nn.Module], Contributions]] = {
    nn.Conv2d: _conv,
    nn.Linear: _linear,
    nn.BatchNorm2d: _norm,
}

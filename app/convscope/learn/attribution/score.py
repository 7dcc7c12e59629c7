"""One class score, and its gradient, of a network that stays as it is."""

import torch
from torch import nn

from convscope.errors import NotFoundError


def scores_of(network: nn.Sequential, images: torch.Tensor, number: int) -> torch.Tensor:
    """The score before softmax of one class for each image (B, C, H, W), (B,)."""
    scores: torch.Tensor = network(images).flatten(1)
    must_be_class(number, scores.shape[1])
    return scores[:, number]


def must_be_class(number: int, count: int) -> None:
    """NotFoundError unless a network with so many scores has this class."""
    if number >= count:
        raise NotFoundError(f"There is no class {number}: this network gives {count:,} scores.")


def gradient_of(network: nn.Sequential, images: torch.Tensor, number: int) -> torch.Tensor:
    """∂ score / ∂ image for each image, (B, C, H, W)."""
    images = images.detach().requires_grad_()
    with torch.enable_grad():
        total = scores_of(network, images, number).sum()
        (found,) = torch.autograd.grad(total, images)
    return found

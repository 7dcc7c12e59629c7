"""Grad-CAM: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization" (2017), equations 1 and 2."""

import torch
from torch import nn

from convscope.learn.attribution.score import scores_of


def grad_cam(
    network: nn.Sequential, image: torch.Tensor, number: int, layer: nn.Module
) -> torch.Tensor:
    """A layer's maps, each times the mean of its gradient, added up and clamped at 0, (H, W)."""
    maps, gradients = maps_and_gradients(network, image, number, layer)
    means = gradients.mean(dim=(1, 2), keepdim=True)
    return torch.relu((means * maps).sum(dim=0))


def maps_and_gradients(
    network: nn.Sequential, image: torch.Tensor, number: int, layer: nn.Module
) -> tuple[torch.Tensor, torch.Tensor]:
    """A layer's maps for an image and ∂ score / ∂ maps, each (C, H, W)."""
    before, after = _split(network, layer)
    with torch.no_grad():
        maps = before(image)
    maps = maps.requires_grad_()
    with torch.enable_grad():
        (gradients,) = torch.autograd.grad(scores_of(after, maps, number).sum(), maps)
    return maps.detach()[0], gradients[0]


def _split(network: nn.Sequential, layer: nn.Module) -> tuple[nn.Sequential, nn.Sequential]:
    """Up to a layer and from there on; the very same layers, with their hooks."""
    layers = list(network)
    at = layers.index(layer) + 1
    return nn.Sequential(*layers[:at]), nn.Sequential(*layers[at:])

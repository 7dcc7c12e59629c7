"""Integrated gradients: Sundararajan, Taly & Yan, "Axiomatic Attribution for Deep Networks"
(2017), equation 1."""

import numpy as np
import torch
from torch import nn

from convscope.learn.attribution.score import gradient_of

POINTS = 50  # of the path; the paper finds 20 to 300 enough


def integrated_gradients(
    network: nn.Sequential, image: torch.Tensor, baseline: torch.Tensor, number: int
) -> torch.Tensor:
    """(image − baseline) × the mean gradient on the straight way between them, (1, C, H, W).

    The mean is taken at the points and with the weights of Gauss and Legendre.
    """
    places, weights = np.polynomial.legendre.leggauss(POINTS)  # on -1 … 1
    total = torch.zeros_like(image)
    for place, weight in zip((places + 1) / 2, weights / 2, strict=True):
        at = baseline + float(place) * (image - baseline)
        total += float(weight) * gradient_of(network, at, number)
    return (image - baseline) * total

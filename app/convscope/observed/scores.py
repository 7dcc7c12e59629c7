"""Networks that end in probabilities rather than in class scores."""

import numpy as np
import torch

from convscope.frames.quantize import Floats

ROUNDING = 0.005  # of a sum of probabilities, of 16 bits each


def are_probabilities(output: torch.Tensor) -> bool:
    """Whether all images' outputs (P, N) are shares of 1, as softmax leaves them."""
    if output.ndim != 2 or output.shape[1] < 2 or not output.is_floating_point():
        return False
    values = output.double()
    return bool((values >= 0).all() and ((values.sum(1) - 1).abs() < ROUNDING).all())


def logarithms(probabilities: Floats) -> Floats:
    """Class scores whose softmax they are."""
    with np.errstate(divide="ignore"):  # of a probability of 0
        scores: Floats = np.log(np.maximum(probabilities, 0))
    return scores

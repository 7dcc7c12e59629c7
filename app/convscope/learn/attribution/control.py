"""The network before it learned: what an explanation has to differ from.

Adebayo et al., "Sanity Checks for Saliency Maps" (2018): a picture that looks the same for random
weights explains nothing of what was learned.
"""

from collections.abc import Sequence

import torch
from torch import nn

from convscope.learn.initialise import draw_weights
from convscope.learn.network import build
from convscope.recipe import LayerPlan
from convscope.recipe.recipe import Init


def control_network(
    plans: Sequence[LayerPlan], init: Init, seed: int, device: torch.device
) -> nn.Sequential:
    """A network of these layers with the weights that this seed draws, in evaluation mode.

    Of a run that began with trained weights it is a fresh draw, as `he_uniform` has it.
    """
    network = build(plans, device)
    draw_weights(network, init, seed)
    return network.eval()

"""The masks that dropout drew in a step: a function of the seed, the step and the shapes alone."""

import torch
from torch import nn
from torch.nn import functional

from convscope.errors import ConflictError
from convscope.learn.seeds import Purpose, seed_torch
from convscope.learn.trainer import Trainer


def dropout_mask(trainer: Trainer, network: nn.Sequential, layer: str) -> torch.Tensor:
    """What a Dropout layer multiplied its input by in the step to the present state: 0 or 1/(1-p),
    in the shape of its input (B, …shape).

    `network` is in training mode, of the run's layers; what it computes is thrown away, and only
    shapes and memory layouts matter. ConflictError for a layer that is no Dropout.
    """
    assert trainer.batches is not None
    values, _ = trainer.batches.batch(trainer.step)
    seed_torch(trainer.seed, Purpose.STEP, trainer.step)
    with torch.no_grad():
        for name, module in network.named_children():
            if isinstance(module, nn.Dropout):
                mask = functional.dropout(torch.ones_like(values), module.p)
                if name == layer:
                    return mask
                values = values * mask
            else:
                values = module(values)
    raise ConflictError(f"{layer} is no Dropout layer: it draws no mask.")

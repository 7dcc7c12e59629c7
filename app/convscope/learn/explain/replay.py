"""The last step once more, beside the run: state k-1, batch k, training mode, nothing changed."""

import dataclasses
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from convscope.errors import ConflictError
from convscope.learn.interventions import shaped
from convscope.learn.seeds import Purpose, seed_torch
from convscope.learn.trainer import Trainer


@dataclass(frozen=True)
class Replay:
    """What went through the network in one step, layer by layer, with its gradients.

    `inputs` and `outputs` are (B, …shape); `gradients` those of the loss by the outputs.
    """

    step: int
    loss: float
    labels: torch.Tensor  # (B,)
    inputs: dict[str, torch.Tensor]
    outputs: dict[str, torch.Tensor]
    gradients: dict[str, torch.Tensor]


def replay(trainer: Trainer, spare: nn.Sequential) -> Replay:
    """Step k again; ConflictError where no step led to the present state.

    `spare` is a second network of the same layers, whose tensors are replaced: nothing of the run
    is touched, its running statistics included.
    """
    if not trainer.has_update or trainer.batches is None:
        raise ConflictError(
            f"There is no gradient at step {trainer.step}: one belongs to the step that led to a "
            "state, and none led to this one."
        )
    images, labels = trainer.batches.batch(trainer.step)
    if trainer.draws:
        seed_torch(trainer.seed, Purpose.STEP, trainer.step)
    return _through(at_previous(trainer, spare), images, labels, trainer.step)


def mute(found: Replay, masks: dict[str, torch.Tensor]) -> Replay:
    """A silenced filter's own output gets no gradient: what came after it was 0 in any case."""
    muted = {
        layer: gradient * shaped(masks[layer], gradient) if layer in masks else gradient
        for layer, gradient in found.gradients.items()
    }
    return dataclasses.replace(found, gradients=muted)


def at_previous(trainer: Trainer, spare: nn.Sequential) -> nn.Sequential:
    """The spare network with the weights of state k-1, in training mode."""
    previous = iter(trainer.previous)
    for layer in spare:
        for name, _ in layer.named_parameters():
            setattr(layer, name, nn.Parameter(next(previous)))
    return spare.train()


def _through(
    network: nn.Sequential, images: torch.Tensor, labels: torch.Tensor, step: int
) -> Replay:
    """What comes before the first weight has a gradient too, if the images may have one."""
    inputs: dict[str, torch.Tensor] = {}
    outputs: dict[str, torch.Tensor] = {}
    values = images.requires_grad_(not list(network[0].parameters()))
    for name, layer in network.named_children():
        inputs[name] = values.detach()
        values = layer(values)
        outputs[name] = values
    loss = functional.cross_entropy(values, labels)
    found = torch.autograd.grad(loss, list(outputs.values()))
    gradients = dict(zip(outputs, found, strict=True))
    return Replay(step, loss.item(), labels, inputs, outputs, gradients)

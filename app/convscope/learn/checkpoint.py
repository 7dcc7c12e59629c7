"""A run's state after a step as bytes, from which training goes on to the same bits.

The tensors are safetensors: `network/NAME` for parameters and buffers, `optimizer/NAME/KEY` for
what the optimiser keeps of a parameter, by torch's names; what is no tensor lies beside as JSON.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from safetensors.torch import load, save

from convscope.learn.trainer import Trainer
from convscope.types import JsonObject


def save_state(trainer: Trainer) -> tuple[JsonObject, bytes]:
    """`{step, loss, recent, updates}` and the tensors, as they are now."""
    about = {
        "step": trainer.step,
        "loss": trainer.loss,
        "recent": list(trainer.recent),
        "updates": trainer.updates,
    }
    return about, save(dict(_tensors(trainer)))


def _tensors(trainer: Trainer) -> Iterator[tuple[str, torch.Tensor]]:
    for name, value in trainer.network.state_dict().items():
        yield f"network/{name}", _plain(value)
    for name, parameter in trainer.network.named_parameters():
        for key, value in trainer.optimizer.state.get(parameter, {}).items():
            if torch.is_tensor(value):
                yield f"optimizer/{name}/{key}", _plain(value)


def _plain(value: torch.Tensor) -> torch.Tensor:
    return value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def load_state(
    trainer: Trainer,
    about: Mapping[str, Any],
    tensors: bytes,
    *,
    optimizer: bool = True,
    reached: bool = False,
) -> None:
    """Bring a trainer to a saved state; without `optimizer`, its own begins anew.

    There is no gradient there, since no step of this trainer led to it, unless it has `reached`
    this step by itself. The optimiser's settings (learning rate, …) are not part of a state.
    """
    found = load(tensors)
    with torch.no_grad():
        for name, value in trainer.network.state_dict().items():
            value.copy_(found[f"network/{name}"])
    if optimizer:
        _load_optimizer(trainer, found)
    trainer.updates = about["updates"] if optimizer else 0
    trainer.step, trainer.loss = about["step"], about["loss"]
    trainer.recent.clear()
    trainer.recent.extend(about["recent"])
    if not reached:
        trainer.begin_here()


def _load_optimizer(trainer: Trainer, found: Mapping[str, torch.Tensor]) -> None:
    named = dict(trainer.network.named_parameters())
    trainer.optimizer.state.clear()
    for key, value in found.items():
        kind, _, rest = key.partition("/")
        if kind == "optimizer":
            name, _, of = rest.rpartition("/")
            parameter = named[name]
            # laid out in memory as the parameter is, and a count (no axes) as it came
            own = torch.empty_like(parameter).copy_(value) if value.ndim else value.clone()
            trainer.optimizer.state[parameter][of] = own

"""torch's optimiser for a recipe, and the settings that may change while it trains."""

from inspect import unwrap
from typing import Any

import torch
from torch import nn, optim

from convscope.errors import InvalidError
from convscope.recipe.recipe import SGD, Adam, AdamW, Optimizer, RMSprop
from convscope.types import JsonObject

Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]

TUNABLE = {"learning_rate": "lr", "momentum": "momentum", "weight_decay": "weight_decay"}


def leave_out_the_compiler() -> None:
    """Have torch's optimisers not load its compiler, which takes longer than most of torch.

    These methods are marked as not to be compiled, and torch makes the mark (torch/_compile.py) by
    loading the compiler when one of them is first called, unless the mark is there. A torch that
    does it otherwise loads its compiler as before.
    """
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        if marked := getattr(getattr(optim.Optimizer, name), "__wrapped__", None):
            marked.__dynamo_disable = marked


leave_out_the_compiler()


def make_optimizer(network: nn.Module, spec: Optimizer) -> optim.Optimizer:
    """The optimiser that a recipe names, over all parameters of a network."""
    weights = list(network.parameters())
    common: dict[str, Any] = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    match spec:
        case SGD():
            made = optim.SGD(weights, momentum=spec.momentum, **common)
            # torch's constructor refuses Nesterov without momentum, its step leaves it out then: so
            # the recipe's word holds again as soon as momentum is tuned up
            made.param_groups[0]["nesterov"] = spec.nesterov
            return made
        case RMSprop():
            own = common | {"alpha": spec.alpha, "eps": spec.eps, "momentum": spec.momentum}
            return optim.RMSprop(weights, **own)
        case AdamW():
            return optim.AdamW(weights, betas=(spec.beta1, spec.beta2), eps=spec.eps, **common)
        case Adam():
            return optim.Adam(weights, betas=(spec.beta1, spec.beta2), eps=spec.eps, **common)


def update(optimizer: optim.Optimizer) -> None:
    """One update by the gradients: what `optimizer.step()` does, bit for bit.

    torch's bookkeeping around SGD takes longer than its arithmetic on a small network; so that
    arithmetic is done here, once torch has made its buffers. What is wrapped around every `step`
    is left out, since it loads torch's compiler.
    """
    with torch.no_grad():
        if isinstance(optimizer, optim.SGD) and _has_buffers(optimizer):
            _descend(optimizer)
        else:
            unwrap(type(optimizer).step)(optimizer)


def _has_buffers(optimizer: optim.SGD) -> bool:
    """Whether each parameter has its momentum, where there is any."""
    group, state = optimizer.param_groups[0], optimizer.state
    made = ("momentum_buffer" in state.get(p, {}) for p in group["params"])
    return not group["momentum"] or all(made)


def _descend(optimizer: optim.SGD) -> None:
    """Decay, momentum, Nesterov, in the order in which torch.optim.SGD applies them."""
    group = optimizer.param_groups[0]
    weights = [p for p in group["params"] if p.grad is not None]
    changes: Tensors = [p.grad for p in weights]
    if group["weight_decay"]:
        changes = torch._foreach_add(changes, weights, alpha=group["weight_decay"])
    if momentum := group["momentum"]:
        buffers = [optimizer.state[p]["momentum_buffer"] for p in weights]
        torch._foreach_mul_(buffers, momentum)
        torch._foreach_add_(buffers, changes)
        nesterov = group["nesterov"]
        changes = torch._foreach_add(changes, buffers, alpha=momentum) if nesterov else buffers
    torch._foreach_add_(weights, changes, alpha=-group["lr"])


def settings_of(optimizer: optim.Optimizer) -> JsonObject:
    """The tunable settings as they are now; null where this optimiser has no such thing."""
    group = optimizer.param_groups[0]
    return {name: group.get(key) for name, key in TUNABLE.items()}


def tune(optimizer: optim.Optimizer, changes: JsonObject) -> None:
    """Change settings from the next step on; InvalidError for one this optimiser has not."""
    group = optimizer.param_groups[0]
    for name in changes:
        if TUNABLE[name] not in group:
            kind = type(optimizer).__name__
            raise InvalidError(f"{name} cannot be set: {kind} has no {name}.")
    for name, value in changes.items():
        group[TUNABLE[name]] = value
    if isinstance(optimizer, optim.RMSprop) and group["momentum"] > 0:
        for parameter, own in optimizer.state.items():  # torch makes it only at the first step
            own.setdefault("momentum_buffer", torch.zeros_like(parameter))

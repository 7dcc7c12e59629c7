"""A model's twin: the same modules over the very same tensors, always in evaluation mode.

Looking goes through it, so that the model that trains keeps its mode, its hooks, its running
statistics and its compiled code, and the random state is not drawn from.
"""

import copy
from collections.abc import Iterator
from itertools import chain

import torch
from torch import nn

HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks_with_kwargs",
)


def unwrapped(model: nn.Module) -> nn.Module:
    """What torch.compile, DataParallel or DistributedDataParallel is around."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and isinstance(
            model, nn.DataParallel | nn.parallel.DistributedDataParallel
        ):
            inner = model.module
        if inner is None:
            return model
        model = inner


def tensors_of(model: nn.Module) -> Iterator[torch.Tensor]:
    """Its parameters and buffers."""
    return chain(model.parameters(), model.buffers())


def twin_of(model: nn.Module) -> nn.Module:
    """The twin of a model that is not wrapped; raises whatever a copy of its other attributes
    raises."""
    memo = {id(tensor): tensor for tensor in tensors_of(model)}
    compiled = {module: module.__dict__.get("_compiled_call_impl") for module in model.modules()}
    for call in filter(None, compiled.values()):
        memo[id(call)] = None  # type: ignore[assignment]  # the twin runs as it is written
    twin = copy.deepcopy(model, memo)
    for module in list(twin.modules()):
        for name, part in module.named_children():
            setattr(module, name, unwrapped(part))
    for module in twin.modules():
        for name in HOOKS:
            getattr(module, name, {}).clear()
    return twin.eval()

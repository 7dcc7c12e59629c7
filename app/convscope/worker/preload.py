"""Imported by the forkserver before it forks: torch, everything a run needs, and one small training
step of each kind on one thread, so that a new worker inherits it all, already warm.

A parent that has used two threads hangs a child that uses two: one thread is set first. And one
that has looked for a GPU, as torch does in a backward pass, leaves its children none: the steps are
only made where none is visible.
"""

import gc
import os

import torch
from torch import nn

from convscope.learn.network import channels_last, with_channels_last
from convscope.learn.optimizer import make_optimizer, update
from convscope.recipe.recipe import SGD, Adam, AdamW, Optimizer, RMSprop
from convscope.signals import leave_to_the_server
from convscope.worker import main  # noqa: F401  # imported for every worker to come


def _preload() -> None:
    torch.set_num_threads(1)
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "":
        _warm_up()
    gc.collect()
    gc.freeze()  # the collector then leaves the inherited pages shared


def _warm_up() -> None:
    optimizers: tuple[Optimizer, ...] = (
        SGD(),
        Adam(type="Adam"),
        AdamW(type="AdamW"),
        RMSprop(type="RMSprop"),
    )
    for spec in optimizers:
        _small_step(spec)


def _small_step(spec: Optimizer) -> None:
    layers = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
    network = channels_last(nn.Sequential(*layers, nn.Linear(18, 2)))
    optimizer = make_optimizer(network, spec)
    images = with_channels_last(torch.rand(4, 1, 8, 8))
    loss = nn.functional.cross_entropy(network(images), torch.tensor([0, 1, 0, 1]))
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation there
    update(optimizer)


leave_to_the_server()  # the forkserver itself
_preload()

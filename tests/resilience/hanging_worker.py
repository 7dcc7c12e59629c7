"""Loaded by the forkserver of `hanging.py` in place of the usual: steps that never end, and a
question that takes long."""

import time
from typing import Any, cast

import torch

import convscope.worker.preload  # noqa: F401  # the usual
from convscope.ipc.commands import Weights
from convscope.learn.trainer import Trainer
from convscope.worker import queries
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from tests.resilience.hanging_seeds import ANSWERS_LATE, AT_STEP, FILLS_MEMORY, SLEEPS, SPINS

LATE_S = 7.0  # of the processor: longer than a worker may be silent
plainly = Trainer.advance


def _advance(trainer: Trainer) -> None:
    if trainer.step == AT_STEP and trainer.seed == SLEEPS:
        time.sleep(10_000)
    while trainer.step == AT_STEP and trainer.seed == SPINS:
        pass
    if trainer.step == AT_STEP and trainer.seed == FILLS_MEMORY:
        held = [torch.ones(2**24)]
        while True:
            held.append(held[0].clone())
    plainly(trainer)


def _weights(loop: Loop, command: Weights, number: int) -> Any:
    until_s = time.thread_time() + LATE_S
    while loop.session.recipe.seed == ANSWERS_LATE and time.thread_time() < until_s:
        pass
    return queries.weights(loop, command, number)


cast("dict[Any, Any]", HANDLERS)[Weights] = _weights
setattr(Trainer, "advance", _advance)  # noqa: B010  # that is the point

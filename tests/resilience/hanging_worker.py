"""Loaded by the forkserver of `hanging.py` in place of the usual: a step that never ends."""

import time

import torch

import convscope.worker.preload  # noqa: F401  # the usual
from convscope.learn.trainer import Trainer

SLEEPS, SPINS, FILLS_MEMORY = 1001, 1002, 1003  # seeds of recipes
AT_STEP = 20
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


setattr(Trainer, "advance", _advance)  # noqa: B010  # that is the point

"""Steps that a gradient scaler left out, since their gradients were not finite."""

from collections import deque
from math import log
from typing import Protocol

import torch
from torch.optim import Optimizer

MANY = 10  # in a row: a scaler leaves some out until it has found its scale
PROBLEM = "The gradient scaler left out the last {count} steps: their gradients were not finite."


class Scaler(Protocol):
    """As `torch.amp.GradScaler` is."""

    def get_scale(self) -> float:
        """What losses are multiplied by."""

    def get_backoff_factor(self) -> float:
        """What a step that is left out multiplies that by."""


class Skips:
    """A fused optimiser is told of infinities and leaves the step out itself; any other is not
    called at all, and the scale falls. Both are read in the line's thread, as reading waits for a
    GPU."""

    def __init__(self, scaler: Scaler | None = None) -> None:
        self.count = 0
        self.in_a_row = 0  # the last ones
        self._scaler = scaler
        self._scale = scaler.get_scale() if scaler else 0.0
        self._told: deque[torch.Tensor] = deque(maxlen=10_000)  # by a fused optimiser

    def stepped(self, optimizer: Optimizer) -> None:
        """An optimiser was called."""
        found = getattr(optimizer, "found_inf", None)
        if found is None:
            self.in_a_row = 0
        else:
            self._scaler = None  # it says more than the scale does
            self._told.append(found)

    def look(self) -> None:
        """Count them."""
        while self._told:
            self._add(1 if self._told.popleft().item() else 0)
        if self._scaler:
            self._look_at_scale(self._scaler)

    def _look_at_scale(self, scaler: Scaler) -> None:
        before, self._scale = self._scale, scaler.get_scale()
        if 0 < self._scale < before:
            self._add(max(1, round(log(self._scale / before) / log(scaler.get_backoff_factor()))))

    def _add(self, count: int) -> None:
        self.count += count
        self.in_a_row = self.in_a_row + count if count else 0

    @property
    def problem(self) -> str | None:
        """A sentence, where there are many in a row."""
        return PROBLEM.format(count=self.in_a_row) if self.in_a_row >= MANY else None

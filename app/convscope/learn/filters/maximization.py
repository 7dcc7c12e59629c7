"""The picture that excites a filter most, by gradient ascent on its pixels.

Erhan et al., "Visualizing Higher-Layer Features of a Deep Network" (2009); with the jitter of
Mordvintsev et al., "Inceptionism" (2015), and the total variation of Mahendran & Vedaldi,
"Understanding Deep Image Representations by Inverting Them" (2015), equation 4, β = 2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

RATE = 0.06  # of a pixel's range a step
SMOOTHNESS = 0.12  # weight of the total variation's gradient, by the mean of the unit's own
PX_PER_JITTER = 16  # of a side, for one pixel to each side


@dataclass(frozen=True)
class Unit:
    """One value of a layer's maps, and the part of the input that it depends on."""

    filter: int
    place: tuple[int, int]  # row and column of the map
    field: tuple[slice, slice]  # rows and columns of the input

    @property
    def side(self) -> int:
        """The shorter side of what it sees, in pixels."""
        rows, columns = self.field
        shorter: int = min(rows.stop - rows.start, columns.stop - columns.start)
        return shorter


@dataclass(frozen=True)
class Frame:
    """What the unit sees after a step, (C, h, w) in 0 … 1 of a pixel's range, and its value."""

    picture: torch.Tensor
    value: float


def maximise(
    network: nn.Sequential,
    start: torch.Tensor,
    bounds: tuple[torch.Tensor, torch.Tensor],
    unit: Unit,
    *,
    steps: int,
    seed: int,
) -> Iterator[Frame]:
    """What there is at the start (1, C, H, W in 0 … 1), and after each step of Adam.

    `network` is the twin in evaluation mode up to the layer; `bounds` are a black and a white
    picture as they enter it. Only what the unit sees is changed, within the bounds. A first layer's
    is exact, white where its weights are above 0: it is not smoothed.
    """
    black, white = bounds
    draws = torch.Generator().manual_seed(seed)
    picture = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=RATE, maximize=True)

    def value(shift: tuple[int, int] = (0, 0)) -> torch.Tensor:
        moved = torch.roll(black + picture * (white - black), shift, dims=(2, 3))
        found: torch.Tensor = network(moved)[(0, unit.filter, *unit.place)]
        return found

    def seen() -> Frame:
        part = picture.detach()[(0, slice(None), *unit.field)]
        with torch.no_grad():
            return Frame(part.clone(), float(value()))

    yield seen()
    for _ in range(steps):
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(value(_jitter(unit, draws)), picture)
        picture.grad = _seen(unit, gradient)
        if len(network) > 1:
            size = gradient[(..., *unit.field)].abs().mean()
            picture.grad -= SMOOTHNESS * size * _roughness(unit, picture.detach())
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
        yield seen()


def _jitter(unit: Unit, draws: torch.Generator) -> tuple[int, int]:
    most = unit.side // PX_PER_JITTER
    down, right = torch.randint(-most, most + 1, (2,), generator=draws).tolist()
    return down, right


def _seen(unit: Unit, gradient: torch.Tensor) -> torch.Tensor:
    """The part of a gradient that the unit sees; 0 elsewhere."""
    seen = torch.zeros_like(gradient)
    seen[(..., *unit.field)] = gradient[(..., *unit.field)]
    return seen


def _roughness(unit: Unit, picture: torch.Tensor) -> torch.Tensor:
    """The gradient of Σ (difference of neighbours)² over what the unit sees."""
    slope = torch.zeros_like(picture)
    part, seen = picture[(..., *unit.field)], slope[(..., *unit.field)]
    for axis in (2, 3):
        step = part.diff(dim=axis)
        seen.narrow(axis, 1, step.shape[axis]).add_(2 * step)
        seen.narrow(axis, 0, step.shape[axis]).sub_(2 * step)
    return slope

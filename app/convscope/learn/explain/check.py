"""The check of every explanation: its parts add up to the number that the network has."""

from collections.abc import Iterable
from math import fsum, isfinite, nan

import torch

from convscope.types import JsonObject

RELATIVE = 1e-6  # of the sum of the parts' sizes: float32 sums that nearly cancel are still right
ABSOLUTE = 1e-12


def check_sum(value: float, parts: Iterable[float]) -> JsonObject:
    """`value`, what the network has; `total`, what the parts add up to; `bound`, how far apart the
    two may be: 1e-6 · Σ|part| + 1e-12; `matches`, whether they are no further."""
    listed = [float(part) for part in parts]
    return _check(float(value), added_up(listed), added_up(map(abs, listed)))


def added_up(parts: Iterable[float]) -> float:
    """The sum, rounded once; NaN where one of them is not finite."""
    listed = [float(part) for part in parts]
    # fsum refuses infinities of both signs
    return fsum(listed) if all(map(isfinite, listed)) else nan


def check_tensor_sum(value: float, parts: torch.Tensor) -> JsonObject:
    """The same for many parts, float64 of any shape."""
    return _check(float(value), float(parts.sum()), float(parts.abs().sum()))


def _check(value: float, total: float, size: float) -> JsonObject:
    bound = RELATIVE * size + ABSOLUTE
    matches = abs(value - total) <= bound
    return {"value": value, "total": total, "bound": bound, "matches": matches}

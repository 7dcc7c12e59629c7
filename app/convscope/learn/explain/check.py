"""The check of every explanation: its parts add up to the number that the network has.

The network adds in float32, in an order of its own, and the parts here are added without error; so
the two may differ by what rounding comes to, and by no more. With u = 2⁻²⁴, a sum of n terms with k
roundings on the way of each is within γ_k · Σ|part|, γ_k = k·u / (1 − k·u), whatever the order:
Higham, "Accuracy and Stability of Numerical Algorithms" (2002), sections 3.1 and 4.2. Certain is
k = n; but roundings go either way, and then k = λ√n with probability 1 − 2 exp(−λ²/2): Higham &
Mary, "A New Approach to Probabilistic Rounding Error Analysis" (2019), theorem 2.4, by Hoeffding's
inequality. That takes roundings for independent, and those of equal terms are not (a blank
background, a mean's gradient): m times the same term are one step of m, and k = λ√(Σ m²).
"""

from collections.abc import Iterable
from math import fsum, isfinite, nan, sqrt

import numpy as np
import torch
from numpy.typing import NDArray

from convscope.types import JsonObject

UNIT = 2.0**-24  # u, float32's unit roundoff
# wrong once in 1,500 sums whose every partial sum is as large as Σ|part|; they are not
LAMBDA = 4.0
BESIDE = 16  # roundings of a part itself: products, quotients, an elementary function, constants
ABSOLUTE = 1e-12


def check_sum(value: float, parts: Iterable[float], roundings: int = 0) -> JsonObject:
    """`value`, what the network has; `total`, what the parts add up to; `bound`, how far apart the
    two may be; `matches`, whether they are no further.

    `roundings`: how many each part has been through besides, where those are many.
    """
    listed = np.fromiter((float(part) for part in parts), np.float64)
    return _check(float(value), added_up(listed), listed, roundings)


def added_up(parts: Iterable[float]) -> float:
    """The sum, rounded once; NaN where one of them is not finite."""
    listed = [float(part) for part in parts]
    # fsum refuses infinities of both signs
    return fsum(listed) if all(map(isfinite, listed)) else nan


def check_tensor_sum(value: float, parts: torch.Tensor) -> JsonObject:
    """The same for many parts, float64 of any shape."""
    return _check(float(value), float(parts.sum()), parts.flatten().cpu().numpy(), 0)


def _check(value: float, total: float, parts: NDArray[np.float64], roundings: int) -> JsonObject:
    bound = rounding_bound(parts, roundings)
    matches = abs(value - total) <= bound
    return {"value": value, "total": total, "bound": bound, "matches": matches}


def rounding_bound(parts: NDArray[np.float64], roundings: int = 0) -> float:
    """γ_k · Σ|part| + 1e-12 with k = 16 + `roundings` + min(n, λ√(Σ m²)), for n parts that are not
    0, in groups of m equal ones."""
    added = parts[parts != 0]  # adding 0 rounds nothing
    size = float(np.abs(added).sum())
    return _gamma(BESIDE + roundings + _steps(added)) * size + ABSOLUTE


def _steps(added: NDArray[np.float64]) -> float:
    count = len(added)
    if count <= LAMBDA**2:  # then √n is no less
        return count
    equal = np.unique(added, return_counts=True)[1].astype(np.float64)
    return min(count, LAMBDA * sqrt(float(equal @ equal)))


def _gamma(steps: float) -> float:
    """γ_k; 1 where that says nothing any more."""
    share = steps * UNIT
    return share / (1 - share) if share < 0.5 else 1.0

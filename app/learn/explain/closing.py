"""What makes an explanation one: its parts add up to the number that the network really has."""

from collections.abc import Iterable
from math import fsum

from app.types import JsonObject

RELATIVE = 1e-6  # of the sum of the parts' sizes: float32 sums that nearly cancel are still right
ABSOLUTE = 1e-12


def closing(value: float, parts: Iterable[float]) -> JsonObject:
    """`value`, what the network has; `total`, what the parts add up to; `bound`, how far apart the
    two may be: 1e-6 · Σ|part| + 1e-12; `closes`, whether they are no further."""
    listed = [float(part) for part in parts]
    total = fsum(listed)
    bound = RELATIVE * fsum(map(abs, listed)) + ABSOLUTE
    closes = abs(float(value) - total) <= bound
    return {"value": float(value), "total": total, "bound": bound, "closes": closes}

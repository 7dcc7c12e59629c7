"""A filter's weights over the steps as a path in a plane."""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
STRAIGHT = 1e-6  # of a path's length: what turns by less is rounding


def in_plane(weights: Doubles) -> tuple[Doubles, Doubles]:
    """(steps, weights) on its two main components: places (steps, 2), the first at 0, and the share
    of the variance that each axis holds (2,). The last place has no negative coordinate."""
    centred = weights - weights.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    places, shares = np.zeros((len(weights), 2)), np.zeros(2)
    axes = min(2, len(values))
    places[:, :axes] = (left * values)[:, :axes]
    total = (values**2).sum()
    if total > 0:
        shares[:axes] = (values**2)[:axes] / total
    places -= places[0]
    return places * np.where(places[-1] < 0, -1.0, 1.0), shares


def sharpest_bend(places: Doubles) -> int | None:
    """Which place the path (N, 2) turns at most, by the angle times the shorter of the ways before
    and after it; None where there are fewer than three, or it never turns."""
    ways = np.diff(places, axis=0)
    lengths = np.linalg.norm(ways, axis=1)
    before, after = ways[:-1], ways[1:]
    shorter = np.minimum(lengths[:-1], lengths[1:])
    product = lengths[:-1] * lengths[1:]
    cosine = np.divide(
        (before * after).sum(axis=1), product, out=np.ones(len(before)), where=product > 0
    )
    turns = shorter * np.arccos(np.clip(cosine, -1, 1))
    return (
        int(turns.argmax()) + 1 if turns.size and turns.max() > STRAIGHT * lengths.sum() else None
    )

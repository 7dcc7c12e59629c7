"""How alike two pictures are, whatever their scales."""

import torch


def rank_correlation(a: torch.Tensor, b: torch.Tensor) -> float | None:
    """Spearman's: Pearson's correlation of the ranks, of equal values their mean rank; -1 … 1.

    1 for the very same values. None where one of them is the same number everywhere, or has a
    number that is not finite.
    """
    if not bool(a.isfinite().all() and b.isfinite().all()):
        return None
    if torch.equal(a, b):
        return 1.0
    first, second = (_centred(ranks(values.flatten())) for values in (a, b))
    length = first.norm() * second.norm()
    return float(first @ second / length) if length > 0 else None


def ranks(values: torch.Tensor) -> torch.Tensor:
    """From 1 up, in float64; of equal values the mean of those that they share. (N,) -> (N,)."""
    _, place, count = torch.unique(values, return_inverse=True, return_counts=True)
    last = count.cumsum(0).to(torch.float64)
    means: torch.Tensor = last - (count - 1) / 2
    return means[place]


def _centred(values: torch.Tensor) -> torch.Tensor:
    return values - values.mean()

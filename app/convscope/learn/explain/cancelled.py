"""Biases that a later batch norm takes away again, so that no loss can depend on them."""

from collections.abc import Iterable

from convscope.recipe import LayerPlan
from convscope.recipe.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    MaxPool2d,
)


def why_zero(plans: Iterable[LayerPlan], layer: str, tensor: str) -> str | None:
    """Why the true gradient of a bias is 0, or None where it need not be.

    A bias moves each of its maps by one number. A batch norm subtracts each map's mean over the
    batch, and that number with it: Ioffe & Szegedy, "Batch Normalization" (2015), section 3.2.
    """
    listed = list(plans)
    at = next(plan.index for plan in listed if plan.name == layer)
    norm = _cancelling(listed[at + 1 :]) if tensor == "bias" else None
    if norm is None:
        return None
    return (
        f"{norm.name} subtracts each map's mean, and with it all that this bias adds: the loss "
        "does not depend on it, and its true gradient is 0. What is left here is the rounding of "
        "32-bit arithmetic."
    )


def _cancelling(after: Iterable[LayerPlan]) -> LayerPlan | None:
    """The batch norm that maps come to which are still moved by one number each."""
    for plan in after:
        if isinstance(plan.layer, BatchNorm2d):
            return plan
        if not _moves_with(plan):
            return None
    return None


def _moves_with(plan: LayerPlan) -> bool:
    """Whether maps moved by one number each give maps moved by one number each: zeros in a padding
    do not move."""
    match plan.layer:
        case MaxPool2d() | AdaptiveAvgPool2d():
            return True
        case AvgPool2d(padding=padding, count_include_pad=counted):
            return padding == (0, 0) or not counted
        case Conv2d(padding=padding):
            return padding == (0, 0)
        case Dropout(p=p):
            return p == 0
        case _:
            return False

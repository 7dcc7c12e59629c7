"""How long training takes, by arithmetic: an estimate for a slow core, never for a fast one."""

from collections.abc import Sequence

from convscope.recipe.plan import LayerPlan

MACS_PER_S = 10e9  # measured: 20 to 30 billion with torch on one core of 2024
PASSES = 3  # forward, and backward to the input and to the weights
LEAST_S = 3e-4  # what a step takes however small its network


def step_seconds(plans: Sequence[LayerPlan], batch_size: int) -> float:
    """Seconds that one step takes, at most, on one core."""
    macs = sum(plan.layer.macs(plan.input_shape) for plan in plans)
    return LEAST_S + PASSES * macs * batch_size / MACS_PER_S

"""First weights: their bounds and spreads by the published formulas."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch

from convscope.learn.initialise import initialise
from convscope.learn.network import build
from convscope.recipe import plan
from convscope.recipe.recipe import Init
from tests.support.networks import network

FAN_IN, FAN_OUT = 16 * 9, 32 * 9


def first_weights(
    seed: int = 0, filters: int = 32, channels: int = 16, **init: Any
) -> torch.Tensor:
    """A 3x3 convolution's weights, initialised."""
    layer = {"type": "Conv2d", "out_channels": filters, "kernel_size": 3}
    plans = plan(network(input=[channels, 25, 25], layers=[layer]))
    built = build(plans, torch.device("cpu"))
    initialise(built, Init(**init), seed)
    assert (built.get_submodule("conv1").get_parameter("bias") == 0).all()
    return built.get_submodule("conv1").get_parameter("weight").detach()


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("glorot_uniform", sqrt(6 / (FAN_IN + FAN_OUT))),
        ("he_uniform", sqrt(6 / FAN_IN)),
        ("uniform", 0.05),
    ],
)
def test_uniform_weights_fill_their_bound_and_stay_within(kind: str, bound: float) -> None:
    weight = first_weights(type=kind)
    assert weight.abs().max() <= bound
    assert weight.abs().max() > 0.99 * bound
    assert weight.std() == pytest.approx(bound / sqrt(3), rel=0.05)


@pytest.mark.parametrize(
    ("kind", "spread"),
    [
        ("glorot_normal", sqrt(2 / (FAN_IN + FAN_OUT))),
        ("he_normal", sqrt(2 / FAN_IN)),
        ("normal", 0.05),
    ],
)
def test_normal_weights_have_their_spread(kind: str, spread: float) -> None:
    weight = first_weights(type=kind)
    assert weight.std() == pytest.approx(spread, rel=0.05)
    assert abs(weight.mean()) < spread / 10


def test_orthogonal_filters_are_at_right_angles() -> None:
    rows = first_weights(type="orthogonal").reshape(32, -1).numpy()
    np.testing.assert_allclose(rows @ rows.T, np.eye(32), atol=1e-5)


def test_zeros_are_zeros() -> None:
    assert (first_weights(type="zeros") == 0).all()


def test_the_keras_layer_lies_within_its_published_bound() -> None:
    weight = first_weights(filters=12, channels=1, type="glorot_uniform")
    assert weight.shape == (12, 1, 3, 3)
    assert weight.abs().max() <= 0.22646
    assert weight.abs().max() > 0.2


def test_a_seed_gives_the_same_weights_and_another_seed_others() -> None:
    assert torch.equal(first_weights(seed=3), first_weights(seed=3))
    assert not torch.equal(first_weights(seed=3), first_weights(seed=4))

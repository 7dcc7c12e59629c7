"""First weights: their bounds and spreads by the published formulas."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from convscope.errors import RecipeError
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


TWO = {
    "input": [1, 6, 6],
    "layers": [
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "bias": False},
        {"type": "BatchNorm2d"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 3},
    ],
}
NAMES = [
    "conv1.weight",
    *(f"norm1.{name}" for name in ("weight", "bias", "running_mean", "running_var")),
    *("linear1.weight", "linear1.bias"),
]


def taken(kind: str, change: dict[str, torch.Tensor | None]) -> tuple[list[str], nn.Sequential]:
    """What of another network's tensors is taken, after a change of some; and the network."""
    plans = plan(network(**TWO))
    built = build(plans, torch.device("cpu"))
    given = {name: torch.full_like(value, 0.25) for name, value in built.state_dict().items()}
    changed = {name: value for name, value in (given | change).items() if value is not None}
    return initialise(built, Init.model_validate({"type": kind}), 0, save(changed)), built


@pytest.mark.parametrize("kind", ["pretrained", "from_run", "from_file"])
def test_all_that_fits_is_taken_and_named(kind: str) -> None:
    names, built = taken(kind, {})
    assert names == NAMES
    assert all((built.state_dict()[name] == 0.25).all() for name in NAMES)


@pytest.mark.parametrize(
    "other",
    [
        None,
        torch.zeros(3, 31),
        torch.zeros(3, 32, dtype=torch.int64),
        torch.full((3, 32), torch.nan),
        torch.full((3, 32), 1e300, dtype=torch.float64),
    ],
    ids=["missing", "another shape", "whole numbers", "NaN", "infinite in float32"],
)
def test_a_layer_is_taken_whole_or_not_at_all_and_the_others_all_the_same(
    other: torch.Tensor | None,
) -> None:
    names, built = taken("from_file", {"linear1.weight": other})
    assert names == NAMES[:-2]
    linear = built.get_submodule("linear1")
    assert (linear.get_parameter("bias") == 0).all()
    assert linear.get_parameter("weight").abs().max() <= sqrt(6 / 32), "as he_uniform draws it"
    with pytest.raises(RecipeError, match=r"expected conv1\.weight, norm1\.weight"):
        taken("pretrained", {"linear1.weight": other})


def test_where_nothing_fits_or_the_file_is_none_it_is_refused() -> None:
    with pytest.raises(RecipeError, match="do not fit"):
        taken("from_file", dict.fromkeys([*NAMES, "norm1.num_batches_tracked"]))
    built = build(plan(network(**TWO)), torch.device("cpu"))
    with pytest.raises(RecipeError, match="whole safetensors file"):
        initialise(built, Init(type="from_run"), 0, b"no file")


def test_without_trained_weights_nothing_is_taken() -> None:
    assert initialise(build(plan(network(**TWO)), torch.device("cpu")), Init(), 0) == []

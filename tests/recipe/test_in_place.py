"""Which layers may work in place, which torch has the last word on."""

from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from convscope.errors import RecipeError
from convscope.recipe import LayerPlan, plan
from convscope.recipe.in_place import check_in_place
from tests.support.networks import network

KINDS: list[dict[str, Any]] = [
    {"type": "ReLU"},
    {"type": "ReLU", "inplace": True},
    {"type": "LeakyReLU"},
    {"type": "LeakyReLU", "inplace": True},
    {"type": "Tanh"},
    {"type": "Sigmoid"},
    {"type": "Dropout", "p": 0},
    {"type": "Dropout", "p": 0.5},
    {"type": "MaxPool2d", "kernel_size": 1},
    {"type": "AvgPool2d", "kernel_size": 1},
    {"type": "AdaptiveAvgPool2d", "output_size": 4},
    {"type": "BatchNorm2d"},
    {"type": "BatchNorm2d", "affine": False},
    {"type": "Conv2d", "out_channels": 2, "kernel_size": 1},
]
FLAT = KINDS[:8]  # kinds that read a vector too
LAST = {"type": "Linear", "out_features": 3}


def trains(plans: list[LayerPlan]) -> bool:
    """Whether torch takes a backward pass through the network as the recipe writes it."""
    layers = [getattr(nn, entry.type)(**entry.arguments) for entry in plans]
    scores = nn.Sequential(*layers)(torch.rand(2, 2, 4, 4))
    try:
        scores.sum().backward()
    except RuntimeError as error:
        if "modified by an inplace operation" not in str(error):
            raise
        return False
    return True


def refused(plans: list[LayerPlan]) -> int | None:
    """The index of the layer that is refused, if one is."""
    try:
        check_in_place(plans)
    except RecipeError as error:
        index = error.extra["layer"]
        assert isinstance(index, int)
        return index
    return None


@pytest.mark.parametrize("first", KINDS, ids=str)
def test_just_what_torch_cannot_train_is_refused(first: dict[str, Any]) -> None:
    for second, third, fourth in product(KINDS, KINDS, FLAT):
        layers = [first, second, third, {"type": "Flatten"}, fourth, LAST]
        plans = plan(network(input=[2, 4, 4], layers=layers), 2)
        assert trains(plans) == (refused(plans) is None), layers


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ([], r"layer 1 \(ReLU\)"),
        ([{"type": "Flatten"}], r"layer 1 \(ReLU\)"),
        ([{"type": "Dropout", "p": 0}, {"type": "Flatten"}], r"layer 1 \(ReLU\)"),
    ],
)
def test_a_refusal_names_the_layer_and_the_one_it_would_overwrite(
    between: list[Any], words: str
) -> None:
    conv = {"type": "Conv2d", "out_channels": 2, "kernel_size": 3}
    layers = [conv, {"type": "ReLU"}, *between, {"type": "LeakyReLU", "inplace": True}]
    with pytest.raises(RecipeError, match=words) as caught:
        check_in_place(plan(network(input=[1, 4, 4], layers=layers)))
    assert caught.value.extra == {"layer": len(layers) - 1}

"""What a layer may be called, which torch has the last word on."""

import pytest
from pydantic import ValidationError
from torch import nn

from convscope.errors import RecipeError
from convscope.recipe import plan
from convscope.recipe.reserved_names import is_kept_by_torch
from tests.support.networks import network

ATTRIBUTES = dir(nn.Sequential())


def named(name: str) -> str:
    """The name that a network's one layer gets."""
    layer = {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "name": name}
    [only] = plan(network(input=[1, 8, 8], layers=[layer]))
    return only.name


def test_the_names_that_torch_keeps_are_those_that_are_written_down() -> None:
    letters = [*ATTRIBUTES, *(f"{name}x" for name in ATTRIBUTES), "conv1", "_", "__a", "softmax"]
    for name in letters:
        assert is_kept_by_torch(name) == (name in ATTRIBUTES), name


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_name_that_torch_keeps_is_refused_with_the_layers_index(name: str) -> None:
    with pytest.raises(KeyError):
        nn.Sequential().add_module(name, nn.ReLU())
    with pytest.raises(RecipeError, match=f"has a '{name}' of its own") as caught:
        named(name)
    assert caught.value.extra == {"layer": 0}


@pytest.mark.parametrize("name", ["conv1", "Conv_A", "_first", "X", "a" * 64])
def test_letters_digits_and_underscores_make_a_name_that_torch_takes(name: str) -> None:
    assert named(name) == name
    nn.Sequential().add_module(name, nn.ReLU())


@pytest.mark.parametrize("name", ["", "1conv", "a.b", "a-b", "ä", "a b", "a\n", "a" * 65])
def test_anything_else_is_no_name(name: str) -> None:
    with pytest.raises(ValidationError):
        named(name)

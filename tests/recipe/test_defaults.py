"""What a recipe is where it says nothing: against published numbers, and torch's own defaults."""

import inspect
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from torch import nn, optim

from convscope.recipe import Recipe
from convscope.recipe.layers import Layer
from convscope.recipe.recipe import Optimizer
from tests.support.networks import DEFAULT

PUBLISHED: list[dict[str, Any]] = [
    # Kingma & Ba 2015, algorithm 1
    {"type": "Adam", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    {"type": "AdamW", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    # Hinton's lecture 6e says 0.9 for the mean; the rate is his, the rest is torch's
    {"type": "RMSprop", "learning_rate": 0.001, "alpha": 0.99, "eps": 1e-8, "momentum": 0.0},
    # of this project: what the lessons and the named networks are written for
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.0, "nesterov": False},
]
IN_TORCH = {"beta1": ("betas", 0), "beta2": ("betas", 1)}


def made(sent: dict[str, Any]) -> dict[str, Any]:
    """An optimiser's settings."""
    adapter: TypeAdapter[Any] = TypeAdapter(Optimizer)
    settings: dict[str, Any] = adapter.validate_python(sent).model_dump()
    return settings


@pytest.mark.parametrize("expected", PUBLISHED, ids=lambda spec: spec["type"])
def test_an_optimiser_that_says_nothing_has_the_published_settings(
    expected: dict[str, Any],
) -> None:
    settings = made({"type": expected["type"]})
    assert settings | expected == settings


@pytest.mark.parametrize("kind", ["Adam", "AdamW", "RMSprop"])
def test_what_it_shares_with_torchs_has_torchs_default_but_for_the_rate(kind: str) -> None:
    theirs = inspect.signature(getattr(optim, kind)).parameters
    for name, value in made({"type": kind}).items():
        key, place = IN_TORCH.get(name, (name, None))
        if key in theirs and name != "type":
            default = theirs[key].default
            assert value == (default if place is None else default[place]), name


LAYERS: list[dict[str, Any]] = [
    {"type": "Conv2d", "out_channels": 2, "kernel_size": 3},
    {"type": "BatchNorm2d"},
    {"type": "ReLU"},
    {"type": "LeakyReLU"},
    {"type": "MaxPool2d", "kernel_size": 2},
    {"type": "AvgPool2d", "kernel_size": 2},
    {"type": "Dropout"},
    {"type": "Linear", "out_features": 2},
]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec["type"])
def test_a_layer_that_says_nothing_is_torchs(spec: dict[str, Any]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Layer)
    ours = adapter.validate_python(spec).model_dump()
    for name, parameter in inspect.signature(getattr(nn, spec["type"])).parameters.items():
        if name in ours and name not in spec and parameter.default not in (parameter.empty, None):
            default = parameter.default
            pair = isinstance(ours[name], tuple)
            assert ours[name] == ((default, default) if pair else default), name


def test_a_recipe_of_a_network_alone_is_a_batch_of_32_from_seed_0() -> None:
    recipe = Recipe.model_validate({"network": DEFAULT, "data": {"dataset": None}})
    assert (recipe.batch_size, recipe.seed, recipe.init.type) == (32, 0, "he_uniform")
    assert (recipe.init.std, recipe.init.bound) == (0.05, 0.05)
    assert recipe.optimizer.type == "SGD"


def accepted(**fields: Any) -> bool:
    """Whether the default network's recipe may say so."""
    try:
        Recipe.model_validate({"network": DEFAULT, "data": {"dataset": None}} | fields)
    except ValidationError:
        return False
    return True


SGD, ADAM, RMSPROP = {"type": "SGD"}, {"type": "Adam"}, {"type": "RMSprop"}
LARGEST_WHOLE = 2**53 - 1  # that JavaScript has exactly
NORMAL, UNIFORM = {"type": "normal"}, {"type": "uniform"}


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ({"seed": 0}, {"seed": -1}),
        ({"seed": LARGEST_WHOLE}, {"seed": LARGEST_WHOLE + 1}),
        ({"batch_size": 1}, {"batch_size": 0}),
        ({"batch_size": 2**31 - 1}, {"batch_size": 2**31}),
        ({"optimizer": SGD | {"learning_rate": 0}}, {"optimizer": SGD | {"learning_rate": -1e-9}}),
        (
            {"optimizer": SGD | {"learning_rate": 1e38}},
            {"optimizer": SGD | {"learning_rate": 2e38}},
        ),
        ({"optimizer": SGD | {"momentum": 0}}, {"optimizer": SGD | {"momentum": -1e-9}}),
        ({"optimizer": SGD | {"momentum": 0.999}}, {"optimizer": SGD | {"momentum": 1}}),
        ({"optimizer": ADAM | {"eps": 1e-30}}, {"optimizer": ADAM | {"eps": 0}}),
        ({"optimizer": ADAM | {"eps": 1}}, {"optimizer": ADAM | {"eps": 1.001}}),
        ({"optimizer": RMSPROP | {"eps": 1e-30}}, {"optimizer": RMSPROP | {"eps": 0}}),
        ({"optimizer": RMSPROP | {"eps": 1}}, {"optimizer": RMSPROP | {"eps": 1.001}}),
        ({"init": NORMAL | {"std": 1e-9}}, {"init": NORMAL | {"std": 0}}),
        ({"init": NORMAL | {"std": 100}}, {"init": NORMAL | {"std": 100.1}}),
        ({"init": UNIFORM | {"bound": 1e-9}}, {"init": UNIFORM | {"bound": 0}}),
        ({"init": UNIFORM | {"bound": 100}}, {"init": UNIFORM | {"bound": 100.1}}),
        (
            {"init": {"type": "from_run", "run": "r" * 64}},
            {"init": {"type": "from_run", "run": "r" * 65}},
        ),
        ({"data": {"dataset": "d" * 64}}, {"data": {"dataset": "d" * 65}}),
    ],
)
def test_a_setting_is_accepted_to_its_bound_and_refused_beyond(
    inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    assert accepted(**inside)
    assert not accepted(**outside)


CONV, LINEAR = LAYERS[0], LAYERS[-1]
NORM, LEAKY, DROP = LAYERS[1], LAYERS[3], LAYERS[6]


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (CONV | {"out_channels": 1}, CONV | {"out_channels": 0}),
        (CONV | {"kernel_size": 1}, CONV | {"kernel_size": 0}),
        (CONV | {"padding": 0}, CONV | {"padding": -1}),
        (CONV | {"stride": 2**31 - 1}, CONV | {"stride": 2**31}),
        (CONV | {"padding": 2**31 - 1}, CONV | {"padding": 2**31}),
        (CONV | {"kernel_size": [2, 3]}, CONV | {"kernel_size": [2, 3, 4]}),
        (CONV | {"groups": 1}, CONV | {"groups": True}),
        (CONV | {"stride": 1}, CONV | {"stride": True}),
        (CONV | {"bias": True}, CONV | {"bias": 1}),
        (CONV | {"name": "n" * 64}, CONV | {"name": "n" * 65}),
        (CONV | {"name": "_n"}, CONV | {"name": "1n"}),
        (NORM | {"eps": 1}, NORM | {"eps": 1.001}),
        (NORM | {"eps": 1e-30}, NORM | {"eps": 0}),
        (NORM | {"momentum": 0}, NORM | {"momentum": -0.001}),
        (NORM | {"momentum": 1}, NORM | {"momentum": 1.001}),
        (LEAKY | {"negative_slope": 0}, LEAKY | {"negative_slope": -0.001}),
        (LEAKY | {"negative_slope": 10}, LEAKY | {"negative_slope": 10.001}),
        (DROP | {"p": 0}, DROP | {"p": -0.001}),
        (DROP | {"p": 0.999}, DROP | {"p": 1}),
        (LINEAR | {"out_features": 1}, LINEAR | {"out_features": 0}),
    ],
    ids=str,
)
def test_a_layers_argument_is_accepted_to_its_bound_and_refused_beyond(
    inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Layer)
    adapter.validate_python(inside)
    with pytest.raises(ValidationError):
        adapter.validate_python(outside)


@pytest.mark.parametrize("side", [0, 1])
def test_an_inputs_side_is_1_to_1024(side: int) -> None:
    for shape, fits in ([1, 1024, 1024], True), ([1, 1025, 8], False), ([1, 0, 8], False):
        sent = DEFAULT | {"input": shape if side else [shape[0], shape[2], shape[1]]}
        assert accepted(network=sent) is fits

"""A setting that float32 cannot hold is refused with a sentence, whichever it is."""

from typing import Any

import numpy as np
import pytest

from convscope.errors import InvalidError, RecipeError
from convscope.recipe import Recipe
from convscope.recipe.float32 import check_recipe, check_settings
from tests.support.networks import DEFAULT, recipe


def optimizer(**settings: Any) -> Recipe:
    return recipe(DEFAULT, optimizer=settings)


SETTINGS = {
    "SGD": ("learning_rate", "weight_decay", "momentum"),
    "Adam": ("learning_rate", "weight_decay", "eps", "beta1", "beta2"),
    "AdamW": ("learning_rate", "weight_decay", "eps", "beta1", "beta2"),
    "RMSprop": ("learning_rate", "weight_decay", "eps", "alpha", "momentum"),
}
EACH = [(kind, name) for kind, names in SETTINGS.items() for name in names]


@pytest.mark.parametrize(("kind", "name"), EACH)
def test_a_setting_that_becomes_0_is_refused_and_the_smallest_is_taken(
    kind: str, name: str
) -> None:
    assert np.float32(7e-46) == 0
    with pytest.raises(RecipeError, match=f"{name} is 7e-46, which is 0 in float32"):
        check_recipe(optimizer(type=kind, **{name: 7e-46}))
    check_recipe(optimizer(type=kind, **{name: 1.5e-45}))


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k, n in EACH if n in ("momentum", "beta1", "beta2", "alpha")]
)
def test_a_share_that_becomes_1_is_refused(kind: str, name: str) -> None:
    assert np.float32(0.99999998) == 1
    with pytest.raises(RecipeError, match=f"{name} is 0.99999998, which is 1 in float32"):
        check_recipe(optimizer(type=kind, **{name: 0.99999998}))
    check_recipe(optimizer(type=kind, **{name: 0.9999999}))


def test_what_is_tuned_is_held_to_the_same() -> None:
    check_settings({"learning_rate": 0.0, "momentum": None, "weight_decay": 1e38})
    with pytest.raises(InvalidError, match="infinite in float32"):
        check_settings({"learning_rate": 1e39})
    with pytest.raises(InvalidError, match="weight_decay is 1e-50"):
        check_settings({"weight_decay": 1e-50})


def test_so_are_a_layers_numbers_and_those_of_the_first_weights() -> None:
    with pytest.raises(RecipeError, match="std is 1e-60"):
        check_recipe(recipe(DEFAULT, init={"type": "normal", "std": 1e-60}))
    layers = [DEFAULT["layers"][0], {"type": "BatchNorm2d", "eps": 1e-60}]
    with pytest.raises(RecipeError, match=r"Layer 1 \(BatchNorm2d\): eps") as caught:
        check_recipe(recipe(DEFAULT | {"layers": layers}))
    assert caught.value.extra["layer"] == 1


def test_the_numbers_that_are_named_as_bounds_are_float32s_own() -> None:
    with pytest.raises(InvalidError) as small:
        check_settings({"weight_decay": 1e-50})
    smallest = float(np.finfo(np.float32).smallest_subnormal)
    assert small.value.detail.endswith(f"expected 0, or at least {smallest:.1e}.")
    with pytest.raises(InvalidError) as large:
        check_settings({"learning_rate": 1e39})
    assert large.value.detail.endswith("expected at most 3.4e38.")
    assert np.float32(3.4e38) < np.inf
    with pytest.raises(InvalidError, match=r"expected at most 0\.99999994") as near:
        check_settings({"momentum": 0.99999998})
    assert np.float32(0.99999994) == np.nextafter(np.float32(1), np.float32(0))
    assert "momentum" in near.value.detail

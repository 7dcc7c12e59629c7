"""Settings that float32, in which a network learns, cannot hold."""

import struct
from collections.abc import Iterator
from typing import Any, Final

from convscope.errors import InvalidError, RecipeError
from convscope.recipe.recipe import Recipe
from convscope.types import JsonObject

BELOW_1: Final = frozenset({"momentum", "beta1", "beta2", "alpha", "p"})
SMALLEST: Final = 2.0**-149


def check_settings(settings: JsonObject) -> None:
    """InvalidError, with a sentence, for a setting that float32 makes 0, infinite or 1."""
    for name, value in settings.items():
        if problem := _problem(name, value):
            raise InvalidError(problem)


def check_recipe(recipe: Recipe) -> None:
    """RecipeError, with the index of the layer at fault, for a number that float32 makes another
    one of: a rate that is 0, a share that is 1."""
    for part in (recipe.optimizer, recipe.init):
        for problem in _problems(part.model_dump()):
            raise RecipeError(problem)
    for index, layer in enumerate(recipe.network.layers):
        for problem in _problems(layer.model_dump()):
            raise RecipeError(f"Layer {index} ({type(layer).__name__}): {problem}", index)


def _problems(settings: JsonObject) -> Iterator[str]:
    return filter(None, (_problem(name, value) for name, value in settings.items()))


def _problem(name: str, value: Any) -> str | None:
    if not isinstance(value, float) or value == 0:
        return None
    try:
        (held,) = struct.unpack("<f", struct.pack("<f", value))
    except OverflowError:
        return f"{name} is {value:g}, which is infinite in float32: expected at most 3.4e38."
    if held == 0:
        least = f"expected 0, or at least {SMALLEST:.1e}"
        return f"{name} is {value:g}, which is 0 in float32: {least}."
    if held == 1 and value < 1 and name in BELOW_1:
        return f"{name} is {value!r}, which is 1 in float32: expected at most 0.99999994."
    return None

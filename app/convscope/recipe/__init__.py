"""Recipes, and the shapes and costs that follow from them by arithmetic, without torch."""

from convscope.recipe.costs import step_seconds
from convscope.recipe.named_models import NamedModel, named_model, named_models, resolve
from convscope.recipe.plan import LayerPlan, described, memory_bytes, plan
from convscope.recipe.preprocessing import Preprocessing
from convscope.recipe.recipe import Data, Network, Recipe, RecipeRequest, data_with_base, with_data

__all__ = [
    "Data",
    "LayerPlan",
    "NamedModel",
    "Network",
    "Preprocessing",
    "Recipe",
    "RecipeRequest",
    "data_with_base",
    "described",
    "memory_bytes",
    "named_model",
    "named_models",
    "plan",
    "resolve",
    "step_seconds",
    "with_data",
]

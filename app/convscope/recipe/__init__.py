"""What a run is made of, and its shapes and costs by arithmetic, without torch."""

from convscope.recipe.model import Data, Network, Recipe, RecipeRequest, with_data
from convscope.recipe.named import NamedModel, named_model, named_models, resolve
from convscope.recipe.plan import LayerPlan, memory_bytes, plan

__all__ = [
    "Data",
    "LayerPlan",
    "NamedModel",
    "Network",
    "Recipe",
    "RecipeRequest",
    "memory_bytes",
    "named_model",
    "named_models",
    "plan",
    "resolve",
    "with_data",
]

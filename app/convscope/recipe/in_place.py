"""Which layers may work in place: those that overwrite nothing that backprop reads again.

Tanh, Sigmoid and ReLU find their gradient from their output, and so does a LeakyReLU in place; each
of torch's derivatives says what it keeps (`derivatives.yaml`). Flatten and a Dropout of p = 0 give
the very memory on that they were given.
"""

from collections.abc import Sequence

from convscope.errors import RecipeError
from convscope.recipe.layers import Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from convscope.recipe.plan import LayerPlan


def check_in_place(plans: Sequence[LayerPlan]) -> None:
    """RecipeError, with the layer's index, where torch's backward pass would refuse a layer."""
    learns = False  # before the first weight there is no backward pass
    kept: LayerPlan | None = None  # whose output lies in memory as backprop needs it
    for entry in plans:
        if kept and _works_in_place(entry):
            raise RecipeError(
                f"Layer {entry.index} ({entry.type}) cannot work in place here: it would overwrite "
                f"the output of layer {kept.index} ({kept.type}), which backprop needs. Expected "
                "inplace false.",
                entry.index,
            )
        learns = learns or entry.parameters > 0
        if not _gives_on(entry):
            kept = entry if learns and _needs_output(entry) else None


def _works_in_place(entry: LayerPlan) -> bool:
    return isinstance(entry.layer, ReLU | LeakyReLU) and entry.layer.inplace


def _needs_output(entry: LayerPlan) -> bool:
    """A LeakyReLU keeps its input, unless that is overwritten."""
    return isinstance(entry.layer, Tanh | Sigmoid | ReLU) or _works_in_place(entry)


def _gives_on(entry: LayerPlan) -> bool:
    dropped = isinstance(entry.layer, Dropout) and entry.layer.p > 0
    return isinstance(entry.layer, Flatten | Dropout) and not dropped

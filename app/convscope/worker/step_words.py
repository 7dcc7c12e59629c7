"""What slow motion says of each phase: a sentence that is true of this very layer and step."""

from math import prod

from convscope.recipe import LayerPlan
from convscope.recipe.layers import BatchNorm2d, Conv2d, Dropout, LeakyReLU, Linear
from convscope.types import shape_text


def forward_words(plan: LayerPlan, silenced: int = 0) -> str:
    """What a layer does in training; `silenced` of its filters give 0."""
    words = _layer_words(plan)
    return f"{words} Silenced: {silenced}, with 0 everywhere." if silenced else words


def _layer_words(plan: LayerPlan) -> str:
    maps, size = plan.output_shape[0], _by(plan)
    match plan.layer:
        case Conv2d():
            filters = "The filter" if maps == 1 else f"Each of {maps} filters"
            return f"{filters} slides over the maps before it and makes a map of {size}."
        case BatchNorm2d(affine=affine):
            learned = ", then by its learned scale and shift" if affine else ""
            return f"Each map is shifted and scaled to mean 0 and spread 1 over the batch{learned}."
        case LeakyReLU(negative_slope=slope):
            return f"Every value below zero is multiplied by {slope:g}; the others pass."
        case Dropout(p=p):
            return _dropped(p)
        case Linear(bias=bias):
            own = ", plus a bias" if bias else ""
            each = "The output" if maps == 1 else f"Each of {maps} outputs"
            return f"{each} is a weighted sum of all numbers before it{own}."
    if plan.type == "Flatten" and len(plan.input_shape) == 1:
        return f"The {size} numbers lie in one row already: nothing changes."
    return {
        "ReLU": "Every value below zero becomes zero; the others pass.",
        "Tanh": "Every value is squeezed between −1 and 1.",
        "Sigmoid": "Every value is squeezed between 0 and 1.",
        "MaxPool2d": f"Only the largest value under each window stays: maps of {size}.",
        "AvgPool2d": f"Each window becomes its mean: maps of {size}.",
        "AdaptiveAvgPool2d": f"Each region becomes its mean: maps of {size}.",
        "Flatten": f"All maps are laid out in one row of {size} numbers.",
    }[plan.type]


def _dropped(p: float) -> str:
    if p == 0:
        return "With p = 0 no value is set to zero: all pass."
    return (
        f"Each value is set to zero with probability {p:g}, drawn at random for this step; those "
        f"that stay are divided by {1 - p:g}."
    )


def _by(plan: LayerPlan) -> str:
    return shape_text(plan.output_shape[1:] or plan.output_shape)


def backward_words(plan: LayerPlan, batch: int) -> str:
    """What a layer's gradient is, and what each kind of its weights sums."""
    blame = "How the loss would change if each value here were a little larger."
    if "weight" not in plan.tensors:
        return blame
    count = prod(plan.tensors["weight"])
    places = prod(plan.output_shape[1:])
    pictures = f"{batch} picture{'s' * (batch > 1)}"
    over = pictures if plan.type == "Linear" else f"{places:,} places × {pictures}"
    if isinstance(plan.layer, BatchNorm2d):
        return (
            f"{blame} Each of the {count:,} scales sums normalised input × this over {over}, each "
            "shift this alone."
        )
    bias = ", each bias this alone" if "bias" in plan.tensors else ""
    return f"{blame} Each of the {count:,} weights sums input × this over {over}{bias}."


def update_words(optimizer: str, moved: int, count: int, largest: float, frozen: int) -> str:
    """What an update did: it changed `moved` of `count` numbers, none by more than `largest`."""
    if not moved:
        what = f"{optimizer} changes none of the {count:,} weights and biases"
    else:
        of = f"all {count:,}" if moved == count else f"{moved:,} of the {count:,}"
        what = f"{optimizer} changes {of} weights and biases, none by more than {largest:.3g}"
    if not frozen:
        return f"{what}."
    stay = "filter stays as it is" if frozen == 1 else "filters stay as they are"
    return f"{what}. {frozen} frozen {stay}."

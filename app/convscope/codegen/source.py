"""The input and the result of code generation: a network, and a module as text."""

from dataclasses import dataclass, replace
from typing import Literal

from convscope.recipe import LayerPlan, Preprocessing, Recipe
from convscope.recipe.preprocessing import LEVELS, UNIT
from convscope.recipe.recipe import AdamW, Optimizer
from convscope.types import JsonObject

Framework = Literal["pytorch", "keras"]


@dataclass(frozen=True)
class Code:
    """One module, as text."""

    framework: Framework
    filename: str
    code: str


@dataclass(frozen=True)
class Subject:
    """A network to write code for."""

    recipe: Recipe
    plans: tuple[LayerPlan, ...]
    name: str | None  # in models/, if it has one there
    trainable: bool  # ends in one score for each class of its data
    began: Optimizer | None = None  # the optimiser as it was before its settings were tuned

    @property
    def module(self) -> str:
        """What the module is called: an identifier."""
        return "convscope_" + (self.name or "network").replace("-", "_")

    @property
    def title(self) -> str:
        """How the module's docstring names the network."""
        return f"Convscope's network {self.name!r}" if self.name else "A network of Convscope's"

    @property
    def parameters(self) -> int:
        """How many numbers training changes."""
        return sum(entry.parameters for entry in self.plans)

    @property
    def starts_from_weights(self) -> bool:
        """Whether the first weights come from a file and not from a draw."""
        return self.recipe.init.takes_weights


def tuned(subject: Subject, settings: JsonObject) -> Subject:
    """The same with the optimiser's settings that are in force; one that is None is left alone."""
    began = subject.recipe.optimizer
    changed = {
        name: value
        for name, value in settings.items()
        if value is not None and value != getattr(began, name)
    }
    if not changed:
        return subject
    optimizer = began.model_copy(update=changed)
    recipe = subject.recipe.model_copy(update={"optimizer": optimizer})
    return replace(subject, recipe=recipe, began=began)


def tuning(subject: Subject) -> list[str]:
    """A comment for each setting that was tuned while the run trained."""
    if subject.began is None:
        return []
    now, before = subject.recipe.optimizer.model_dump(), subject.began.model_dump()
    return [
        f"# Tuned while the run trained: {name} was {before[name]!r} at first."
        for name in ("learning_rate", "momentum", "weight_decay")
        if now.get(name) != before.get(name)
    ]


def summary(plan: LayerPlan) -> str:
    """How a layer's weights count, for a comment; nothing where it has none."""
    return f": {plan.layer.counted(plan.input_shape)}" if plan.tensors else ""


def decays(subject: Subject) -> bool:
    """Whether the optimiser adds weight decay to the gradient (AdamW keeps the two apart)."""
    optimizer = subject.recipe.optimizer
    return not isinstance(optimizer, AdamW) and optimizer.weight_decay > 0


def numbers(subject: Subject) -> str:
    """Which numbers the network reads, for the module's docstring."""
    if subject.recipe.data.preprocessing is None:
        return "floats in 0 … 1"
    return "floats as `to_input` makes them of pixels"


def range_of(subject: Subject) -> str:
    """The same in a function's docstring, after the shape."""
    return " in 0 … 1" if subject.recipe.data.preprocessing is None else " from `to_input`"


def reads(subject: Subject, pixels: str) -> str:
    """Code for what the network is given of black pixels."""
    return pixels if subject.recipe.data.preprocessing is None else f"to_input({pixels})"


def scaled(pixels: str, how: Preprocessing) -> str:
    """Code for pixels times a recipe's scale, rounded as Convscope rounds it."""
    return f"{pixels} / {LEVELS}" if how.scale == UNIT else f"{pixels} * {how.scale!r}"

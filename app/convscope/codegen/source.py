"""The input and the result of code generation: a network, and a module as text."""

from dataclasses import dataclass
from typing import Literal

from convscope.recipe import LayerPlan, Recipe
from convscope.recipe.recipe import AdamW

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


def summary(plan: LayerPlan) -> str:
    """How a layer's weights count, for a comment; nothing where it has none."""
    return f": {plan.layer.counted(plan.input_shape)}" if plan.tensors else ""


def decays(subject: Subject) -> bool:
    """Whether the optimiser adds weight decay to the gradient (AdamW keeps the two apart)."""
    optimizer = subject.recipe.optimizer
    return not isinstance(optimizer, AdamW) and optimizer.weight_decay > 0

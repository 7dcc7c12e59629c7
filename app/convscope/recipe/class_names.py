"""Names of the classes that a network gives scores for: a run's own, its data set's, or numbers."""

from collections.abc import Sequence
from typing import Annotated
from unicodedata import bidirectional, category

from pydantic import AfterValidator, Field

from convscope.errors import RecipeError
from convscope.types import Shape

MOST_CLASSES = 1000  # as ImageNet has; a longer flat output is no list of scores that people read
CONTROLS = {"Cc", "Cs", "Zl", "Zp"}  # Unicode's categories: controls, surrogates, line separators
TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # of the text after them


def plain(name: str) -> str:
    """The same; ValueError for one that steers a terminal or the text around it."""
    if any(category(sign) in CONTROLS or bidirectional(sign) in TURNS for sign in name):
        raise ValueError("expected a name without control characters")
    return name


ClassName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain)]
ClassNames = Annotated[tuple[ClassName, ...], Field(min_length=1, max_length=MOST_CLASSES)]


def score_count(shape: Shape) -> int:
    """How many class scores a network gives that ends in this shape: the length of a flat output of
    up to 1,000 numbers, else 0."""
    return shape[0] if len(shape) == 1 and shape[0] <= MOST_CLASSES else 0


def check_class_names(names: Sequence[str] | None, shape: Shape) -> None:
    """RecipeError where a recipe has not one name for each number that its network ends in."""
    if names is None or (len(names),) == shape:
        return
    given = f"data.classes has {len(names)} name{'s' * (len(names) != 1)}"
    if len(shape) != 1:
        raise RecipeError(f"{given}, and this network ends in maps: expected a flat output.")
    raise RecipeError(
        f"{given}, and this network ends in {shape[0]:,} numbers: expected one name for each."
    )


def class_names(count: int, *known: Sequence[str] | None) -> list[str]:
    """`count` names: the first of the known lists that is as long, else class 0, class 1, …"""
    for names in known:
        if names and len(names) == count:
            return list(names)
    return [f"class {number}" for number in range(count)]

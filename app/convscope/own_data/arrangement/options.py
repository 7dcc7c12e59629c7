"""What a person chooses before a set is kept."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    field_validator,
)

from convscope.own_data.bounds import (
    CLASS_LENGTH,
    LEAST_SIDE,
    MOST_CLASSES,
    MOST_SIDE,
)
from convscope.recipe.class_names import plain
from convscope.types import Fit

ClassName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=CLASS_LENGTH),
    AfterValidator(plain),
]


def all_different(names: Sequence[str]) -> None:
    """ValueError for names of which two are the same."""
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise ValueError(f"expected classes with names of their own, got {twice!r} twice")


Side = Annotated[StrictInt, Field(ge=LEAST_SIDE, le=MOST_SIDE)]
Words = Annotated[str, Field(max_length=1000)]


class ClassChoice(BaseModel):
    """One class of the set, and which of those that were brought go into it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: ClassName
    sources: Annotated[list[ClassName], Field(min_length=1, max_length=MOST_CLASSES)]


class Options(BaseModel):
    """How pictures become a data set; what is None is chosen by what the pictures are."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    title: Annotated[str, Field(max_length=200)] | None = None
    licence: Words | None = None
    origin: Words | None = None
    size: Annotated[
        tuple[Side, Side] | None, Field(description="height and width of what a network is shown")
    ] = None
    channels: Annotated[Literal[1, 3] | None, Field(description="1: grey, 3: colours")] = None
    fit: Fit = "crop"
    held_out: Annotated[
        StrictFloat, Field(ge=0.05, le=0.5, description="the share of each class that is held out")
    ] = 0.15
    seed: Annotated[StrictInt, Field(ge=0, le=2**53 - 1, description="of the split")] = 0
    dark_background: StrictBool | None = None
    centred: Annotated[
        StrictBool | None,
        Field(
            description="whether its digits were scaled and centred by mass as MNIST's, so that "
            "drawings are too"
        ),
    ] = None
    classes: Annotated[
        list[ClassChoice] | None,
        Field(
            min_length=1,
            max_length=MOST_CLASSES,
            description="the others that were brought by then are left out",
        ),
    ] = None

    @field_validator("classes")
    @classmethod
    def _named_apart(cls, choices: list[ClassChoice] | None) -> list[ClassChoice] | None:
        all_different([choice.name for choice in choices or ()])
        return choices

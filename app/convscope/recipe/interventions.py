"""Interventions and tuned settings, as requests that are checked."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt
from typing_extensions import TypedDict  # pydantic needs this one below Python 3.12

from convscope.recipe.base import LayerName
from convscope.recipe.recipe import Fraction, Rate

Number = Annotated[StrictInt, Field(ge=0, le=2**31)]


class Strict(BaseModel):
    """A JSON object whose fields are all known and whose numbers are all finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class SetWeight(Strict):
    """One number of a tensor, by torch's axes."""

    type: Literal["set"]
    layer: LayerName
    tensor: Annotated[str, Field(max_length=32)] = "weight"
    index: Annotated[list[Number], Field(max_length=4)]
    value: Annotated[StrictFloat, Field(ge=-1e6, le=1e6)]


class FillKernel(Strict):
    """One kernel of a filter, or all, with a known one."""

    type: Literal["fill"]
    layer: LayerName
    filter: Number
    channel: Number | None = None
    with_: Annotated[
        Literal["sobel_x", "sobel_y", "blur", "sharpen", "outline", "zero", "random"],
        Field(alias="with"),
    ]


class SwitchFilter(Strict):
    """A filter frozen (it learns nothing) or silenced (its map is 0), or no longer."""

    type: Literal["freeze", "silence"]
    layer: LayerName
    filter: Number
    on: StrictBool = True


class UndoLast(Strict):
    """Put back what the last change that is not undone yet changed."""

    type: Literal["undo"]


AnyIntervention = SetWeight | FillKernel | SwitchFilter | UndoLast


class TunedSettings(TypedDict, total=False):
    """What a run in training may be tuned to; what is absent stays."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # as pydantic reads it
    learning_rate: float
    momentum: float
    weight_decay: float
    steps_per_second: float | None  # None: flat out


class Tuned(Strict):
    """Settings of the optimiser that may change while it trains; what is absent stays."""

    learning_rate: Rate | None = None
    momentum: Fraction | None = None
    weight_decay: Rate | None = None

    def given(self) -> dict[str, Any]:
        """The settings that have a value."""
        return self.model_dump(exclude_none=True)

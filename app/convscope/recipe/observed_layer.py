"""A layer of somebody else's network: what can be said of it from outside."""

from math import prod
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from convscope.recipe.base import LayerName
from convscope.recipe.plan import BUFFERS
from convscope.types import JsonObject, Shape, shape_text

Size = Annotated[StrictInt, Field(ge=0, le=2**31 - 1)]
Sizes = Annotated[tuple[Size, ...], Field(max_length=8)]
MOST_TENSORS = 64
MOST_ARGUMENTS = 64


class ObservedLayer(BaseModel):
    """A module without modules of its own, whose output is a list of numbers or maps."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: LayerName = Field(description="in `named_modules`, such as `layer1.0.conv1`")
    type: Annotated[str, Field(max_length=128)] = Field(description="the class's name")
    arguments: Annotated[dict[str, Any], Field(max_length=MOST_ARGUMENTS)] = Field(
        default={}, description="what it was made with"
    )
    input_shape: Sizes = Field(description="of one image: (C, H, W), or (N,)")
    output_shape: Sizes = Field(description="of one image: (C, H, W), or (N,)")
    reads: LayerName | None = Field(
        default=None,
        description="the layer whose output it reads as it is, `input`, or null: something between",
    )
    tensors: Annotated[dict[str, Sizes], Field(max_length=MOST_TENSORS)] = Field(
        default={}, description="the shapes of its parameters and buffers"
    )

    @property
    def parameters(self) -> int:
        """How many numbers training changes here."""
        return sum(prod(shape) for name, shape in self.tensors.items() if name not in BUFFERS)

    def describe(self, index: int) -> JsonObject:
        """The layer as `GET /runs/{id}/layers` lists it."""
        return {
            "index": index,
            "name": self.name,
            "type": self.type,
            "arguments": self.arguments,
            "input_shape": self.input_shape,
            "output_shape": self.output_shape,
            "reads": self.reads,
            "weight_shape": self.tensors.get("weight"),
            "bias_shape": self.tensors.get("bias"),
            "tensors": list(self.tensors),
            "parameters": self.parameters,
            "counted": _counted(self.tensors),
            "receptive_field": None,
            "receptive_field_start": None,
            "receptive_field_jump": None,
        }


def _counted(tensors: dict[str, Shape]) -> str:
    """weight 16 × 8 × 3 × 3 + bias 16 = 1,168."""
    learned = {name: shape for name, shape in tensors.items() if name not in BUFFERS}
    if not learned:
        return "no weights"
    each = " + ".join(f"{name} {shape_text(shape)}" for name, shape in learned.items())
    return f"{each} = {sum(map(prod, learned.values())):,}"

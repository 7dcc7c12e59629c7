"""The base class of layers, and the arithmetic that several share."""

from math import prod
from typing import Annotated, ClassVar, NamedTuple

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictInt,
    model_serializer,
)

from convscope.errors import RecipeError
from convscope.types import JsonObject, Shape


def _pair(value: object) -> object:
    """What torch takes: a number for both rows and columns, or one for each."""
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise ValueError("expected a whole number or a list of two")
    return (value, value) if isinstance(value, int) else value


def _padding(value: object) -> object:
    """torch also takes words, whose meaning depends on the kernel."""
    if value in ("same", "valid"):
        number = "kernel_size // 2" if value == "same" else "0"
        raise ValueError(f'expected a whole number, such as {number} for "{value}"')
    return _pair(value)


MOST = 2**31 - 1
Size = Annotated[StrictInt, Field(ge=1, le=MOST)]
Span = Annotated[StrictInt, Field(ge=0, le=MOST)]
SizePair = Annotated[
    tuple[Size, Size], BeforeValidator(_pair, json_schema_input_type=Size | tuple[Size, Size])
]
SpanPair = Annotated[
    tuple[Span, Span], BeforeValidator(_padding, json_schema_input_type=Span | tuple[Span, Span])
]


# of a network's layer wherever it is asked for: those of networks made elsewhere have dots in them
LayerName = Annotated[str, Field(max_length=128)]


class Window(NamedTuple):
    """What one value of a layer's output reads of its input, along one axis."""

    extent: int
    stride: int
    padding: int


EVERY_ONE = Window(1, 1, 0)  # each value is made of the one at its place


class LayerBase(BaseModel):
    """One layer of a recipe; unknown arguments are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    prefix: ClassVar[str]
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")] | None = None

    @model_serializer(mode="wrap")
    def _given(self, handler: SerializerFunctionWrapHandler) -> JsonObject:
        """Without the arguments that were left to be inferred."""
        return {key: value for key, value in handler(self).items() if value is not None}

    def output(self, shape: Shape) -> Shape:
        """The shape this layer gives for `shape`; RecipeError where it does not fit."""
        return shape

    def tensors(self, shape: Shape) -> dict[str, Shape]:
        """Its parameters and buffers by torch's names, with their shapes."""
        return {}

    def macs(self, shape: Shape) -> int:
        """Multiply-adds for one image, forward."""
        return prod(shape)

    def counted(self, shape: Shape) -> str:
        """How its parameters are counted, as a sum that a reader can redo."""
        return "no weights"

    def inferred(self, shape: Shape) -> dict[str, int]:
        """The arguments that the layer before decides."""
        return {}

    def windows(self, shape: Shape) -> tuple[Window, Window] | None:
        """What one value reads along the rows and the columns of maps (C, H, W); None where that is
        everything, or differs from place to place."""
        return (EVERY_ONE, EVERY_ONE)


def need_maps(shape: Shape, type_name: str) -> None:
    """RecipeError unless a shape is one of maps."""
    if len(shape) != 3:
        raise RecipeError(
            f"{type_name} expects maps (channels, height, width), got a flat vector of "
            f"{shape[0]} numbers: put it before Flatten."
        )


def check_given(argument: str, given: int | None, needed: int) -> None:
    """RecipeError where an argument was given and is not what the layer before gives."""
    if given is not None and given != needed:
        raise RecipeError(f"{argument} is {given}: expected {needed}, as the layer before gives.")


def slide(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """floor((in + 2p - d(k-1) - 1) / s + 1)."""
    extent = dilation * (kernel - 1) + 1
    room = size + 2 * padding
    if extent > room:
        raise RecipeError(
            f"The kernel spans {extent} pixels, and its input has {room} with padding: "
            "expected a kernel no larger than its input."
        )
    return (room - extent) // stride + 1


def window_pair(
    extents: tuple[int, int], strides: tuple[int, int], paddings: tuple[int, int]
) -> tuple[Window, Window]:
    """A window of rows and one of columns from each one's pair of numbers."""
    rows, columns = map(Window, extents, strides, paddings)
    return rows, columns

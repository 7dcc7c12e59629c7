"""A network by arithmetic: names, shapes, parameters, costs, limits; nothing is allocated."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import prod

from convscope.errors import RecipeError
from convscope.recipe.base import LayerBase
from convscope.recipe.receptive_field import Axis, Fields, fields_after
from convscope.recipe.recipe import Network
from convscope.recipe.reserved_names import is_kept_by_torch
from convscope.types import JsonObject, Shape

MAX_PARAMETERS = 20_000_000
MAX_MACS = 5_000_000_000  # an image
MAX_BYTES = 2**30  # everything that training allocates
BUFFERS = frozenset({"running_mean", "running_var"})


@dataclass(frozen=True)
class LayerPlan:
    """One layer with everything about it that arithmetic can say."""

    index: int
    name: str
    layer: LayerBase
    input_shape: Shape
    output_shape: Shape
    tensors: dict[str, Shape]
    # along rows and columns; None where it is everything, or differs between places
    fields: Fields | None

    @property
    def type(self) -> str:
        """The class's name in torch.nn."""
        return type(self.layer).__name__

    @property
    def receptive_field(self) -> tuple[int, int] | None:
        """Rows and columns of the input that one value depends on, in pixels."""
        return self.fields and (self.fields[0].size, self.fields[1].size)

    def seen_from(self, y: int, x: int, pixels: Shape) -> tuple[slice, slice]:
        """The rows and columns of the input (C, H, W) that the value at a place depends on; all
        where the field is everything, or differs between places."""
        if self.fields is None:
            return slice(0, pixels[1]), slice(0, pixels[2])
        rows, columns = self.fields
        return rows.seen_from(y, pixels[1]), columns.seen_from(x, pixels[2])

    @property
    def parameters(self) -> int:
        """How many numbers training changes here."""
        return sum(prod(shape) for name, shape in self.tensors.items() if name not in BUFFERS)

    @property
    def arguments(self) -> JsonObject:
        """What torch.nn's constructor takes, the inferred ones included."""
        given = self.layer.model_dump(exclude={"type", "name"})
        return self.layer.inferred(self.input_shape) | given

    def describe(self) -> JsonObject:
        """The layer as `GET /runs/{id}/layers` lists it."""
        return {
            "index": self.index,
            "name": self.name,
            "type": self.type,
            "arguments": self.arguments,
            "input_shape": self.input_shape,
            "output_shape": self.output_shape,
            "weight_shape": self.tensors.get("weight"),
            "bias_shape": self.tensors.get("bias"),
            "tensors": list(self.tensors),
            "parameters": self.parameters,
            "counted": self.layer.counted(self.input_shape),
            "receptive_field": self.receptive_field,
            "receptive_field_start": self.fields and [axis.first for axis in self.fields],
            "receptive_field_jump": self.fields and [axis.jump for axis in self.fields],
        }


def described(plans: Sequence[LayerPlan]) -> list[JsonObject]:
    """A network's layers as the API lists them: each reads the one before it."""
    before = ["input", *(entry.name for entry in plans)]
    return [entry.describe() | {"reads": name} for entry, name in zip(plans, before, strict=False)]


def plan(network: Network, batch_size: int = 1) -> list[LayerPlan]:
    """Every layer of a network with its shapes; RecipeError names the layer that cannot be built.

    Integer arithmetic only: a network of 10^9 channels is refused without allocating anything.
    """
    names = _names(network)
    plans: list[LayerPlan] = []
    shape: Shape = network.input
    fields: Fields | None = (Axis(), Axis())
    for index, layer in enumerate(network.layers):
        try:
            output, tensors = layer.output(shape), layer.tensors(shape)
            fields = fields and fields_after(fields, layer, shape, network.input)
            plans.append(LayerPlan(index, names[index], layer, shape, output, tensors, fields))
            _check_costs(plans, network.input, batch_size)
        except RecipeError as error:
            sentence = f"Layer {index} ({type(layer).__name__}): {error.detail}"
            raise RecipeError(sentence, layer=index) from error
        shape = plans[-1].output_shape
    return plans


def _names(network: Network) -> list[str]:
    """Given names, or the type's prefix and a running number.

    RecipeError for a name twice, and for one that torch keeps for itself.
    """
    counters: dict[str, count[int]] = {}
    names: list[str] = []
    for index, layer in enumerate(network.layers):
        number = next(counters.setdefault(layer.prefix, count(1)))
        name = layer.name or f"{layer.prefix}{number}"
        if is_kept_by_torch(name):
            raise RecipeError(
                f"Layer {index}: torch.nn.Sequential has a {name!r} of its own: expected another "
                "name.",
                index,
            )
        if name in names:
            raise RecipeError(
                f"Layer {index}: the name {name!r} is taken by layer {names.index(name)}.", index
            )
        names.append(name)
    return names


def _check_costs(plans: list[LayerPlan], input_shape: Shape, batch_size: int) -> None:
    parameters = sum(plan.parameters for plan in plans)
    macs = sum(plan.layer.macs(plan.input_shape) for plan in plans)
    memory = memory_bytes(plans, input_shape, batch_size)
    for needed, most, what in (
        (parameters, MAX_PARAMETERS, "parameters"),
        (macs, MAX_MACS, "multiply-adds an image"),
        (memory, MAX_BYTES, f"bytes of memory with {batch_size} images a batch"),
    ):
        if needed > most:
            raise RecipeError(f"expected at most {most:,} {what} in all, got {needed:,}.")


def memory_bytes(plans: list[LayerPlan], input_shape: Shape, batch_size: int) -> int:
    """An estimate of what training holds: each value of each map with its gradient and one copy for
    the convolution's layout; each parameter with gradient, previous value and two moments."""
    values = prod(input_shape) + sum(prod(plan.output_shape) for plan in plans)
    parameters = sum(plan.parameters for plan in plans)
    return 4 * (3 * values * batch_size + 5 * parameters)

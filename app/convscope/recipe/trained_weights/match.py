"""The first weights of a network from a file: what fits is taken, and all else is said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from safetensors.numpy import save

from convscope.errors import RecipeError
from convscope.recipe.plan import LayerPlan
from convscope.recipe.safetensors_header import Kind, tensors_in
from convscope.recipe.trained_weights.layouts import KERAS_NAMES, Layout, Reading, readings
from convscope.recipe.trained_weights.numbers import FLOATING, Floats, as_float32
from convscope.recipe.trained_weights.pairing import Names, Pairing, in_order, pair
from convscope.types import JsonObject, Shape, shape_text

Found = Mapping[str, tuple[Kind, memoryview]]
MOST_LISTED: Final = 100  # tensors that no layer took
NAME_LENGTH: Final = 80  # of a stranger's name, as it is told
IN_A_SENTENCE: Final = 12  # tensors


@dataclass(frozen=True)
class FileWeights:
    """A safetensors file, how its tensors are laid out, and whether every layer must get its
    weights from it."""

    data: bytes
    layout: Layout = "torch"
    complete: bool = False


@dataclass(frozen=True)
class Matched:
    """What was taken, as safetensors by the network's own names in float32; and what is told."""

    tensors: bytes
    report: JsonObject  # see FirstWeights in storage/about.py


class _MisfitError(Exception):
    """Why a layer takes nothing from the file."""


def match(plans: Sequence[LayerPlan], given: FileWeights) -> Matched:
    """Take the layers whose tensors all fit, and none in part.

    UploadError for a file that is not whole; RecipeError, with the shapes expected and received,
    where no layer fits, or where `complete` is asked for and one does not.
    """
    found = tensors_in(given.data)
    learning = [plan for plan in plans if plan.tensors]
    pairing = pair(learning, {name: kind for name, (kind, _) in found.items()}, given.layout)
    reader = _Reader(plans, found, given.layout)
    tensors: dict[str, Floats] = {}
    layers: list[JsonObject] = []
    unused = {name for name, (kind, _) in found.items() if kind.shape}  # a count is no weight
    for plan in learning:
        names = pairing.layers.get(plan.name)
        try:
            taken = reader.layer(plan, names)
        except _MisfitError as misfit:
            layers.append({"layer": plan.name, "taken_from": [], "problem": str(misfit)})
            continue
        tensors |= {f"{plan.name}.{tensor}": values for tensor, values in taken.items()}
        sources = [(names or {})[tensor] for tensor in taken]
        unused -= set(sources)
        layers.append({"layer": plan.name, "taken_from": list(map(cut, sources)), "problem": None})
    _must_fit(layers, reader, learning, complete=given.complete)
    return Matched(save(tensors), _report(pairing, layers, sorted(unused, key=in_order)))


@dataclass(frozen=True)
class _Reader:
    plans: Sequence[LayerPlan]
    found: Found
    layout: Layout

    def layer(self, plan: LayerPlan, names: Names | None) -> dict[str, Floats]:
        """All tensors of a layer; _MisfitError where one is not there or is another."""
        if names is None:
            raise _MisfitError("no layer of the file, or more than one, has these shapes")
        return {tensor: self._tensor(plan, tensor, names.get(tensor)) for tensor in plan.tensors}

    def _tensor(self, plan: LayerPlan, tensor: str, name: str | None) -> Floats:
        if name is None:
            raise _MisfitError(f"its {tensor} is not in the file")
        kind, data = self.found[name]
        options = self.readings(plan, tensor)
        fitting = next((option for option in options if option.shape == kind.shape), None)
        if fitting is None:
            raise _MisfitError(f"{tensor}: expected {by(options[0].shape)}, got {by(kind.shape)}")
        if kind.dtype not in FLOATING:
            raise _MisfitError(f"{tensor}: expected floating-point numbers, got {kind.dtype}")
        values = as_float32(kind, data)
        if not np.isfinite(values).all():
            raise _MisfitError(f"{tensor}: has numbers that are not finite in float32")
        return np.ascontiguousarray(fitting.to_torch(values))

    def readings(self, plan: LayerPlan, tensor: str) -> tuple[Reading, ...]:
        return readings(self.plans, plan, tensor, self.layout)


def _must_fit(
    layers: list[JsonObject], reader: _Reader, learning: list[LayerPlan], *, complete: bool
) -> None:
    problems = [f"{entry['layer']} ({entry['problem']})" for entry in layers if entry["problem"]]
    if len(problems) == len(layers):
        raise RecipeError(
            f"The weights fit none of the network's layers: expected "
            f"{_expected(reader, learning)}; got {_received(reader.found)}.{_hint(reader)}"
        )
    if complete and problems:
        raise RecipeError(f"Not every layer gets its weights from the file: {_few(problems)}.")


def _expected(reader: _Reader, learning: list[LayerPlan]) -> str:
    return _few(
        f"{plan.name}.{tensor} {by(reader.readings(plan, tensor)[0].shape)}"
        for plan in learning
        for tensor in plan.tensors
    )


def _received(found: Found) -> str:
    names = sorted(found, key=in_order)
    return _few(f"{cut(name)} {by(found[name][0].shape)}" for name in names) or "no tensors"


def _hint(reader: _Reader) -> str:
    """Of the two readings of a file, whether the other one was meant."""
    ends = {name.removesuffix(":0").replace("/", ".").rpartition(".")[2] for name in reader.found}
    if reader.layout == "torch" and ends & KERAS_NAMES.keys():
        return " The names are Keras's: send them with layout=keras."
    return ""


def _report(pairing: Pairing, layers: list[JsonObject], unused: list[str]) -> JsonObject:
    return {
        "says": _says(pairing, layers),
        "matched_by": pairing.by,
        "prefix": cut(pairing.prefix),
        "layers": layers,
        "unused": list(map(cut, unused[:MOST_LISTED])),
        "unused_count": len(unused),
    }


def _says(pairing: Pairing, layers: list[JsonObject]) -> str:
    drawn = [entry["layer"] for entry in layers if entry["problem"]]
    how = "their names"
    if pairing.prefix:
        how += f", without {cut(pairing.prefix)!r} before them"
    if pairing.by == "shapes":
        how = "their shapes and order, since no name is one of the network's"
    said = f"{len(layers) - len(drawn)} of {len(layers)} layers got their weights by {how}."
    return said + (f" Not from the file, and so not trained: {_few(drawn)}." if drawn else "")


def _few(items: Iterable[str]) -> str:
    listed = list(items)
    left = len(listed) - IN_A_SENTENCE
    return ", ".join(listed[:IN_A_SENTENCE]) + (f" and {left} more" if left > 0 else "")


def cut(name: str) -> str:
    """A stranger's name, short enough to be told."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def by(shape: Shape) -> str:
    """8 × 1 × 3 × 3; `a single number` for no axes."""
    return shape_text(shape) or "a single number"

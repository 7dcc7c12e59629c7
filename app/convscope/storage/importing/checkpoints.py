"""Validation of a checkpoint's tensors against the recipe's, without torch."""

from typing import Any

import numpy as np

from convscope.errors import UnreadableRunError, UploadError
from convscope.recipe import LayerPlan, Recipe
from convscope.recipe.safetensors_header import Kind, tensors_in
from convscope.storage.importing.validation import expect

ALWAYS = {
    "SGD": frozenset[str](),
    "Adam": frozenset({"step", "exp_avg", "exp_avg_sq"}),
    "AdamW": frozenset({"step", "exp_avg", "exp_avg_sq"}),
    "RMSprop": frozenset({"step", "square_avg"}),
}
PERHAPS = {"SGD": frozenset({"momentum_buffer"}), "RMSprop": frozenset({"momentum_buffer"})}
BUFFERS = ("running_mean", "running_var")
NEVER_NEGATIVE = ("running_var", "num_batches_tracked", "exp_avg_sq", "square_avg")
NUMPY = {"F32": "<f4", "I64": "<i8"}
Numbers = np.ndarray[Any, np.dtype[Any]]


def check_state(
    plans: list[LayerPlan], optimizers: tuple[str, ...], tensors: bytes, updates: int, where: str
) -> None:
    """UnreadableRunError unless the names, dtypes and shapes are those of this network and of one
    of these optimisers after so many `updates`, and every number is one that training can make."""
    try:
        found = tensors_in(tensors)
    except UploadError as error:
        raise UnreadableRunError(f"In this file {where}: {error.detail}") from error
    expected = network_kinds(plans)
    network = {name for name in found if not name.startswith("optimizer/")}
    wrong = sorted(expected.keys() ^ network)
    expect(not wrong, f"In this file {where} has other tensors than its recipe: {_few(wrong)}.")
    for name, kind in expected.items():
        expect(found[name][0] == kind, _other(where, name, kind, found[name][0]))
    kinds = {name: kind for name, (kind, _) in found.items() if name not in expected}
    _check_optimizer(plans, optimizers, kinds, where)
    for name, (kind, content) in found.items():
        _check_numbers(name, np.frombuffer(content, NUMPY[kind.dtype]), updates, where)


def _check_numbers(name: str, values: Numbers, updates: int, where: str) -> None:
    """Finite, and where they are a mean of squares, a variance or a count, as these can be."""
    what = f"In this file {where} has"
    expect(bool(np.isfinite(values).all()), f"{what} numbers that are not finite: {name[:100]}.")
    last = name.rpartition("/")[2].rpartition(".")[2]
    if last in NEVER_NEGATIVE:
        expect(bool((values >= 0).all()), f"{what} numbers below 0: {name[:100]}.")
    if name.startswith("optimizer/") and last == "step":
        count = float(values[0])
        possible = count == int(count) and 0 <= count <= updates
        expect(possible, f"{what} {count:g} updates of {name[:100]}: expected 0 to {updates}.")


def network_kinds(plans: list[LayerPlan]) -> dict[str, Kind]:
    """The network's tensors by their names in a checkpoint."""
    kinds = {}
    for plan in plans:
        for name, shape in plan.tensors.items():
            kinds[f"network/{plan.name}.{name}"] = Kind("F32", shape)
        if plan.type == "BatchNorm2d":
            kinds[f"network/{plan.name}.num_batches_tracked"] = Kind("I64", ())
    return kinds


def _check_optimizer(
    plans: list[LayerPlan], optimizers: tuple[str, ...], kinds: dict[str, Kind], where: str
) -> None:
    shapes = {
        f"{plan.name}.{name}": shape
        for plan in plans
        for name, shape in plan.tensors.items()
        if name not in BUFFERS
    }
    kept: dict[str, set[str]] = {name: set() for name in shapes}
    for path, kind in kinds.items():
        name, _, key = path.removeprefix("optimizer/").rpartition("/")
        expect(
            name in shapes,
            f"In this file {where} has a tensor that belongs to no parameter: {path[:100]}.",
        )
        right = Kind("F32", () if key == "step" else shapes[name])
        expect(kind == right, _other(where, path, right, kind))
        kept[name].add(key)
    expect(
        any(all(_fits(optimizer, keys) for keys in kept.values()) for optimizer in optimizers),
        f"In this file {where} has other tensors than {' or '.join(optimizers)} keeps.",
    )


def _fits(optimizer: str, kept: set[str]) -> bool:
    """Of one parameter: nothing before the first update, and then all that it needs."""
    always = ALWAYS[optimizer]
    return not kept or always <= kept <= always | PERHAPS.get(optimizer, frozenset())


def optimizers_of(recipe: Recipe, *, any_of_them: bool) -> tuple[str, ...]:
    """Whose tensors a checkpoint may have: where the optimiser begins anew, any's."""
    return tuple(ALWAYS) if any_of_them else (recipe.optimizer.type,)


def _other(where: str, name: str, right: Kind, came: Kind) -> str:
    return (
        f"In this file {where} has {name[:100]} as {came.dtype} {list(came.shape)}: expected "
        f"{right.dtype} {list(right.shape)}."
    )


def _few(names: list[str]) -> str:
    return ", ".join(name[:60] for name in names[:4])

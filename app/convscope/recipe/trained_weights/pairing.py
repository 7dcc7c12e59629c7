"""Which tensors of a file are which layer's: by their names, else by their shapes and order."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from convscope.recipe.plan import LayerPlan
from convscope.recipe.safetensors_header import Kind
from convscope.recipe.trained_weights.layouts import Layout, readings, torch_name
from convscope.types import Shape

Names = dict[str, str]  # of one layer: torch's names of its tensors, to the file's
Kinds = Mapping[str, Kind]  # of the file's tensors, by its names


@dataclass(frozen=True)
class Pairing:
    """Where each layer's tensors lie in a file, as far as that is known."""

    by: Literal["names", "shapes"]
    prefix: str  # that the file's names have before the network's
    layers: dict[str, Names]


def pair(plans: Sequence[LayerPlan], kinds: Kinds, layout: Layout) -> Pairing:
    """By names, with a prefix taken off that wrappers put before them (`module.`, `_orig_mod.`);
    where no name is the network's, by shapes, and among equal ones by the order of the names."""
    named = {torch_name(name, layout): name for name in kinds}
    own = {f"{plan.name}.{tensor}" for plan in plans for tensor in plan.tensors}
    prefixes = Counter(
        prefix for name in named for prefix in _prefixes(name) if name.removeprefix(prefix) in own
    )
    if not prefixes:
        return Pairing("shapes", "", _by_shapes(plans, kinds, named, layout))
    most = max(prefixes.values())
    prefix = min((one for one, count in prefixes.items() if count == most), key=len)
    return Pairing("names", prefix, {plan.name: _of(plan, prefix, named) for plan in plans})


def _prefixes(name: str) -> list[str]:
    """What may be taken off so that `layer.tensor` stays: a layer's own name has no dot."""
    wrappers, _, _ = name.rpartition(".")
    outer, dot, _ = wrappers.rpartition(".")
    return [outer + dot]


def _of(plan: LayerPlan, prefix: str, named: Names) -> Names:
    wanted = {tensor: f"{prefix}{plan.name}.{tensor}" for tensor in plan.tensors}
    return {tensor: named[name] for tensor, name in wanted.items() if name in named}


def _by_shapes(
    plans: Sequence[LayerPlan], kinds: Kinds, named: Names, layout: Layout
) -> dict[str, Names]:
    """Each layer that has as many equals in the network as fit it in the file."""
    groups = _groups(kinds, named)
    fitting: dict[tuple[str, ...], list[LayerPlan]] = defaultdict(list)
    for plan in plans:
        accepted = _accepted(plans, plan, layout)
        fits = tuple(name for name, group in groups.items() if _fits(accepted, group, kinds))
        fitting[fits].append(plan)
    wanted = Counter(name for fits in fitting for name in fits)
    return {
        plan.name: groups[name]
        for fits, equals in fitting.items()
        if len(fits) == len(equals) and all(wanted[name] == 1 for name in fits)
        for plan, name in zip(equals, fits, strict=True)
    }


def _groups(kinds: Kinds, named: Names) -> dict[str, Names]:
    """The file's layers in the order of their names, 10 after 9; counts (no axes) are left out."""
    groups: dict[str, Names] = defaultdict(dict)
    for name in sorted(named, key=in_order):
        layer, _, tensor = name.rpartition(".")
        if kinds[named[name]].shape:
            groups[layer][tensor] = named[name]
    return groups


def in_order(name: str) -> list[tuple[int, str]]:
    """A key to sort names by, so that layer 10 comes after layer 9."""
    parts = re.split("([0-9]+)", name)
    return [(len(part) if number % 2 else 0, part) for number, part in enumerate(parts)]


def _accepted(
    plans: Sequence[LayerPlan], plan: LayerPlan, layout: Layout
) -> dict[str, frozenset[Shape]]:
    return {
        tensor: frozenset(reading.shape for reading in readings(plans, plan, tensor, layout))
        for tensor in plan.tensors
    }


def _fits(accepted: dict[str, frozenset[Shape]], group: Names, kinds: Kinds) -> bool:
    return accepted.keys() == group.keys() and all(
        kinds[group[tensor]].shape in shapes for tensor, shapes in accepted.items()
    )

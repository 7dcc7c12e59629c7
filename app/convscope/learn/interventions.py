"""Interventions in a run: set a weight, fill a kernel, freeze or silence a filter, undo.

Each takes effect between two steps, at a step that is recorded, and can be put back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from convscope.errors import ConflictError, NotFoundError
from convscope.learn.trainer import Trainer
from convscope.learn.undo_record import PreviousSwitch, UndoRecord, Values, read_undo_record
from convscope.types import JsonObject

LAYERS_WITH_FILTERS = (nn.Conv2d, nn.Linear)


@dataclass
class Intervention:
    """One intervention: when, what, and how to undo it (None for one that is an undo)."""

    id: int
    step: int
    says: str
    change: JsonObject
    undo_record: UndoRecord | None = None
    undoes: int | None = None
    undone: bool = False

    def describe(self) -> JsonObject:
        """As a run lists it."""
        return {"id": self.id, "step": self.step, "says": self.says, "undoes": self.undoes}

    def record(self) -> JsonObject:
        """All of it, for `Interventions.recall` in another process."""
        undo_record = self.undo_record.record() if self.undo_record else None
        return self.describe() | {"change": self.change, "undo_record": undo_record}


@dataclass
class Interventions:
    """All interventions in one trainer; `masks` are applied by hooks on every twin network."""

    trainer: Trainer
    seed: int
    networks: tuple[nn.Sequential, ...]  # that a silenced filter must be silent in
    masks: dict[str, torch.Tensor] = field(default_factory=dict)  # of layers with a silent filter
    _hooks: dict[str, list[RemovableHandle]] = field(default_factory=dict)
    applied: list[Intervention] = field(default_factory=list)
    made: int = 0  # all that were made here, those that were taken back again included

    def done(self, says: str, change: JsonObject, undo_record: UndoRecord) -> Intervention:
        """Record one that was made."""
        return self._record(
            Intervention(len(self.applied) + 1, self.trainer.step, says, change, undo_record)
        )

    def undo(self) -> Intervention:
        """Put back what the last change that is not undone yet changed; ConflictError without."""
        for intervention in reversed(self.applied):
            if intervention.undo_record and not intervention.undone:
                self._put_back(intervention.undo_record)
                intervention.undone = True
                self.trainer.begin_here()
                says = f"Undone: {intervention.says}"
                number, step = len(self.applied) + 1, self.trainer.step
                return self._record(
                    Intervention(number, step, says, {"type": "undo"}, undoes=intervention.id)
                )
        raise ConflictError("There is nothing to undo in this run.")

    def take_back(self) -> None:
        """Make the last one not to have been: another takes its place."""
        last = self.applied.pop()
        assert last.undo_record is not None
        self._put_back(last.undo_record)

    def _record(self, intervention: Intervention) -> Intervention:
        self.made += 1
        self.applied.append(intervention)
        return intervention

    def _put_back(self, before: UndoRecord) -> None:
        if isinstance(before, Values):
            with torch.no_grad():
                self.place(before.layer, before.tensor, before.index).copy_(before.values)
        else:
            self.switch(before)

    def switch(self, to: PreviousSwitch) -> None:
        """A filter's freezing or silence as it is to be."""
        turn = self.trainer.freeze if to.what == "freeze" else self.silence
        turn(to.layer, to.filter, to.on)

    def recall(self, record: Mapping[str, Any]) -> None:
        """Know of a change that the weights have already been through."""
        names = ("id", "step", "says", "change", "undoes")
        undo_record = read_undo_record(record["undo_record"])
        intervention = Intervention(
            **{name: record[name] for name in names}, undo_record=undo_record
        )
        self.applied.append(intervention)
        if intervention.undoes:
            undone = self.applied[intervention.undoes - 1]
            undone.undone = True
            if isinstance(undone.undo_record, PreviousSwitch):
                self.switch(undone.undo_record)
        elif isinstance(intervention.undo_record, PreviousSwitch):
            self.switch(intervention.undo_record.turned(intervention.change["on"]))

    # --- what there is to change ----------------------------------------------------------------

    def layer(self, name: str) -> nn.Module:
        """A layer by name; NotFoundError lists the names there are."""
        layers = dict(self.trainer.network.named_children())
        if name not in layers:
            raise NotFoundError(f"There is no layer {name!r}: expected one of {', '.join(layers)}.")
        return layers[name]

    def filters(self, name: str, number: int) -> nn.Conv2d | nn.Linear:
        """A layer that has filters, one of them named `number`."""
        layer = self.layer(name)
        if not isinstance(layer, LAYERS_WITH_FILTERS):
            raise ConflictError(f"{name} ({type(layer).__name__}) has no filters.")
        if not 0 <= number < len(layer.weight):
            raise NotFoundError(f"{name} has {len(layer.weight)} filters: there is no {number}.")
        return layer

    def place(self, layer: str, tensor: str, index: tuple[int, ...]) -> torch.Tensor:
        """A view of a part of a parameter, by the first places of its index."""
        parameter: torch.Tensor = getattr(self.layer(layer), tensor)
        return parameter.detach()[index]

    def edit(
        self, layer: str, tensor: str, index: tuple[int, ...], values: torch.Tensor | float
    ) -> Values:
        """Write into a part of a parameter; answers what was there."""
        place = self.place(layer, tensor, index)
        with torch.no_grad():
            before = place.clone()
            place.copy_(torch.as_tensor(values, dtype=place.dtype))
        self.trainer.begin_here()
        return Values(layer, tensor, index, before)

    # --- filters that are silent or frozen --------------------------------------------------------

    def silence(self, layer: str, number: int, on: bool) -> None:
        """A filter's output is 0 everywhere from now on, or is what it computes again."""
        if layer not in self.masks:
            weight = self.filters(layer, number).weight
            self.masks[layer] = torch.ones(len(weight), device=weight.device)
            modules = [network.get_submodule(layer) for network in self.networks]
            hook = self._hook(layer)
            self._hooks[layer] = [module.register_forward_hook(hook) for module in modules]
        self.masks[layer][number] = 0.0 if on else 1.0
        if self.masks[layer].all():  # none is silent: without hooks it trains sooner
            del self.masks[layer]
            for held in self._hooks.pop(layer):
                held.remove()

    def _hook(self, layer: str) -> Any:
        def silence(_: nn.Module, __: Any, output: torch.Tensor) -> torch.Tensor:
            # not multiplied: an infinite output would become NaN
            return output.masked_fill(shaped(self.masks[layer], output) == 0, 0.0)

        return silence

    def is_silent(self, layer: str, number: int) -> bool:
        """Whether a filter is silenced."""
        return {"layer": layer, "filter": number} in self.silenced()

    def silenced(self) -> list[JsonObject]:
        """All silenced filters."""
        return [
            {"layer": layer, "filter": int(number)}
            for layer, mask in self.masks.items()
            for number in (mask == 0).nonzero().flatten()
        ]

    def frozen(self) -> list[JsonObject]:
        """All frozen filters."""
        return [{"layer": layer, "filter": n} for layer, n in sorted(self.trainer.frozen)]


def shaped(mask: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """A mask (C,) so that it multiplies an output (B, C, …)."""
    return mask.reshape(1, -1, *(1,) * (output.ndim - 2))

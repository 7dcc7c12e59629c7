"""Validation of a file's interventions: each can be made in its network, one after the other."""

import base64
import binascii
from collections.abc import Sequence
from math import prod

from convscope.errors import UnreadableRunError
from convscope.recipe import LayerPlan
from convscope.recipe.interventions import FillKernel, SetWeight, SwitchFilter, Tuned, UndoLast
from convscope.recipe.recipe import Optimizer
from convscope.storage.importing.validation import (
    InterventionBody,
    PreviousSwitch,
    PreviousValues,
    expect,
)
from convscope.types import Shape

WITH_FILTERS = ("Conv2d", "Linear")
ANY_SIZE = ("zero", "random")  # the other known kernels are 3 × 3
LEARNED = ("weight", "bias")


class InterventionsValidator:
    """Takes the interventions in their order; UnreadableRunError at the first that cannot be."""

    def __init__(self, plans: Sequence[LayerPlan]) -> None:
        self._plans = {plan.name: plan for plan in plans}
        self._undoable: list[bool] = []

    def take(self, intervention: InterventionBody) -> None:
        """The next one."""
        number = len(self._undoable) + 1
        expect(
            intervention.id == number,
            f"In this file intervention {number} has number {intervention.id}.",
        )
        try:
            self._check(intervention)
        except (IndexError, KeyError, ValueError) as error:
            raise UnreadableRunError(
                f"In this file intervention {number} does not fit its network."
            ) from error

    def _check(self, intervention: InterventionBody) -> None:
        """ValueError, KeyError or IndexError where it does not fit."""
        match intervention.change:
            case UndoLast():
                self._check_undo(intervention)
            case SetWeight() as change:
                _must(change.tensor in LEARNED)
                rest = _rest(self._plans[change.layer].tensors[change.tensor], change.index)
                _must(rest == () and intervention.undoes is None)
                self._check_values(intervention, change.layer, change.tensor, change.index)
            case FillKernel() as change:
                index = [change.filter] + ([] if change.channel is None else [change.channel])
                _check_kernel(self._plans[change.layer], change)
                _must(intervention.undoes is None)
                self._check_values(intervention, change.layer, "weight", index)
            case SwitchFilter() as change:
                self._check_switch(intervention, change)
        self._undoable.append(intervention.undo_record is not None)

    def _check_undo(self, intervention: InterventionBody) -> None:
        _must(
            intervention.undoes is not None
            and intervention.undoes >= 1
            and intervention.undo_record is None
        )
        assert intervention.undoes is not None
        _must(self._undoable[intervention.undoes - 1])
        self._undoable[intervention.undoes - 1] = False

    def _check_switch(self, intervention: InterventionBody, change: SwitchFilter) -> None:
        plan = self._plans[change.layer]
        _must(plan.type in WITH_FILTERS and change.filter < plan.tensors["weight"][0])
        found = intervention.undo_record
        _must(isinstance(found, PreviousSwitch) and intervention.undoes is None)
        assert isinstance(found, PreviousSwitch)
        same = (found.what, found.layer, found.filter) == (change.type, change.layer, change.filter)
        _must(same)

    def _check_values(
        self, intervention: InterventionBody, layer: str, tensor: str, index: list[int]
    ) -> None:
        """The numbers that were there before are as many as the part has that was changed."""
        found = intervention.undo_record
        _must(isinstance(found, PreviousValues))
        assert isinstance(found, PreviousValues)
        shape = _rest(self._plans[layer].tensors[tensor], index)
        _must((found.layer, found.tensor, found.index) == (layer, tensor, index))
        _must(tuple(found.shape) == shape)
        try:
            numbers = base64.b64decode(found.values, validate=True)
        except binascii.Error as error:
            raise ValueError from error
        _must(len(numbers) == 4 * prod(shape))


def check_tuned(optimizer: Optimizer, changes: Tuned, where: str) -> None:
    """UnreadableRunError for a setting that this optimiser has not."""
    alien = changes.given().keys() - type(optimizer).model_fields.keys()
    expect(not alien, f"In this file {where} sets something that {optimizer.type} does not have.")


def _check_kernel(plan: LayerPlan, change: FillKernel) -> None:
    _must(plan.type == "Conv2d")
    sides = plan.tensors["weight"][2:]
    _must(change.with_ in ANY_SIZE or min(sides) >= 3)


def _rest(shape: Shape, index: list[int]) -> Shape:
    """What is left of a shape behind the first places of an index."""
    _must(len(index) <= len(shape))
    _must(all(at < size for at, size in zip(index, shape, strict=False)))
    return shape[len(index) :]


def _must(truth: bool) -> None:
    if not truth:
        raise ValueError

"""Interventions and settings as they are sent: what is accepted, to each bound."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from convscope.recipe.interventions import AnyIntervention, Tuned, TunedSettings

SET = {"type": "set", "layer": "conv1", "index": [0], "value": 0.5}
FILL = {"type": "fill", "layer": "conv1", "filter": 0, "with": "blur"}
FREEZE = {"type": "freeze", "layer": "conv1", "filter": 0}


def accepted(sent: dict[str, Any]) -> dict[str, Any] | None:
    """What it becomes, or None where it is refused."""
    adapter: TypeAdapter[Any] = TypeAdapter(AnyIntervention)
    try:
        found: dict[str, Any] = adapter.validate_python(sent).model_dump(by_alias=True)
    except ValidationError:
        return None
    return found


def test_what_is_left_out_is_the_weight_all_kernels_and_on() -> None:
    assert accepted(SET) == SET | {"tensor": "weight"}
    assert accepted(FILL) == FILL | {"channel": None}
    assert accepted(FREEZE) == FREEZE | {"on": True}
    assert accepted({"type": "undo"}) == {"type": "undo"}


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (SET | {"index": [0, 1, 2, 3]}, SET | {"index": [0, 1, 2, 3, 4]}),
        (SET | {"index": [2**31]}, SET | {"index": [2**31 + 1]}),
        (SET | {"index": [0]}, SET | {"index": [-1]}),
        (SET | {"index": [1]}, SET | {"index": [True]}),
        (SET | {"value": 1e6}, SET | {"value": 1.1e6}),
        (SET | {"value": -1e6}, SET | {"value": -1.1e6}),
        (SET | {"value": 0.0}, SET | {"value": float("nan")}),
        (SET | {"tensor": "t" * 32}, SET | {"tensor": "t" * 33}),
        (SET | {"layer": "n" * 128}, SET | {"layer": "n" * 129}),
        (FILL | {"with": "random"}, FILL | {"with": "noise"}),
        (FILL | {"channel": 0}, FILL | {"channel": -1}),
        (FREEZE | {"on": False}, FREEZE | {"on": 0}),
        (FREEZE | {"type": "silence"}, FREEZE | {"type": "stop"}),
        (FREEZE, FREEZE | {"more": 1}),
    ],
    ids=str,
)
def test_a_change_is_accepted_to_its_bound_and_refused_beyond(
    inside: dict[str, Any], outside: dict[str, Any]
) -> None:
    assert accepted(inside) is not None
    assert accepted(outside) is None


def test_only_settings_with_a_value_are_tuned() -> None:
    assert Tuned().given() == {}
    assert Tuned(momentum=0.0).given() == {"momentum": 0.0}
    both = {"learning_rate": 0.1, "weight_decay": 0.0}
    assert Tuned.model_validate(both).given() == both


@pytest.mark.parametrize(
    "sent", [{"momentum": 1.0}, {"learning_rate": -0.1}, {"weight_decay": 2e38}, {"rate": 1.0}]
)
def test_what_cannot_be_tuned_is_refused(sent: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Tuned.model_validate(sent)
    if "rate" in sent:
        adapter: TypeAdapter[Any] = TypeAdapter(TunedSettings)
        with pytest.raises(ValidationError):
            adapter.validate_python(sent)

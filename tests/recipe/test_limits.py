"""How deep a network may be."""

from typing import Any

import pytest
from pydantic import ValidationError

from convscope.recipe import plan
from tests.support.networks import network


def deep(count: int) -> list[dict[str, Any]]:
    """So many layers."""
    return [{"type": "ReLU"}] * count


def test_64_layers_are_planned() -> None:
    assert len(plan(network(input=[1, 8, 8], layers=deep(64)))) == 64


@pytest.mark.parametrize("count", [65, 1000])
def test_more_than_64_layers_are_refused_before_anything_is_planned(count: int) -> None:
    with pytest.raises(ValidationError, match="at most 64 items"):
        network(input=[1, 8, 8], layers=deep(count))

"""Receptive fields, against the gradient that torch lets through."""

from typing import Any

import pytest
import torch
from torch import nn

from convscope.recipe import LayerPlan, plan
from tests.support.networks import DEFAULT, network


def conv(kernel: Any, **more: Any) -> dict[str, Any]:
    """A convolution's JSON."""
    return {"type": "Conv2d", "out_channels": 2, "kernel_size": kernel} | more


def adaptive(size: Any) -> dict[str, Any]:
    """An adaptive pooling's JSON."""
    return {"type": "AdaptiveAvgPool2d", "output_size": size}


def linear_twin(entry: LayerPlan) -> nn.Module:
    """A layer that reads the same places and lets every gradient through."""
    if entry.type == "MaxPool2d":
        return nn.AvgPool2d(2)
    if entry.type == "ReLU":
        return nn.Identity()
    module: nn.Module = getattr(nn, entry.type)(**entry.arguments)
    for parameter in module.parameters():
        nn.init.ones_(parameter)
    return module


def pixels_read(plans: list[LayerPlan], size: int) -> tuple[list[int], list[int], list[int]]:
    """The first row and column that a value in the middle of the last layer's output
    depends on, how many there are up to the last of each, and where in its map the value is."""
    image = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    values = image
    for entry in plans:
        values = linear_twin(entry).double()(values)
    middle = [side // 2 for side in values.shape[2:]]
    values[0, 0, middle[0], middle[1]].backward()  # type: ignore[no-untyped-call]  # torch's
    assert image.grad is not None
    read = (image.grad[0, 0] != 0).nonzero()
    first, last = read.min(dim=0).values, read.max(dim=0).values
    return first.tolist(), (last - first + 1).tolist(), middle


NETWORKS: dict[str, list[Any]] = {
    "the default": DEFAULT["layers"][:6],
    "rows, then columns": [conv([1, 7]), conv([7, 1])],
    "of different strides": [conv([3, 1], stride=[2, 1]), conv([3, 5]), conv(2, dilation=[1, 3])],
    "pooled in equal regions": [conv(3, padding=1), adaptive([7, 4]), conv([2, 1])],
    "pooled along one axis": [conv([3, 1], padding=[1, 0]), adaptive([28, 14])],
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS.keys())
def test_they_are_the_pixels_that_a_value_depends_on(layers: list[Any]) -> None:
    plans = plan(network(input=[1, 28, 28], layers=layers))
    for entry in plans:
        first, sizes, middle = pixels_read(plans[: entry.index + 1], 28)
        assert entry.receptive_field == tuple(sizes), entry.name
        told = entry.describe()
        start, jump = told["receptive_field_start"], told["receptive_field_jump"]
        assert [a + n * b for a, n, b in zip(start, middle, jump, strict=True)] == first


def test_one_by_seven_and_seven_by_one_make_seven_by_seven() -> None:
    first, second = plan(network(input=[1, 28, 28], layers=[conv([1, 7]), conv([7, 1])]))
    assert first.receptive_field == (1, 7)
    assert second.receptive_field == (7, 7)


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ([adaptive(1)], None),  # everything
        ([conv(3, padding=1), adaptive(1), conv(1)], None),
        ([conv(3, padding=1), adaptive(5)], None),  # regions of different sizes
        ([adaptive([1, 28])], (28, 1)),
        ([conv(1, stride=3), adaptive(2)], (13, 13)),  # 10 values: of five, a region's
        ([conv(2, stride=5), adaptive(1)], (27, 27)),  # the last pixel is read by none
        ([conv(2, stride=9, padding=2), adaptive(1)], (29, 29)),  # from -2 on: nor is it here
    ],
)
def test_a_pooling_to_a_size_has_one_unless_it_is_everything_or_differs(
    layers: list[Any], field: tuple[int, int] | None
) -> None:
    assert plan(network(input=[1, 28, 28], layers=layers))[-1].receptive_field == field

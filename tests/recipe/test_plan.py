"""Shapes, counts and refusals, against published numbers and against torch."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from convscope.errors import RecipeError
from convscope.recipe import plan
from tests.support.networks import DEFAULT, EVERY_LAYER, network


def conv(filters: int, kernel: int, **more: Any) -> dict[str, Any]:
    """A convolution's JSON."""
    return {"type": "Conv2d", "out_channels": filters, "kernel_size": kernel} | more


RELU = {"type": "ReLU"}
POOL = {"type": "MaxPool2d", "kernel_size": 2}
HEAD = [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]
TINY_VGG = [conv(10, 3), RELU, conv(10, 3), RELU, POOL] * 2 + HEAD
CONVNETJS = [
    conv(8, 5, padding=2),
    RELU,
    POOL,
    conv(16, 5, padding=2),
    RELU,
    {"type": "MaxPool2d", "kernel_size": 3},
    *HEAD,
]


@pytest.mark.parametrize(
    ("shape", "layers", "counts"),
    [
        ([1, 28, 28], DEFAULT["layers"], [80, 1168, 7850]),
        ([3, 64, 64], TINY_VGG, [280, 910, 910, 910, 16910]),
        ([1, 24, 24], CONVNETJS, [208, 3216, 2570]),
        ([1, 25, 25], [conv(12, 3)], [120]),
    ],
)
def test_parameters_are_counted_as_published(
    shape: list[int], layers: list[Any], counts: list[int]
) -> None:
    plans = plan(network(input=shape, layers=layers))
    assert [entry.parameters for entry in plans if entry.parameters] == counts


def test_tiny_vgg_has_the_published_map_sizes() -> None:
    plans = plan(network(input=[3, 64, 64], layers=TINY_VGG))
    sides = [entry.output_shape[-1] for entry in plans if entry.type in ("Conv2d", "MaxPool2d")]
    assert sides == [62, 60, 30, 28, 26, 13]
    assert plans[-2].output_shape == (1690,)


def test_the_default_network_has_72_maps() -> None:
    plans = plan(network(**DEFAULT))
    assert sum(entry.output_shape[0] for entry in plans[:6]) == 72


def test_ten_filters_on_three_channels_have_thirty_kernels() -> None:
    [first] = plan(network(input=[3, 8, 8], layers=[conv(10, 3)]))
    out_channels, in_channels, *_ = first.tensors["weight"]
    assert out_channels * in_channels == 30


@pytest.mark.parametrize(
    ("size", "arguments", "expected"),
    [(10, {"kernel_size": 3, "stride": 2}, 4), (7, {"kernel_size": 3, "stride": 2}, 3)],
)
def test_output_sizes_round_down(size: int, arguments: dict[str, Any], expected: int) -> None:
    layer = {"type": "Conv2d", "out_channels": 2} | arguments
    [only] = plan(network(input=[3, size, size], layers=[layer]))
    assert only.output_shape == (2, expected, expected)


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_every_shape_and_count_is_what_torch_gives(spec: dict[str, Any]) -> None:
    plans = plan(network(**spec))
    values = torch.zeros(2, *spec["input"])
    for entry in plans:
        module: nn.Module = getattr(nn, entry.type)(**entry.arguments)
        values = module(values)
        assert tuple(values.shape[1:]) == entry.output_shape, entry.name
        assert sum(p.numel() for p in module.parameters()) == entry.parameters
        found = dict(module.named_parameters()) | dict(module.named_buffers())
        found.pop("num_batches_tracked", None)
        assert {name: tuple(t.shape) for name, t in found.items()} == entry.tensors
    for before, after in pairwise(plans):
        assert before.output_shape == after.input_shape


@pytest.mark.parametrize(
    ("layers", "index", "words"),
    [
        ([conv(2, 9)], 0, ["9 pixels", "8"]),
        ([conv(2, 3), {"type": "Linear", "out_features": 3}], 1, ["flat vector", "2 × 6 × 6"]),
        ([*HEAD, conv(2, 3)], 2, ["maps", "10 numbers"]),
        ([conv(2, 3), conv(2, 3, in_channels=5)], 1, ["in_channels is 5: expected 2"]),
        (
            [{"type": "Flatten"}, {"type": "Linear", "in_features": 9, "out_features": 2}],
            1,
            ["9", "64"],
        ),
        ([conv(10**9, 3)], 0, ["20,000,000 parameters"]),
        ([conv(2**31 - 1, 1)] * 3, 0, ["parameters"]),
        ([conv(4, 1, groups=3)], 0, ["groups is 3"]),
        (
            [conv(2, 3), {"type": "AdaptiveAvgPool2d", "output_size": 20000}],
            1,
            ["multiply-adds", "bytes"],
        ),
        ([{"type": "MaxPool2d", "kernel_size": 2, "padding": 2}], 0, ["half the kernel"]),
        ([conv(2, 3, name="a"), {"type": "ReLU", "name": "a"}], 1, ["'a' is taken"]),
        ([conv(2, 3), {"type": "ReLU", "name": "forward"}], 1, ["has a 'forward' of its own"]),
    ],
)
def test_what_cannot_be_built_is_refused_with_its_layer_and_what_came(
    layers: list[Any], index: int, words: list[str]
) -> None:
    with pytest.raises(RecipeError) as caught:
        plan(network(input=[1, 8, 8], layers=layers))
    assert caught.value.extra == {"layer": index}
    assert any(word in caught.value.detail for word in words)


def test_memory_is_bounded_with_the_batch_counted() -> None:
    layers = [conv(64, 3, padding=1)]
    plan(network(input=[3, 64, 64], layers=layers), batch_size=32)
    with pytest.raises(RecipeError, match="bytes of memory with 1024 images"):
        plan(network(input=[3, 64, 64], layers=layers), batch_size=1024)

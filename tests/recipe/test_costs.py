"""What a network costs, by hand and by torch's own counter; and its limits, to the number."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convscope.errors import RecipeError
from convscope.recipe import plan
from convscope.recipe.any_layer import flattened_from, flattened_into
from convscope.recipe.costs import step_seconds
from convscope.recipe.plan import memory_bytes
from tests.support.networks import DEFAULT, EVERY_LAYER, network

FLAT = {"type": "Flatten"}
# multiply-adds of conv, pool, conv, pool and linear, and a step a number for what else reads one
BY_HAND = [56_448, 6_272, 6_272, 225_792, 3_136, 3_136, 784, 7_840]


def linear(outputs: int) -> dict[str, Any]:
    return {"type": "Linear", "out_features": outputs, "bias": False}


def conv(filters: int, kernel: int) -> dict[str, Any]:
    return {"type": "Conv2d", "out_channels": filters, "kernel_size": kernel, "bias": False}


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_products_of_weights_are_half_the_operations_that_torch_counts(
    spec: dict[str, Any],
) -> None:
    values = torch.zeros(1, *spec["input"])
    for entry in plan(network(**spec)):
        module: nn.Module = getattr(nn, entry.type)(**entry.arguments).eval()
        with FlopCounterMode(display=False) as counter:
            values = module(values)
        if "weight" in entry.tensors and entry.type != "BatchNorm2d":
            assert 2 * entry.layer.macs(entry.input_shape) == counter.get_total_flops()


def test_the_default_network_costs_what_its_layers_add_up_to_by_hand() -> None:
    plans = plan(network(**DEFAULT))
    assert [entry.layer.macs(entry.input_shape) for entry in plans] == BY_HAND
    expected = 3e-4 + 3 * sum(BY_HAND) * 32 / 10e9
    assert step_seconds(plans, 32) == pytest.approx(expected, rel=1e-12)


def test_an_adaptive_average_reads_each_value_and_makes_each_output() -> None:
    layers = [{"type": "AdaptiveAvgPool2d", "output_size": [2, 3]}]
    [only] = plan(network(input=[4, 8, 9], layers=layers))
    assert only.layer.macs(only.input_shape) == 4 * 8 * 9 + 4 * 2 * 3


def test_memory_is_three_copies_of_each_value_and_five_of_each_parameter_in_float32() -> None:
    shape = (1, 28, 28)
    values = 784 + 2 * 6272 + 1568 + 2 * 3136 + 784 + 784 + 10
    parameters = 80 + 1168 + 7850
    found = memory_bytes(plan(network(**DEFAULT)), shape, batch_size=32)
    assert found == 4 * (3 * values * 32 + 5 * parameters)


@pytest.mark.parametrize(
    ("shape", "fitting", "too_much", "what"),
    [
        # 4,000 × 5,000 weights
        ([1, 40, 100], [FLAT, linear(5000)], [FLAT, linear(5001)], "20,000,000 parameters"),
        # 8 × 100 × 10² weights at 250² places
        ([8, 259, 259], [conv(100, 10)], [conv(100, 10), FLAT], "5,000,000,000 multiply-adds"),
    ],
)
def test_a_network_may_have_as_much_as_is_said_and_no_more(
    shape: list[int], fitting: list[Any], too_much: list[Any], what: str
) -> None:
    plan(network(input=shape, layers=fitting))
    with pytest.raises(RecipeError, match=what):
        plan(network(input=shape, layers=too_much))


def test_a_batch_fits_a_gibibyte_to_the_picture() -> None:
    # 4 · (3 · (3 · 64² + 64 · 64²) · 326 + 5 · 1,792) is just below 2³⁰
    layers = [conv(64, 3) | {"padding": 1, "bias": True}]
    plan(network(input=[3, 64, 64], layers=layers), batch_size=326)
    with pytest.raises(RecipeError, match="1,073,741,824 bytes of memory with 327 images"):
        plan(network(input=[3, 64, 64], layers=layers), batch_size=327)


@pytest.mark.parametrize(
    ("shape", "layer", "sentence"),
    [
        ([1, 8, 8], conv(8, 3), "8 filters × (1 channel × 3 × 3 weights) = 72"),
        (
            [3, 8, 8],
            {"type": "Conv2d", "out_channels": 200, "kernel_size": [3, 2]},
            "200 filters × (3 channels × 3 × 2 weights + 1 bias) = 3,800",
        ),
        ([4, 8, 8], {"type": "BatchNorm2d"}, "4 channels × (1 scale + 1 shift) = 8"),
        (
            [4, 8, 8],
            {"type": "BatchNorm2d", "affine": False},
            "no weights: running mean and variance are measured, not learned",
        ),
        ([1, 8, 8], {"type": "ReLU"}, "no weights"),
    ],
)
def test_parameters_are_counted_in_a_sum_that_can_be_redone(
    shape: list[int], layer: dict[str, Any], sentence: str
) -> None:
    [only] = plan(network(input=shape, layers=[layer]))
    assert only.describe()["counted"] == sentence


def test_a_linear_layers_sum_has_its_inputs_and_its_bias() -> None:
    assert [entry.describe()["counted"] for entry in plan(network(**DEFAULT))][-1] == (
        "10 outputs × (784 weights + 1 bias) = 7,850"
    )
    layers = [FLAT, linear(3)]
    assert plan(network(input=[2, 25, 25], layers=layers))[-1].describe()["counted"] == (
        "3 outputs × (1,250 weights) = 3,750"
    )


def test_a_layer_is_described_by_its_place_its_arguments_and_its_shapes() -> None:
    described = plan(network(**DEFAULT))[3].describe()
    assert described | {"arguments": None, "counted": None} == {
        "index": 3,
        "name": "conv2",
        "type": "Conv2d",
        "arguments": None,
        "counted": None,
        "input_shape": (8, 14, 14),
        "output_shape": (16, 14, 14),
        "weight_shape": (16, 8, 3, 3),
        "bias_shape": (16,),
        "tensors": ["weight", "bias"],
        "parameters": 1168,
        "receptive_field": (8, 8),  # 3, then 4 in steps of 2 after the pool, then 4 + 2 · 2
        "receptive_field_start": [-3, -3],
        "receptive_field_jump": [2, 2],
    }
    assert described["arguments"]["in_channels"] == 8
    assert "type" not in described["arguments"]
    assert "name" not in described["arguments"]


def test_a_linear_layer_reads_the_maps_before_the_flatten_that_no_other_has_read() -> None:
    layers = [conv(2, 3), FLAT, {"type": "ReLU"}, linear(5), {"type": "ReLU"}, linear(3)]
    plans = plan(network(input=[1, 6, 7], layers=layers))
    maps = (2, 4, 5)
    assert flattened_from(plans, plans[3]) == maps
    assert flattened_from(plans, plans[5]) is None
    assert flattened_from(plans, plans[1]) is None
    assert [flattened_into(plans, entry) for entry in plans] == [None, maps, maps, None, None, None]


def test_flattening_a_vector_again_keeps_the_maps_that_it_came_from() -> None:
    plans = plan(network(input=[2, 3, 4], layers=[FLAT, FLAT, linear(3)]))
    assert flattened_from(plans, plans[2]) == (2, 3, 4)

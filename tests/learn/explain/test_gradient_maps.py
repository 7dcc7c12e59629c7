"""A gradient's pictures and positions, each against torch by itself, in float64."""

from functools import partial
from itertools import product
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.grad import conv2d_weight

from convscope.learn.data import Batches
from convscope.learn.explain.gradient import explain_gradient
from convscope.learn.explain.replay import Replay, replay
from convscope.learn.network import build
from convscope.learn.trainer import Trainer
from convscope.recipe import plan
from convscope.recipe.recipe import SGD
from tests.support.networks import network

PICTURES = 3
# no two sizes alike, so that swapped axes cannot pass
CONVOLUTIONS: list[dict[str, Any]] = [
    {"kernel_size": (3, 2)},
    {"kernel_size": (2, 3), "padding": (2, 1)},
    {"kernel_size": (3, 2), "stride": (2, 1), "dilation": (1, 2)},
    {"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "groups": 2},
]
SMALL: dict[str, Any] = {
    "input": [2, 6, 5],
    "layers": [
        {"type": "Conv2d", "out_channels": 3, "kernel_size": [3, 2], "padding": 1},
        {"type": "BatchNorm2d"},
        {"type": "Tanh"},
        {"type": "Conv2d", "out_channels": 2, "kernel_size": 2, "stride": [2, 1]},
        {"type": "Sigmoid"},
        {"type": "AvgPool2d", "kernel_size": 2, "stride": 1},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 4},
    ],
}


def normal(seed: int, *shape: int) -> torch.Tensor:
    """Numbers that the seed decides, float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def kernel_gradient(conv: nn.Conv2d, inputs: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """torch's own gradient of a kernel, (out, in / groups, kh, kw)."""
    own = (conv.stride, conv.padding, conv.dilation, conv.groups)
    found: torch.Tensor = conv2d_weight(inputs, conv.weight.shape, gradients, *own)  # type: ignore[no-untyped-call]
    return found


def through(arguments: dict[str, Any]) -> tuple[nn.Conv2d, torch.Tensor, torch.Tensor, Replay]:
    """A convolution with its gradient; what went in, what came back; and both as a step."""
    conv = nn.Conv2d(2, 4, **arguments).double()
    inputs = normal(1, PICTURES, 2, 8, 6)
    outputs = conv(inputs)
    gradients = normal(2, *outputs.shape)
    outputs.backward(gradients)
    layers = {"c": inputs}, {"c": outputs.detach()}, {"c": gradients}
    return conv, inputs, gradients, Replay(1, 0.0, torch.zeros(PICTURES), *layers)


def indices(tensor: torch.Tensor) -> list[tuple[int, ...]]:
    """All of them."""
    return list(product(*map(range, tensor.shape)))


@pytest.mark.parametrize("arguments", CONVOLUTIONS)
def test_all_weights_together_are_torchs_own_kernel_gradient(arguments: dict[str, Any]) -> None:
    conv, inputs, gradients, step = through(arguments)
    expected = kernel_gradient(conv, inputs, gradients)
    for index in indices(conv.weight):
        found = explain_gradient(step, conv, "c", "weight", index, example=0)
        assert found["total"] == pytest.approx(float(expected[index]), rel=1e-12, abs=1e-12)
        assert found["matches"]


@pytest.mark.parametrize("arguments", CONVOLUTIONS)
def test_a_pictures_sum_is_the_gradient_that_it_alone_would_give(
    arguments: dict[str, Any],
) -> None:
    conv, inputs, gradients, step = through(arguments)
    for tensor, parameter in conv.named_parameters():
        alone = [
            torch.autograd.grad(conv(inputs[n : n + 1]), parameter, gradients[n : n + 1])[0]
            for n in range(PICTURES)
        ]
        for index in indices(parameter):
            found = explain_gradient(step, conv, "c", tensor, index, example=0)
            expected = [float(gradient[index]) for gradient in alone]
            assert found["example_sums"] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("arguments", CONVOLUTIONS)
@pytest.mark.parametrize("picture", range(PICTURES))
def test_each_position_of_a_map_is_the_gradient_through_that_position_alone(
    arguments: dict[str, Any], picture: int
) -> None:
    conv, inputs, gradients, step = through(arguments)
    index = (3, conv.weight.shape[1] - 1, 0, 1)
    found = explain_gradient(step, conv, "c", "weight", index, picture)
    height, width = gradients.shape[2:]
    assert height != width, "so that a transposed map cannot pass"
    assert found["positions"] == [height, width]
    expected = torch.zeros(height, width, dtype=torch.float64)
    for y, x in product(range(height), range(width)):
        only = torch.zeros_like(gradients[:1])
        only[..., y, x] = gradients[picture, :, y, x]
        expected[y, x] = kernel_gradient(conv, inputs[picture : picture + 1], only)[index]
    np.testing.assert_allclose(found["example_map"], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("arguments", CONVOLUTIONS)
def test_the_map_of_the_batch_is_unfolded_input_times_output_gradient_over_its_pictures(
    arguments: dict[str, Any],
) -> None:
    conv, inputs, gradients, step = through(arguments)
    one_group = {key: value for key, value in arguments.items() if key != "groups"}
    windows = nn.functional.unfold(inputs, **one_group)  # (B, in · kh · kw, H' · W')
    rows, columns = conv.weight.shape[2:]
    windows = windows.reshape(PICTURES, 2, rows, columns, *gradients.shape[2:])
    for index in indices(conv.weight):
        out, within, row, column = index
        channel = within + (out // (4 // conv.groups) * within_group(conv))
        expected = (windows[:, channel, row, column] * gradients[:, out]).sum(dim=0)
        found = explain_gradient(step, conv, "c", "weight", index, example=0)
        np.testing.assert_allclose(found["batch_map"], expected, rtol=1e-12, atol=1e-12)


def within_group(conv: nn.Conv2d) -> int:
    """How many input channels a filter reads."""
    return conv.in_channels // conv.groups


def test_a_biass_map_is_the_output_gradient_itself() -> None:
    conv, _, gradients, step = through(CONVOLUTIONS[0])
    found = explain_gradient(step, conv, "c", "bias", (2,), example=1)
    assert found["example_map"] == gradients[1, 2].tolist()
    assert found["value"] == pytest.approx(float(gradients[:, 2].sum()), rel=1e-12)


class OneBatch:
    """The same random pictures in every step, float64."""

    def __init__(self) -> None:
        self.images, self.labels = normal(3, PICTURES, 2, 6, 5), torch.tensor([0, 3, 1])

    def batch(self, _: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures and labels."""
        return self.images, self.labels


def small() -> nn.Sequential:
    """The small network in float64, with the same weights each time."""
    built = build(plan(network(**SMALL)), torch.device("cpu")).double()
    with torch.no_grad():
        for number, parameter in enumerate(built.parameters()):
            parameter.copy_(normal(10 + number, *parameter.shape) / 2)
    return built


def loss_of(built: nn.Sequential, names: list[str], *weights: torch.Tensor) -> torch.Tensor:
    """The batch's loss as a function of the weights."""
    batch = OneBatch()
    outputs = functional_call(built, dict(zip(names, weights, strict=True)), (batch.images,))
    return nn.functional.cross_entropy(outputs, batch.labels)


def test_in_float64_a_small_networks_gradients_pass_gradcheck_and_are_explained_exactly() -> None:
    reference = small()
    names = [name for name, _ in reference.named_parameters()]
    weights = [p.detach().clone().requires_grad_() for p in reference.parameters()]
    function = partial(loss_of, reference, names)
    assert torch.autograd.gradcheck(function, weights, check_undefined_grad=False)
    expected = torch.autograd.grad(function(*weights), weights)
    trainer = Trainer(small(), SGD(), cast(Batches, OneBatch()), 0)
    trainer.advance()
    step = replay(trainer, small())
    assert step.loss == pytest.approx(function(*weights).item(), rel=1e-12)
    for name, gradient in zip(names, expected, strict=True):
        layer, _, tensor = name.partition(".")
        module = trainer.network.get_submodule(layer)
        for index in indices(gradient):
            found = explain_gradient(step, module, layer, tensor, index, example=0)
            assert found["total"] == pytest.approx(float(gradient[index]), rel=1e-9, abs=1e-12)
            assert found["matches"], (name, index)

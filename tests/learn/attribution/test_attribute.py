"""Attributions against published numbers, float64 and naive loops, and truths that were planted."""

import copy

import pytest
import torch
from torch import nn

from convscope.errors import NotFoundError
from convscope.learn.attribution.attribute import Question, attribute
from convscope.learn.attribution.occlusion import windows_of
from convscope.learn.network import build
from convscope.recipe import plan
from convscope.types import AttributionMethod
from tests.support.networks import DEFAULT, EVERY_LAYER, network

CPU = torch.device("cpu")
ON_INPUT = [method for method in AttributionMethod if method is not AttributionMethod.GRAD_CAM]


def built(spec: dict[str, object], seed: int = 3) -> nn.Sequential:
    torch.manual_seed(seed)
    return build(plan(network(**spec)), CPU).eval()


def picture(seed: int = 1) -> torch.Tensor:
    return torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def asked(image: torch.Tensor, number: int = 2, layer: str | None = None) -> Question:
    return Question(image, torch.zeros_like(image), number, layer)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [("conv", [[11.25, 13.5], [20.25, 22.5]]), ("relu", [[0, 4], [28, 32.5]])],
)
def test_grad_cam_gives_the_published_numbers(layer: str, expected: list[list[float]]) -> None:
    model = nn.Sequential()
    model.add_module("conv", nn.Conv2d(1, 2, 3))
    for name, module in {
        "relu": nn.ReLU(),
        "flatten": nn.Flatten(),
        "fc": nn.Linear(8, 4),
        "relu2": nn.ReLU(),
    }.items():
        model.add_module(name, module)
    with torch.no_grad():
        model.get_parameter("conv.weight").fill_(1)
        model.get_parameter("conv.bias").copy_(torch.tensor([-50.0, -75.0]))
        rows = torch.cat([torch.ones(4, 5), -torch.ones(4, 3)], dim=1)
        model.get_parameter("fc.weight").copy_(rows)
        model.get_parameter("fc.bias").zero_()
    image = torch.arange(16.0).view(1, 1, 4, 4)
    values, completeness = attribute(model, asked(image, 0, layer), AttributionMethod.GRAD_CAM)
    assert values.tolist() == expected
    assert completeness is None


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_the_gradient_is_that_of_float64(spec: dict[str, object]) -> None:
    model, image = built(spec), picture()
    values, _ = attribute(model, asked(image), AttributionMethod.GRADIENT)
    exact = copy.deepcopy(model).double()
    point = image.double().requires_grad_()
    exact(point)[0, 2].backward()
    assert point.grad is not None
    torch.testing.assert_close(values.double(), point.grad[0], rtol=1e-4, atol=1e-7)


def test_without_biases_gradient_times_input_adds_up_to_the_score() -> None:
    model = built(DEFAULT)
    with torch.no_grad():
        for layer in model:
            if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
                layer.bias.zero_()
    image = picture()
    values, found = attribute(model, asked(image), AttributionMethod.GRADIENT_TIMES_INPUT)
    assert found
    assert found.expected == pytest.approx(model(image)[0, 2].item(), abs=1e-6)
    assert found.total == pytest.approx(float(values.double().sum()), abs=1e-9)
    assert found.total == pytest.approx(found.expected, abs=1e-5)


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_integrated_gradients_are_a_fine_sums_and_nearly_complete(spec: dict[str, object]) -> None:
    model, image = built(spec), picture()
    values, found = attribute(model, asked(image), AttributionMethod.INTEGRATED_GRADIENTS)
    exact = copy.deepcopy(model).double()
    shares = (torch.arange(2000, dtype=torch.float64) + 0.5) / 2000
    path = (shares.view(-1, 1, 1, 1) * image.double()).requires_grad_()
    exact(path)[:, 2].sum().backward()
    assert path.grad is not None
    fine = (image.double() * path.grad.mean(dim=0))[0]
    assert found
    rise = (exact(image.double()) - exact(torch.zeros_like(image).double()))[0, 2].item()
    assert found.expected == pytest.approx(rise, abs=1e-5)
    assert float(fine.sum()) == pytest.approx(rise, rel=2e-3)
    assert found.total == pytest.approx(rise, rel=0.05)
    assert float((values - fine).norm() / fine.norm()) < 0.05


def test_occlusion_is_the_naive_loops() -> None:
    model, image = built(DEFAULT), picture()
    values, _ = attribute(model, asked(image), AttributionMethod.OCCLUSION)
    total, count = torch.zeros(28, 28), torch.zeros(28, 28)
    with torch.no_grad():
        for y in range(0, 25, 2):
            for x in range(0, 25, 2):
                covered = image.clone()
                covered[..., y : y + 4, x : x + 4] = 0
                total[y : y + 4, x : x + 4] += (model(image) - model(covered))[0, 2]
                count[y : y + 4, x : x + 4] += 1
    torch.testing.assert_close(values, total / count, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("side", [*range(1, 70), 224, 255])
def test_windows_cover_every_pixel(side: int) -> None:
    seen = torch.zeros(side, 3)
    for place in windows_of(side, 3):
        seen[place] += 1
    assert seen.min() >= 1
    assert len({rows.start for rows, _ in windows_of(side, 3)}) <= max(side, 15)


@pytest.mark.parametrize("method", ON_INPUT)
def test_the_pixel_that_alone_decides_is_found(method: AttributionMethod) -> None:
    row, column = 17, 9
    model = built(
        {
            "input": [1, 28, 28],
            "layers": [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}],
        }
    )
    with torch.no_grad():
        weight = model[1].get_parameter("weight").zero_()
        weight[2, row * 28 + column] = 3.0
    values, _ = attribute(model, asked(picture()), method)
    places = values.abs().reshape(-1, 28, 28).sum(dim=0)
    assert places[row, column] == places.max() > 0
    far = places.clone()
    far[row - 3 : row + 4, column - 3 : column + 4] = 0
    assert not far.any()


@pytest.mark.parametrize("method", AttributionMethod)
def test_a_class_that_is_not_there_is_refused_with_how_many_there_are(
    method: AttributionMethod,
) -> None:
    with pytest.raises(NotFoundError, match="no class 10: this network gives 10 scores"):
        attribute(built(DEFAULT), asked(picture(), 10, "conv2"), method)


@pytest.mark.parametrize("method", AttributionMethod)
def test_looking_leaves_nothing_behind(method: AttributionMethod) -> None:
    model, image = built(DEFAULT), picture()
    before = image.clone()
    attribute(model, asked(image, 2, "conv2"), method)
    assert torch.equal(image, before)
    assert not image.requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(layer._forward_hooks for layer in model)

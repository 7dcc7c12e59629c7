"""Gradient ascent: exact for a first layer, upwards for any, within the range and the field."""

import pytest
import torch
from torch import nn

from convscope.learn.filters.maximization import Frame, Unit, maximise
from convscope.learn.network import build
from convscope.recipe import plan
from tests.support.networks import DEFAULT, network

CPU = torch.device("cpu")


def front(layers: int, seed: int = 4) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(*list(build(plan(network(**DEFAULT)), CPU))[:layers]).eval()


def film(model: nn.Sequential, unit: Unit, steps: int = 64) -> list[Frame]:
    start = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    bounds = torch.full((1, 1, 28, 28), -1.0), torch.ones(1, 1, 28, 28)
    return list(maximise(model, start, bounds, unit, steps=steps, seed=3))


@pytest.mark.parametrize("filter_", range(8))
def test_a_first_layers_best_patch_is_white_where_its_weights_are_above_0(filter_: int) -> None:
    model = front(1)
    unit = Unit(filter_, (14, 14), (slice(13, 16), slice(13, 16)))
    frames = film(model, unit)
    weight = model[0].get_parameter("weight")[filter_]
    assert torch.equal(frames[-1].picture, (weight > 0).float())
    bias = model[0].get_parameter("bias")[filter_].item()
    assert frames[-1].value == pytest.approx(weight.abs().sum().item() + bias, abs=1e-5)


def test_a_deeper_filters_value_rises_and_pixels_stay_in_their_range() -> None:
    unit = Unit(5, (7, 7), (slice(11, 19), slice(11, 19)))
    frames = film(front(4), unit)
    assert len(frames) == 65
    assert frames[-1].value > frames[8].value > frames[0].value
    assert all(frame.picture.min() >= 0 and frame.picture.max() <= 1 for frame in frames)


def test_what_the_unit_does_not_see_does_not_matter() -> None:
    model = front(4)
    wide, narrow = (Unit(5, (7, 7), (slice(a, b), slice(a, b))) for a, b in ((0, 28), (11, 19)))
    start = torch.rand(1, 1, 28, 28)
    bounds = torch.zeros(1, 1, 28, 28), torch.ones(1, 1, 28, 28)
    *_, last = maximise(model, start, bounds, narrow, steps=20, seed=1)
    outside = torch.rand(1, 1, 28, 28)
    outside[..., 11:19, 11:19] = start[..., 11:19, 11:19]
    *_, other = maximise(model, outside, bounds, narrow, steps=20, seed=1)
    assert torch.equal(last.picture, other.picture)
    assert wide.side == 28


def test_a_large_picture_is_smoother_than_its_gradient_alone_would_make_it() -> None:
    torch.manual_seed(9)
    model = nn.Sequential(nn.Identity(), nn.Conv2d(1, 1, 28))
    frames = film(model, Unit(0, (0, 0), (slice(0, 28), slice(0, 28))))
    rough = (model[1].get_parameter("weight")[0] > 0).float().diff(dim=1).abs().mean()
    assert frames[-1].picture.diff(dim=1).abs().mean() < 0.9 * rough
    assert frames[-1].value > frames[0].value

"""The numbers that an explanation names, against the layers that they are read from."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convscope.learn.explain.output import explain_output
from convscope.learn.network import build
from convscope.learn.observe import Observer
from convscope.learn.trainer import Trainer
from convscope.recipe import plan
from convscope.recipe.recipe import SGD
from convscope.types import JsonObject
from tests.support.networks import network

CPU = torch.device("cpu")
SHAPE = (2, 5, 6)
PIXELS = np.random.default_rng(4).integers(0, 256, SHAPE, dtype=np.uint8)
VALUES = torch.from_numpy(PIXELS).double() / 255


class Looked:
    """One layer behind a convolution that makes its input signed, and its explanations."""

    def __init__(self, **layer: Any) -> None:
        first = {"type": "Conv2d", "out_channels": 3, "kernel_size": 1, "name": "first"}
        plans = plan(network(input=SHAPE, layers=[first, layer | {"name": "looked"}]))
        self.network = build(plans, CPU)
        with torch.no_grad():
            weights = [[1.0, -2], [-1.5, 0.5], [3, -3]]
            first_weight, first_bias = self.network[0].parameters()
            first_weight.copy_(torch.tensor(weights)[..., None, None])
            first_bias.copy_(torch.tensor([0.25, 0.0, -0.125]))
        self.observer = Observer(Trainer(self.network, SGD(), None, 0), plans, CPU)
        with torch.no_grad():
            self.inputs = self.network[0].double()(VALUES[None])[0]
            self.network[0].float()

    @property
    def layer(self) -> nn.Module:
        """The layer itself."""
        return self.network[1]

    def at(self, channel: int, y: int, x: int) -> JsonObject:
        """One value, explained."""
        found = explain_output(self.observer, "looked", (channel, y, x), PIXELS)
        assert found["matches"], found
        return found


@pytest.mark.parametrize("affine", [True, False])
def test_a_norm_names_its_channels_mean_variance_scale_and_shift(affine: bool) -> None:
    looked = Looked(type="BatchNorm2d", affine=affine, eps=0.001)
    norm = looked.layer
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(torch.tensor([0.5, -0.25, 2.0]))
    norm.running_var.copy_(torch.tensor([4.0, 0.5, 0.0625]))
    scales, shifts = [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]
    if affine:
        scales, shifts = [1.5, -2.0, 0.75], [0.125, 1.0, -3.0]
        with torch.no_grad():
            norm.weight.copy_(torch.tensor(scales))
            norm.bias.copy_(torch.tensor(shifts))
    expected = norm.double().eval()(looked.inputs[None])[0].detach()
    norm.float()
    for channel in range(3):
        found = looked.at(channel, 3, 4)
        assert found["mean"] == [0.5, -0.25, 2.0][channel]
        assert found["variance"] == [4.0, 0.5, 0.0625][channel]
        assert (found["scale"], found["shift"]) == (scales[channel], shifts[channel])
        assert found["eps"] == 0.001
        assert found["input"] == pytest.approx(float(looked.inputs[channel, 3, 4]), abs=1e-6)
        assert found["total"] == pytest.approx(float(expected[channel, 3, 4]), abs=1e-5)


@pytest.mark.parametrize(("counts", "corner", "edge"), [(True, 6, 6), (False, 2, 4)])
def test_an_average_says_over_how_many_it_is(counts: bool, corner: int, edge: int) -> None:
    looked = Looked(
        type="AvgPool2d", kernel_size=[2, 3], stride=1, padding=1, count_include_pad=counts
    )
    expected = looked.layer(looked.inputs[None])[0]
    for place, count in (((0, 0), corner), ((2, 0), edge), ((2, 3), 6)):
        found = looked.at(1, *place)
        assert found["count"] == count
        assert found["total"] == pytest.approx(float(expected[1][place]), abs=1e-6)
        assert np.sum(found["patch"]) / count == pytest.approx(found["total"], abs=1e-12)


def test_an_adaptive_averages_regions_are_counted_each_for_itself() -> None:
    looked = Looked(type="AdaptiveAvgPool2d", output_size=[2, 4])
    expected = looked.layer(looked.inputs[None])[0]
    for y in range(2):
        for x in range(4):
            found = looked.at(2, y, x)
            # 5 rows in two regions of 3, which share one; 6 columns in four of 2
            assert found["count"] == len(found["rows"]) * len(found["columns"]) == 6
            region = looked.inputs[2][found["rows"]][:, found["columns"]]
            assert float(region.mean()) == pytest.approx(float(expected[2, y, x]), abs=1e-12)
            assert found["total"] == pytest.approx(float(expected[2, y, x]), abs=1e-6)


@pytest.mark.parametrize("slope", [0.1, 0.5])
def test_a_leaky_clamp_passes_its_slopes_share_of_what_is_negative(slope: float) -> None:
    looked = Looked(type="LeakyReLU", negative_slope=slope)
    signs = set()
    for y, x in product(range(5), range(6)):
        found = looked.at(0, y, x)
        signs.add(found["input"] > 0)
        share = 1.0 if found["input"] > 0 else slope
        assert found["total"] == pytest.approx(share * found["input"], rel=1e-12)
        assert found["input"] == pytest.approx(float(looked.inputs[0, y, x]), abs=1e-6)
    assert signs == {True, False}

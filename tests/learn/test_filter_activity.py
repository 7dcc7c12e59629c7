"""Which filters are active, against what their maps are."""

import pytest
import torch

from convscope.learn.filter_activity import FilterActivity
from convscope.learn.network import build, fused_relu_pool
from convscope.recipe import plan
from tests.support.networks import DEFAULT, EVERY_LAYER, network


@pytest.mark.parametrize("fused", [False, True])
def test_a_filter_is_active_that_is_above_0_on_any_image_behind_its_relu(fused: bool) -> None:
    plans = plan(network(**DEFAULT))
    layers = build(plans, torch.device("cpu")).eval()
    with torch.no_grad():
        layers.get_parameter("conv1.bias")[2] = -1e6
        layers.get_parameter("conv2.bias")[5] = -1e6
    activity = FilterActivity(layers, plans)
    images = torch.rand(4, 1, 28, 28)
    with torch.inference_mode():
        for some in (images[:2], images[2:]):
            with activity.watching():
                (fused_relu_pool(layers) if fused else layers)(some)
        expected = {
            (name, number)
            for name, maps in (("conv1", layers[:2](images)), ("conv2", layers[:5](images)))
            for number, map_ in enumerate(maps.unbind(1))
            if not map_.any()
        }
    assert {("conv1", 2), ("conv2", 5)} <= expected
    assert activity.filters(active=False) == expected
    assert len(activity.filters(active=True)) == 8 + 16 - len(expected)
    activity.begin()
    assert activity.filters(active=True) == activity.filters(active=False) == set()
    assert not any(layer._forward_hooks for layer in layers), "nothing stays behind"


def test_of_a_convolution_without_a_relu_nothing_is_said() -> None:
    plans = plan(network(**EVERY_LAYER))
    layers = build(plans, torch.device("cpu")).eval()
    activity = FilterActivity(layers, plans)
    with torch.inference_mode(), activity.watching():
        layers(torch.rand(2, 1, 28, 28))
    found = activity.filters(active=True) | activity.filters(active=False)
    assert {layer for layer, _ in found} == {"conv1"}, "a batch norm between changes nothing"

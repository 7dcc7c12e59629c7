"""Contributions of filters add up to the score, for any network and any layer that has maps."""

import pytest
import torch

from convscope.errors import NotFoundError
from convscope.learn.attribution.contributions import contributions
from convscope.learn.network import build
from convscope.recipe import plan
from tests.support.networks import DEFAULT, EVERY_LAYER, network
from tests.support.sessions import random_layers


@pytest.mark.parametrize("seed", [*range(8), *range(9, 12)])
def test_maps_and_later_biases_add_up_to_the_score(seed: int) -> None:
    spec = EVERY_LAYER if seed == 0 else random_layers(seed)
    torch.manual_seed(seed)
    plans = plan(network(**spec))
    model = build(plans, torch.device("cpu"))
    with torch.no_grad():  # statistics and scales that a batch norm could have learned
        for name, value in model.state_dict().items():
            if "norm" in name and value.ndim:
                value.copy_(torch.rand_like(value) + 0.5)
    model.eval()
    image = torch.rand(1, 1, 28, 28)
    for name in [entry.name for entry in plans if len(entry.output_shape) == 3]:
        found = contributions(model, image, 4, name)
        size = float(found.maps.abs().sum()) + sum(map(abs, found.constants.values()))
        total = float(found.maps.sum(dtype=torch.float64)) + sum(found.constants.values())
        assert found.score == pytest.approx(model(image)[0, 4].item(), abs=1e-5)
        assert total == pytest.approx(found.score, abs=1e-5 * max(size, 1.0)), name


def test_of_a_filter_that_alone_counts_is_all_that_there_is() -> None:
    torch.manual_seed(5)
    model = build(plan(network(**DEFAULT)), torch.device("cpu")).eval()
    with torch.no_grad():
        model.get_parameter("conv2.bias")[11] = 1.0
        weight = model.get_parameter("linear1.weight").view(10, 16, 49)
        weight[:, :11] = 0
        weight[:, 12:] = 0
    found = contributions(model, torch.rand(1, 1, 28, 28), 0, "conv2")
    others = [number for number in range(16) if number != 11]
    assert not found.maps[others].any()
    assert found.maps[11].any()
    assert set(found.constants) == {"linear1"}


def test_a_class_that_is_not_there_is_refused() -> None:
    model = build(plan(network(**DEFAULT)), torch.device("cpu")).eval()
    with pytest.raises(NotFoundError, match="no class 12"):
        contributions(model, torch.rand(1, 1, 28, 28), 12, "conv1")

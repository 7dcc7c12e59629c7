"""A normalised channel whose mean is ten thousand times its spread: what opens still closes."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from convscope.learn.explain.explainer import Explainer
from convscope.learn.explain.gradient import explain_gradient
from convscope.learn.explain.replay import Replay
from convscope.worker.session import Session
from tests.support.networks import recipe
from tests.support.sessions import session

RATIO = 1e4  # mean / spread
SPREADS = [1.0, 1e-4]  # the small one is far below √eps, which is then what is divided by
NETWORK = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"type": "BatchNorm2d"},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def far(seed: int, spread: float, cache_dir: Path) -> Session:
    """A run one step after its first layer's channels were given this spread and a far mean."""
    made = session(recipe(NETWORK, batch_size=8, seed=seed), cache_dir)
    made.advance()
    assert made.trainer.batches is not None
    images, _ = made.trainer.batches.batch(2)
    conv = made.trainer.network.get_submodule("conv1")
    weight, bias = conv.get_parameter("weight"), conv.get_parameter("bias")
    with torch.no_grad():
        scale = spread / conv(images).std(dim=(0, 2, 3))
        weight.mul_(scale[:, None, None, None])
        bias.fill_(RATIO * spread)
    made.advance()
    return made


def in_network_terms(values: torch.Tensor) -> torch.Tensor:
    """(x - mean) / √(variance + eps), float64, by what torch's running statistics take in."""
    mean, variance = (torch.zeros(4, device=values.device) for _ in range(2))
    functional.batch_norm(values, mean, variance, training=True, momentum=1.0)
    count = values.numel() / 4
    spread = (variance.double() * (count - 1) / count + 1e-5).sqrt()
    normalised: torch.Tensor = (values.double() - mean.double()[:, None, None]) / spread[
        :, None, None
    ]
    return normalised


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("seed", range(3))
def test_the_gradients_of_scale_and_shift_close(seed: int, spread: float, tmp_path: Path) -> None:
    made = far(seed, spread, tmp_path)
    explainer = Explainer(made.observer, made.plans, made.device)
    step = explainer.replayed()
    seen, gradients = step.inputs["norm1"].double(), step.gradients["norm1"].double()
    assert seen.mean() > 0.9 * RATIO * seen.std(dim=(0, 2, 3)).mean()
    normalised = in_network_terms(step.inputs["norm1"])
    for tensor, products in (("weight", normalised * gradients), ("bias", gradients)):
        for channel, expected in enumerate(products.sum(dim=(0, 2, 3)).tolist()):
            found = explainer.weight("norm1", tensor, (channel,), example=3)["gradient"]
            assert found["matches"], found
            assert found["bound"] < float(products[:, channel].abs().mean())  # one term would tell
            assert found["total"] == pytest.approx(expected, abs=found["bound"])


@pytest.mark.parametrize("spread", SPREADS)
def test_in_float64_they_are_torchs_own(spread: float) -> None:
    draw = torch.Generator().manual_seed(6)
    norm = nn.BatchNorm2d(3).double()
    values, gradients = (
        torch.randn(4, 3, 7, 5, generator=draw, dtype=torch.float64) for _ in range(2)
    )
    values = spread * (values + RATIO)
    output = norm(values)
    output.backward(gradients)
    step = Replay(1, 0.0, torch.zeros(4), {"n": values}, {"n": output}, {"n": gradients})
    for tensor, parameter in norm.named_parameters():
        assert parameter.grad is not None
        for channel, expected in enumerate(parameter.grad.tolist()):
            found = explain_gradient(step, norm, "n", tensor, (channel,), example=0)
            assert found["total"] == pytest.approx(expected, rel=1e-9, abs=1e-10)
            assert found["matches"]


@pytest.mark.parametrize("spread", SPREADS)
def test_values_of_the_channel_close_too(spread: float, tmp_path: Path) -> None:
    made = far(5, spread, tmp_path)
    explainer = Explainer(made.observer, made.plans, made.device)
    for channel in range(4):
        found = explainer.output("norm1", (channel, 7, 9), made.images.get("test-3"))
        assert found["matches"], found

"""Forward and backward without autograd's graph: the bits are autograd's, for every layer kind."""

from typing import Any, get_args

import pytest
import torch

from convscope.learn.network import fused_relu_pool
from convscope.learn.training_pass import FORWARD, AutogradPass, DirectPass
from convscope.recipe.layers import Layer
from convscope.worker.session import Session
from tests.support.data_cache import data_cache
from tests.support.device import DEVICE
from tests.support.networks import DEFAULT, EVERY_LAYER, WITH_STATE, recipe
from tests.support.sessions import random_layers, session, weights

STEPS = 4
OTHERS: dict[str, Any] = {
    "default": DEFAULT,
    "with state": WITH_STATE,
    "every layer": EVERY_LAYER,
    "nothing learns at first": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "AvgPool2d", "kernel_size": 2},
            {"type": "Dropout", "p": 0.0},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
    "one number a channel": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
            {"type": "AdaptiveAvgPool2d", "output_size": 1},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
}
NETWORKS = OTHERS | {  # of seed 8 a layer's input is too small
    f"random {seed}": random_layers(seed) for seed in range(28) if seed != 8
}


def by_autograd(of: Session) -> Session:
    """The same run, through torch's graph."""
    of.trainer._pass = AutogradPass(fused_relu_pool(of.trainer.network))
    return of


def gradients(of: Session) -> list[torch.Tensor]:
    found = [parameter.grad for parameter in of.trainer.network.parameters()]
    return [grad.clone() for grad in found if grad is not None]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("optimizer", [{"type": "SGD", "momentum": 0.9}, {"type": "Adam"}])
def test_the_bits_are_those_of_autograd(name: str, optimizer: dict[str, Any]) -> None:
    of = recipe(NETWORKS[name], optimizer=optimizer, batch_size=8)
    ours, plain = session(of, data_cache()), by_autograd(session(of, data_cache()))
    covered = DirectPass.covers(fused_relu_pool(ours.trainer.network))
    assert covered is (name != "one number a channel") or DEVICE != "cpu"
    for _ in range(STEPS):
        ours.advance()
        plain.advance()
        assert ours.trainer.loss == plain.trainer.loss
        assert all(map(torch.equal, gradients(ours), gradients(plain)))
    assert all(map(torch.equal, weights(ours), weights(plain)))


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_the_bits_are_those_of_autograd_in_batches_of_any_size(batch_size: int) -> None:
    of = recipe(DEFAULT, batch_size=batch_size)
    ours, plain = session(of, data_cache()), by_autograd(session(of, data_cache()))
    for _ in range(STEPS):
        ours.advance()
        plain.advance()
    assert all(map(torch.equal, weights(ours), weights(plain)))


def test_a_silenced_filter_trains_by_autograd_while_it_is_silent() -> None:
    ours, plain = session(recipe(), data_cache()), by_autograd(session(recipe(), data_cache()))
    for on in (True, False):
        for one in (ours, plain):
            one.interventions.silence("conv1", 2, on)
            one.advance()
        chosen = type(ours.trainer._pass._chosen)  # type: ignore[attr-defined]  # of FastestPass
        assert chosen is (AutogradPass if on else DirectPass)
    assert all(map(torch.equal, weights(ours), weights(plain)))


def test_every_layer_kind_is_known() -> None:
    kinds = get_args(get_args(Layer)[0])
    assert FORWARD.keys() == {kind.__name__ for kind in kinds}

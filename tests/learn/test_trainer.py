"""Training, against torch's own loop and its own optimisers."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load
from torch import nn, optim

from convscope.errors import ConflictError
from convscope.learn.checkpoint import save_state
from convscope.learn.network import fused_relu_pool, with_channels_last
from convscope.learn.trainer import NotFiniteError
from convscope.learn.training_pass import AutogradPass
from tests.support.networks import DEFAULT, EVERY_LAYER, recipe
from tests.support.sessions import session, weights


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this file's data is unpacked, once."""
    return tmp_path_factory.mktemp("cache")


OPTIMIZERS: list[tuple[dict[str, Any], Callable[..., optim.Optimizer], dict[str, Any]]] = [
    ({"type": "SGD", "momentum": 0.0}, optim.SGD, {}),
    ({"type": "SGD", "momentum": 0.9}, optim.SGD, {"momentum": 0.9}),
    (
        {"type": "SGD", "nesterov": True, "weight_decay": 0.01},
        optim.SGD,
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ),
    ({"type": "Adam", "weight_decay": 0.1}, optim.Adam, {"weight_decay": 0.1}),
    ({"type": "AdamW"}, optim.AdamW, {"weight_decay": 0.01}),
    ({"type": "RMSprop", "momentum": 0.5}, optim.RMSprop, {"momentum": 0.5}),
]


@pytest.mark.parametrize(("spec", "reference", "arguments"), OPTIMIZERS)
def test_each_optimiser_steps_as_torchs_own_on_a_copy(
    spec: dict[str, Any],
    reference: Callable[..., optim.Optimizer],
    arguments: dict[str, Any],
    cache_dir: Path,
) -> None:
    ours = session(recipe(optimizer=spec | {"learning_rate": 0.01}), cache_dir)
    theirs = copy.deepcopy(ours.trainer.network)
    optimizer = reference(theirs.parameters(), lr=0.01, **arguments)
    assert ours.trainer.batches is not None
    for step in range(1, 6):
        images, labels = ours.trainer.batches.batch(step)
        optimizer.zero_grad()
        nn.functional.cross_entropy(theirs(images), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        ours.advance()
    for mine, other in zip(ours.trainer.network.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)


def test_plain_sgd_moves_a_weight_by_minus_the_learning_rate_times_its_gradient(
    cache_dir: Path,
) -> None:
    ours = session(
        recipe(optimizer={"type": "SGD", "learning_rate": 0.5, "momentum": 0.0}), cache_dir
    )
    ours.advance()
    before = dict(zip(("weight", "bias"), ours.trainer.previous, strict=False))
    for name in ("weight", "bias"):
        gradient = ours.observer.tensor("conv1", name, "gradient")
        expected = before[name].cpu().numpy() - np.float32(0.5) * gradient
        np.testing.assert_array_equal(ours.observer.tensor("conv1", name), expected)


def test_gradients_agree_with_an_independent_float64_autograd(cache_dir: Path) -> None:
    ours = session(recipe(), cache_dir)
    reference = copy.deepcopy(ours.trainer.network).double()
    assert ours.trainer.batches is not None
    images, labels = ours.trainer.batches.batch(1)
    nn.functional.cross_entropy(reference(images.double()), labels).backward()  # type: ignore[no-untyped-call]
    ours.advance()
    for name, parameter in reference.named_parameters():
        layer, tensor = name.split(".")
        assert parameter.grad is not None
        found = ours.observer.tensor(layer, tensor, "gradient")
        np.testing.assert_allclose(found, parameter.grad.cpu().numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_the_same_recipe_gives_the_same_bits_and_so_does_beginning_again(
    spec: dict[str, Any], cache_dir: Path
) -> None:
    one, two = (session(recipe(spec, seed=5), cache_dir) for _ in range(2))
    first = weights(one)
    for _ in range(20):
        one.advance()
        two.advance()
    assert all(map(torch.equal, weights(one), weights(two)))
    assert not torch.equal(weights(one)[0], first[0])
    one.begin()
    assert all(map(torch.equal, weights(one), first))


def test_another_seed_gives_other_weights_and_another_order(cache_dir: Path) -> None:
    one, two = (session(recipe(seed=seed), cache_dir) for seed in (1, 2))
    assert not torch.equal(weights(one)[0], weights(two)[0])
    assert one.trainer.batches is not None
    assert two.trainer.batches is not None
    assert one.trainer.batches.indices(1).tolist() != two.trainer.batches.indices(1).tolist()


def test_an_epoch_shows_every_picture_once_and_the_next_in_another_order(cache_dir: Path) -> None:
    batches = session(recipe(batch_size=100), cache_dir).trainer.batches
    assert batches is not None
    epochs = [
        np.concatenate([batches.indices(step) for step in range(first, first + 100)])
        for first in (1, 101)
    ]
    for epoch in epochs:
        assert sorted(epoch.tolist()) == list(range(10_000))
    assert epochs[0].tolist() != epochs[1].tolist()


@pytest.mark.parametrize("spec", [DEFAULT, EVERY_LAYER])
def test_looking_never_changes_the_run(spec: dict[str, Any], cache_dir: Path) -> None:
    watched, alone = (session(recipe(spec), cache_dir) for _ in range(2))
    for _ in range(10):
        watched.advance()
        alone.advance()
        pixels = watched.images.get("test-3")
        watched.observer.outputs([pixels], list(watched.observer.plans))
        for layer, plan in watched.observer.plans.items():
            for tensor in plan.tensors:
                watched.observer.tensor(layer, tensor)
        assert list(watched.evaluation())[-1] is not None
    assert all(map(torch.equal, weights(watched), weights(alone)))


def test_a_rate_of_1e30_halts_and_keeps_the_last_good_weights(cache_dir: Path) -> None:
    ours = session(recipe(optimizer={"type": "SGD", "learning_rate": 1e30}), cache_dir)
    first = weights(ours)
    ours.advance()
    with pytest.raises(NotFiniteError, match="in step 2"):
        ours.advance()
    assert ours.trainer.step == 0
    assert all(map(torch.equal, weights(ours), first))
    with pytest.raises(ConflictError, match="no gradient at step 0"):
        ours.observer.tensor("conv1", "weight", "gradient")


KEPT: list[dict[str, Any]] = [
    {"type": "SGD", "momentum": 0.0},
    {"type": "SGD", "momentum": 0.9},
    {"type": "Adam"},
    {"type": "AdamW"},
    {"type": "RMSprop"},
    {"type": "RMSprop", "momentum": 0.5},
]


@pytest.mark.parametrize("steps", [1, 2, 60])
@pytest.mark.parametrize("optimizer", KEPT, ids=str)
def test_after_a_halt_everything_is_that_of_the_state_that_is_kept(
    optimizer: dict[str, Any], steps: int, cache_dir: Path
) -> None:
    spec = recipe(EVERY_LAYER, optimizer=optimizer, batch_size=4)
    ours, kept = session(spec, cache_dir), session(spec, cache_dir)
    for _ in range(steps - 1):
        ours.advance()
        kept.advance()
    ours.advance()  # the one that is taken back
    with torch.no_grad():
        ours.trainer.network.get_submodule("linear1").get_parameter("weight").fill_(float("nan"))
    with pytest.raises(NotFiniteError):
        ours.advance()
    (told, tensors), (expected, others) = save_state(ours.trainer), save_state(kept.trainer)
    assert told == expected
    found, right = load(tensors), load(others)
    assert found.keys() == right.keys()
    for name in found:
        assert "tracked" in name or torch.equal(found[name], right[name]), name


def test_going_back_restores_running_statistics_too(cache_dir: Path) -> None:
    ours = session(recipe(EVERY_LAYER), cache_dir)
    for _ in range(3):
        ours.advance()
    before = weights(ours)
    ours.advance()
    with torch.no_grad():
        ours.trainer.network.get_submodule("linear1").get_parameter("weight").fill_(float("nan"))
    with pytest.raises(NotFiniteError):
        ours.advance()
    names = ours.trainer.network.state_dict()
    for name, now, then in zip(names, weights(ours), before, strict=True):
        assert "tracked" in name or torch.equal(now, then), name


def test_it_learns(cache_dir: Path) -> None:
    ours = session(recipe(), cache_dir)
    for _ in range(600):
        ours.advance()
    accuracy = list(ours.evaluation())[-1]
    assert accuracy is not None
    assert accuracy > 0.78


def test_a_relu_after_the_pooling_that_follows_it_changes_no_bit(cache_dir: Path) -> None:
    ours = session(recipe(), cache_dir)
    plain = session(recipe(), cache_dir)
    plain.trainer._pass = AutogradPass(plain.trainer.network)
    fused = [type(layer) for layer in fused_relu_pool(ours.trainer.network)]
    assert fused != [type(layer) for layer in plain.trainer.network]
    for _ in range(100):
        ours.advance()
        plain.advance()
    assert all(map(torch.equal, weights(ours), weights(plain)))


def test_one_channel_is_laid_out_channels_last_by_its_strides_too() -> None:
    image = with_channels_last(torch.arange(12.0).reshape(2, 1, 2, 3))
    assert image.stride() == (6, 1, 3, 1)
    assert image.flatten().tolist() == list(range(12))
    coloured = torch.rand(2, 3, 4, 5)
    assert with_channels_last(coloured).is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(with_channels_last(coloured), coloured)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_networks_kernels_lie_in_memory_as_convolutions_on_a_cpu_like_them(
    channels: int, cache_dir: Path
) -> None:
    layers = [{"type": "Conv2d", "out_channels": 4, "kernel_size": [2, 5]}]
    made = session(recipe({"input": [channels, 8, 8], "layers": layers}), cache_dir)
    for network in (made.trainer.network, made.observer.twin, made.explainer.spare):
        kernels = network.get_submodule("conv1").get_parameter("weight")
        assert kernels.stride() == (2 * 5 * channels, 1, 5 * channels, channels)

"""Every explanation closes: of random recipes, of long sums, of what a batch norm cancels."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from convscope.learn.explain.cancelled import why_zero
from convscope.learn.seeds import Purpose, seed_torch
from convscope.recipe import plan
from convscope.worker.session import Session
from tests.support.networks import DEFAULT, EVERY_LAYER, WITH_STATE, network, recipe
from tests.support.sessions import random_layers, session


def conv(kernel: int = 3, padding: int = 1, filters: int = 8) -> dict[str, Any]:
    """A convolution's JSON."""
    return {
        "type": "Conv2d",
        "out_channels": filters,
        "kernel_size": kernel,
        "padding": padding,
    }


def mean_to(size: int) -> dict[str, Any]:
    """An adaptive mean pooling's JSON."""
    return {"type": "AdaptiveAvgPool2d", "output_size": size}


NORM = {"type": "BatchNorm2d"}
RELU = {"type": "ReLU"}
HALVE = {"type": "MaxPool2d", "kernel_size": 2}
ENDS: list[dict[str, Any]] = [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}]
WHOLE = {"type": "AvgPool2d", "kernel_size": 28, "padding": 14}


def of(*layers: dict[str, Any]) -> dict[str, Any]:
    """A network with a class output."""
    return {"input": [1, 28, 28], "layers": [*layers, *ENDS]}


NETWORKS: dict[str, dict[str, Any]] = {
    "the default": DEFAULT,
    "with state": WITH_STATE,
    "every layer": EVERY_LAYER,
    "means of 196": of(conv(), RELU, mean_to(2)),
    "a mean of all": of(conv(), mean_to(1)),
    "a mean of all and its padding": of(conv(), WHOLE),
    "a norm, then a mean": of(conv(), NORM, RELU, mean_to(2)),
    "24 biases before a norm": of(conv(filters=24), NORM, RELU, HALVE, conv(), NORM),
    "of the pictures alone": of(NORM, conv(1, 0), NORM, {"type": "Tanh"}),
    "a kernel of all pixels": of(conv(28, 0), {"type": "Sigmoid"}),
    **{f"random {seed}": random_layers(seed) for seed in (*range(8), *range(9, 14))},
}


def places(shape: tuple[int, ...], draw: np.random.Generator) -> set[tuple[int, ...]]:
    """Some places in a tensor, a corner among them."""
    return {(0,) * len(shape)} | {
        tuple(int(draw.integers(size)) for size in shape) for _ in range(6)
    }


def assert_all_close(made: Session, draw: np.random.Generator) -> None:
    """Some values of each layer's output, some gradients and updates of each parameter."""
    pixels = made.images.get(f"test-{draw.integers(100)}")
    shapes = {entry.name: (*entry.output_shape, 1, 1)[:3] for entry in made.plans}
    for layer, shape in (shapes | {"softmax": (10, 1, 1)}).items():
        for channel, y, x in places(shape, draw):
            found = made.explainer.output(layer, (channel, y, x), pixels)
            assert found["matches"], found
    for name, parameter in made.trainer.network.named_parameters():
        layer, tensor = name.split(".")
        for index in places(tuple(parameter.shape), draw):
            answer = made.explainer.weight(layer, tensor, index, 0)
            for found in (answer["gradient"], answer["update"]):
                assert found["matches"], (name, index, found["value"], found["total"])


@pytest.mark.parametrize("batch_size", [2, 9, 64])
@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS.keys())
def test_every_number_closes(spec: dict[str, Any], batch_size: int, tmp_path: Path) -> None:
    made = session(recipe(spec, batch_size=batch_size, seed=batch_size), tmp_path)
    draw = np.random.default_rng(batch_size)
    for _ in range(2):
        made.advance()
        assert_all_close(made, draw)


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS.keys())
def test_the_replay_has_the_very_gradients_of_the_step(
    spec: dict[str, Any], tmp_path: Path
) -> None:
    made = session(recipe(spec, batch_size=9), tmp_path)
    made.advance()
    made.advance()
    step, trainer = made.explainer.replayed(), made.trainer
    assert trainer.batches is not None
    values, labels = trainer.batches.batch(2)
    seed_torch(trainer.seed, Purpose.STEP, 2)
    values.requires_grad_()
    outputs: dict[str, torch.Tensor] = {}
    for name, layer in made.explainer.spare.named_children():  # with the weights of state 1
        values = outputs[name] = layer(values)
        values.retain_grad()
    functional.cross_entropy(values, labels).backward()  # type: ignore[no-untyped-call]  # torch's
    for name, output in outputs.items():
        assert output.grad is not None
        assert torch.equal(output.grad, step.gradients[name]), name
    again = made.explainer.spare.parameters()
    for (name, parameter), found in zip(trainer.network.named_parameters(), again, strict=True):
        assert parameter.grad is not None
        assert found.grad is not None
        assert torch.equal(parameter.grad, found.grad), name


DROPOUT = {"type": "Dropout", "p": 0.5}
PADDED = {"type": "AvgPool2d", "kernel_size": 2, "padding": 1}
CANCELLED: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a norm": ([NORM], True),
    "a norm without weights": ([NORM | {"affine": False}], True),
    "a max pooling with padding": ([HALVE | {"padding": 1}, NORM], True),
    "means": ([mean_to(3), NORM], True),
    "means with padding that counts": ([PADDED, NORM], False),
    "means with padding that does not": ([PADDED | {"count_include_pad": False}, NORM], True),
    "a dropout": ([DROPOUT, NORM], False),
    "a dropout of nothing": ([DROPOUT | {"p": 0.0}, NORM], True),
    "a convolution": ([conv(3, 0), NORM], True),
    "a convolution with padding": ([conv(3, 1), NORM], False),
    "a ReLU": ([RELU, NORM], False),
    "nothing": ([], False),
}


@pytest.mark.parametrize(("after", "zero"), CANCELLED.values(), ids=CANCELLED.keys())
def test_a_bias_that_a_norm_takes_away_is_said_to_have_no_gradient_and_has_none(
    after: list[dict[str, Any]], *, zero: bool, tmp_path: Path
) -> None:
    made = session(recipe(of(conv(), *after), batch_size=4), tmp_path)
    made.advance()
    trainer = made.trainer
    network = copy.deepcopy(trainer.network).double().train()
    assert trainer.batches is not None
    images, labels = trainer.batches.batch(2)
    torch.manual_seed(0)
    loss = functional.cross_entropy(network(images.double()), labels)
    bias, weight = (network[0].get_parameter(name) for name in ("bias", "weight"))
    found, others = torch.autograd.grad(loss, [bias, weight])
    assert (float(found.abs().max()) < 1e-12 * float(others.abs().max())) is zero
    note = made.explainer.weight("conv1", "bias", (1,), 0)["gradient"]["note"]
    assert (note is not None) is zero
    assert note is None or note.startswith("norm1 subtracts each map's mean")
    assert made.explainer.weight("conv1", "weight", (0, 0, 1, 1), 0)["gradient"]["note"] is None


def test_only_a_bias_is_taken_away() -> None:
    plans = plan(network(**of(conv(), NORM)))
    assert why_zero(plans, "norm1", "bias") is None
    assert why_zero(plans, "linear1", "bias") is None
    assert why_zero(plans, "conv1", "weight") is None

"""Each example's gradient against autograd of its own loss, and their sum against the batch's."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from convscope.learn.filters.examples import example_gradients
from tests.support.networks import DEFAULT, WITH_STATE, recipe
from tests.support.sessions import session

GROUPED = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3, "stride": 2},
        {"type": "ReLU"},
        {"type": "Conv2d", "out_channels": 8, "kernel_size": [3, 2], "groups": 2, "padding": 1},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


@pytest.mark.parametrize(
    ("spec", "layer"),
    [(DEFAULT, "conv1"), (DEFAULT, "conv2"), (GROUPED, "conv2"), (WITH_STATE, "conv1")],
)
def test_parts_of_the_examples_add_up_to_the_gradient(
    spec: dict[str, object], layer: str, tmp_path: Path
) -> None:
    run = session(recipe(spec), tmp_path)
    for _ in range(4):
        run.advance()
    module = run.observer.module(layer)
    assert isinstance(module, nn.Conv2d)
    for number in (0, 3):
        found = example_gradients(run.explainer.replayed(), module, layer, number)
        assert module.weight.grad is not None
        assert found.length == pytest.approx(float(module.weight.grad[number].norm()), rel=1e-5)
        assert float(found.along.sum()) == pytest.approx(found.length, rel=1e-4)
        assert bool((found.along.abs() <= found.sizes + 1e-9).all())


def test_one_examples_part_is_the_gradient_of_its_own_loss(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    for _ in range(3):
        run.advance()
    module = run.observer.module("conv2")
    assert isinstance(module, nn.Conv2d)
    assert run.trainer.batches is not None
    found = example_gradients(run.explainer.replayed(), module, "conv2", 5)
    images, labels = run.trainer.batches.batch(run.trainer.step)
    spare = run.explainer.spare.train()
    for number in (0, 7):
        loss = functional.cross_entropy(
            spare(images[number : number + 1]), labels[number : number + 1]
        )
        (gradient,) = torch.autograd.grad(loss, spare.get_parameter("conv2.weight"))
        own = gradient[5].double() / len(labels)
        assert float(found.sizes[number]) == pytest.approx(float(own.norm()), rel=1e-4)

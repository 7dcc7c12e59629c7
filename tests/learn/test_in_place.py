"""Layers in place change no number that is shown or trained, whatever comes before and after."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from convscope.worker.session import Session
from tests.support.networks import recipe
from tests.support.sessions import random_layers, session, weights

CONV = {"type": "Conv2d", "out_channels": 4, "kernel_size": 3}
LINEAR = {"type": "Linear", "out_features": 16}
DROPOUTS = [{"type": "Dropout", "p": 0.5}, {"type": "Dropout", "p": 0.0}]
RELU = {"type": "ReLU", "inplace": True}
LEAKY = {"type": "LeakyReLU", "inplace": True}
FLATTEN = {"type": "Flatten"}
ENDS = {"type": "Linear", "out_features": 10}
POOL = {"type": "MaxPool2d", "kernel_size": 2}
NETWORKS: dict[str, list[dict[str, Any]]] = {
    "after a dropout": [FLATTEN, LINEAR, DROPOUTS[0], RELU, ENDS],
    "after two": [FLATTEN, LINEAR, *DROPOUTS, LEAKY, ENDS],
    "after a flattening": [CONV, FLATTEN, RELU, ENDS],
    "after all that gives its input on": [CONV, *DROPOUTS, FLATTEN, DROPOUTS[1], RELU, ENDS],
    "after another": [CONV, {"type": "ReLU"}, RELU, FLATTEN, ENDS],
    "after another in place": [CONV, RELU, *DROPOUTS, LEAKY, FLATTEN, ENDS],
    "after a ReLU and its pooling": [CONV, {"type": "ReLU"}, POOL, LEAKY, FLATTEN, ENDS],
    "after tanh": [CONV, {"type": "Tanh"}, RELU, POOL, FLATTEN, ENDS],
    "first": [LEAKY, CONV, RELU, FLATTEN, ENDS],
    **{f"at random {seed}": random_layers(seed)["layers"] for seed in range(4)},
}


def made(layers: list[dict[str, Any]], cache_dir: Path, *, in_place: bool) -> Session:
    """A run of these layers after three steps; without `in_place` none is in place."""
    layers = copy.deepcopy(layers)
    for layer in layers:
        if "inplace" in layer:
            layer["inplace"] = layer["inplace"] and in_place
    spec = {"input": [1, 28, 28], "layers": layers}
    run = session(recipe(spec, batch_size=6, seed=3), cache_dir)
    for _ in range(3):
        run.advance()
    return run


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS.keys())
def test_what_is_shown_and_trained_is_the_same_as_without(
    layers: list[dict[str, Any]], tmp_path: Path
) -> None:
    one, other = (made(layers, tmp_path, in_place=given) for given in (True, False))
    assert all(map(torch.equal, weights(one), weights(other)))
    names = [plan.name for plan in one.plans]
    pixels = one.images.get("test-0")
    shown, expected = (run.observer.outputs([pixels], names) for run in (one, other))
    assert list(shown) == [*names, ""]
    for name, values in shown.items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)
        assert name == "" or np.array_equal(values, one.observer.outputs([pixels], [name])[name])
    step, step_without = (run.explainer.replayed() for run in (one, other))
    for kind in ("inputs", "outputs", "gradients"):
        for name, seen in getattr(step, kind).items():
            assert torch.equal(seen, getattr(step_without, kind)[name]), (kind, name)

"""A run's health against numpy, one image at a time."""

from pathlib import Path

import numpy as np
import pytest
import torch

from convscope.data.held_out_sample import held_out_sample
from convscope.learn.health import MapHealth, layer_sizes, map_health_in_pieces, weight_cosines
from convscope.worker.session import Session
from tests.support.networks import recipe
from tests.support.sessions import session


def maps_of(run: Session) -> MapHealth:
    *_, found = map_health_in_pieces(run.front("linear1"), run.data)
    assert found is not None
    return found


def test_sizes_are_root_mean_squares_and_none_before_a_step(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    assert [entry.ratio for entry in layer_sizes(run.observer)] == [None] * 3
    before = run.trainer.network.get_parameter("conv2.weight").detach().clone()
    run.advance()
    entry = list(layer_sizes(run.observer))[1]
    weight = run.trainer.network.get_parameter("conv2.weight").detach()
    moved = (weight - before).double()
    assert entry.layer == "conv2"
    assert entry.update == pytest.approx(float(moved.square().mean().sqrt()), rel=1e-6)
    assert entry.ratio == pytest.approx(
        float((moved.square().mean() / weight.double().square().mean()).sqrt()), rel=1e-6
    )
    assert entry.filter_ratios is not None
    assert entry.filter_ratios[5] == pytest.approx(
        float(moved[5].norm() / weight[5].double().norm()), rel=1e-6
    )


def test_maps_are_those_of_each_image(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    for _ in range(20):
        run.advance()
    found = maps_of(run)
    numbers = held_out_sample(2000)
    assert found.images == len(numbers) == 1000
    outputs = run.observer.outputs(list(run.data.test_images[numbers]), ["conv2", "relu2"])
    assert found.clamped["relu2"] == pytest.approx((outputs["relu2"] == 0).mean())
    flat = outputs["conv2"].astype(np.float64).transpose(1, 0, 2, 3).reshape(16, -1)
    lengths = np.linalg.norm(flat, axis=1)
    expected = flat @ flat.T / np.outer(lengths, lengths)
    np.testing.assert_allclose(found.alike["conv2"], expected, atol=1e-6)
    alive = outputs["relu2"].max(axis=(0, 2, 3)) > 0
    assert found.alive["conv2"].tolist() == alive.tolist()


def test_filters_that_are_0_are_like_none(tmp_path: Path) -> None:
    weight = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0], [0.0, -1.0]]).view(4, 1, 1, 2)
    assert weight_cosines(weight).tolist() == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
    ]


def test_a_filter_that_one_image_alone_wakes_is_alive(tmp_path: Path) -> None:
    run = session(recipe(), tmp_path)
    numbers = held_out_sample(2000)
    maps = run.observer.outputs(list(run.data.test_images[numbers]), ["conv1"])["conv1"][:, 3]
    highest = np.sort(maps.max(axis=(1, 2)))
    with torch.no_grad():
        bias = run.trainer.network.get_parameter("conv1.bias")
        bias[3] -= float(highest[-2] + highest[-1]) / 2
    found = maps_of(run)
    assert found.alive["conv1"].tolist()[3]
    with torch.no_grad():
        bias[3] -= float(highest[-1])
    assert not maps_of(run).alive["conv1"].tolist()[3]

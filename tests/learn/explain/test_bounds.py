"""The bound of a sum: rounding stays within it, and one wrong term does not."""

from collections.abc import Callable
from math import fsum, sqrt
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convscope.learn.explain.check import check_sum, check_tensor_sum
from convscope.learn.explain.gradient import explain_gradient
from convscope.learn.explain.replay import Replay
from tests.support.networks import recipe
from tests.support.sessions import session

Terms = NDArray[np.float32]
UNIT = 2.0**-24
COUNTS = [1, 2, 9, 10, 73, 400, 785, 3000, 25_000]


def one_by_one(terms: Terms) -> float:
    return float(np.add.accumulate(terms, dtype=np.float32)[-1])


def backwards(terms: Terms) -> float:
    return one_by_one(terms[::-1])


def in_eight_lanes(terms: Terms) -> float:
    lanes = np.array([one_by_one(terms[lane::8]) for lane in range(min(8, len(terms)))], np.float32)
    return one_by_one(lanes)


ORDERS: list[Callable[[Terms], float]] = [
    one_by_one,
    backwards,
    in_eight_lanes,
    lambda terms: float(torch.from_numpy(terms).sum()),
]


def drawn(count: int, seed: int, kind: str) -> Terms:
    """Terms of both signs, of one, or mostly one and the same."""
    draw = np.random.default_rng([count, seed])
    terms = draw.standard_normal(count).astype(np.float32)
    if kind == "of one sign":
        return np.abs(terms)
    if kind == "equal":
        return np.full(count, terms[0])
    if kind == "equal in part":
        return np.where(draw.random(count) < 0.7, terms[0], terms)
    return terms


@pytest.mark.parametrize("kind", ["of both signs", "of one sign", "equal", "equal in part"])
@pytest.mark.parametrize("count", COUNTS)
def test_rounding_stays_within_it_in_whatever_order(count: int, kind: str) -> None:
    for seed in range(5):
        terms = drawn(count, seed, kind)
        for order in ORDERS:
            found = check_sum(order(terms), terms)
            assert found["total"] == fsum(terms.astype(float))
            assert found["matches"], found


@pytest.mark.parametrize("kind", ["of both signs", "of one sign"])
@pytest.mark.parametrize("count", COUNTS)
def test_one_wrong_term_of_average_size_does_not(count: int, kind: str) -> None:
    terms = drawn(count, 7, kind)
    at = int(np.abs(np.abs(terms) - np.abs(terms).mean()).argmin())
    if abs(terms[at]) < np.abs(terms).mean():
        terms[at] *= 1.01
    value = float(terms.astype(float).sum())
    for wrong in (0.0, -terms[at], 2 * terms[at]):
        planted = terms.copy()
        planted[at] = wrong
        assert not check_sum(value, planted)["matches"]
        assert not check_tensor_sum(value, torch.from_numpy(planted).double())["matches"]


@pytest.mark.parametrize("count", [2, 49, 196, 784, 4000])
def test_nor_does_one_of_many_equal_ones(count: int) -> None:
    terms = np.full(count, 0.3, np.float32)
    assert not check_sum(float(terms.astype(float).sum()), terms[1:])["matches"]


def test_it_is_a_millionth_for_one_term_and_grows_with_the_root_of_their_number() -> None:
    assert check_sum(1.0, [1.0])["bound"] == pytest.approx(17 * UNIT, rel=1e-5)
    nine = check_sum(0.0, range(1, 10))["bound"]
    assert nine == pytest.approx(45 * (16 + 9) * UNIT, rel=1e-5)
    many = np.arange(1.0, 10_001)
    assert check_sum(0.0, many)["bound"] == pytest.approx(
        many.sum() * (16 + 4 * sqrt(10_000)) * UNIT, rel=1e-4
    )


def test_zeros_do_not_widen_it() -> None:
    some = [0.5, -0.25, 3.0]
    assert check_sum(0.0, [*some, *[0.0] * 5000])["bound"] == check_sum(0.0, some)["bound"]


def test_more_terms_than_float32_can_add_leave_no_bound_below_their_size() -> None:
    assert check_tensor_sum(1.0, torch.ones(9_000_000).double())["bound"] == pytest.approx(9e6)


def tampered(step: Replay, layer: str, place: tuple[int, ...]) -> Replay:
    """The same with one gradient of one output set to 0."""
    gradient = step.gradients[layer].clone()
    gradient[place] = 0.0
    return Replay(step.step, step.loss, step.labels, step.inputs, step.outputs, {layer: gradient})


@pytest.mark.parametrize(
    ("layer", "tensor", "index"),
    [
        ("conv1", "bias", (3,)),
        ("conv2", "bias", (2,)),
        ("conv2", "weight", (2, 1, 1, 1)),
        ("linear1", "bias", (4,)),
    ],
)
def test_a_gradient_missing_one_average_contribution_does_not_close(
    layer: str, tensor: str, index: tuple[int, ...], tmp_path: Path
) -> None:
    made = session(recipe(), tmp_path)
    for _ in range(4):
        made.advance()
    step, module = made.explainer.replayed(), made.observer.module(layer)
    assert explain_gradient(step, module, layer, tensor, index, 0)["matches"]
    gradients = step.gradients[layer][:, index[0]]
    inputs = step.inputs[layer][:, index[1]] if tensor == "weight" else torch.ones_like(gradients)
    products = (gradients * inputs).abs()
    mean = products[products > 0].mean()
    at = torch.where(products >= mean, products, torch.inf).argmin()
    batch, *rest = (int(n) for n in torch.unravel_index(at, products.shape))
    wrong = tampered(step, layer, (batch, index[0], *rest))
    assert not explain_gradient(wrong, module, layer, tensor, index, 0)["matches"]

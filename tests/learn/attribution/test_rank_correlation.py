"""Spearman's correlation against its definition, with ties."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convscope.learn.attribution.rank_correlation import rank_correlation, ranks

VALUES = st.lists(st.integers(-6, 6), min_size=2, max_size=30)


def numbers(values: list[int]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32)


def naive(values: list[int]) -> list[float]:
    """The mean place of each in the sorted list, from 1."""
    ordered = sorted(values)
    return [ordered.index(v) + 1 + (ordered.count(v) - 1) / 2 for v in values]


@given(VALUES)
def test_equal_values_share_their_mean_rank(values: list[int]) -> None:
    assert ranks(numbers(values)).tolist() == naive(values)


@given(VALUES)
def test_any_rising_function_keeps_it_1_and_any_falling_one_makes_it_minus_1(
    values: list[int],
) -> None:
    a = numbers(values)
    if len(set(values)) == 1:
        assert rank_correlation(a, -a) is (None if values[0] else 1.0) or values[0] == 0
        return
    assert rank_correlation(a, a.exp()) == pytest.approx(1)
    assert rank_correlation(a, -a) == pytest.approx(-1)


def test_a_known_one() -> None:
    # Spearman's own formula, 1 - 6 Σd² / (n (n² - 1)), where nothing is tied: Σd² = 194, n = 10
    iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    assert rank_correlation(numbers(iq), numbers(hours)) == pytest.approx(1 - 6 * 194 / 990)


def test_the_same_is_exactly_1_and_what_says_nothing_is_none() -> None:
    flat, other = torch.zeros(3, 3), torch.arange(9.0).view(3, 3)
    assert rank_correlation(flat, flat) == 1.0
    assert rank_correlation(flat, other) is None
    assert rank_correlation(torch.full((3, 3), float("nan")), other) is None

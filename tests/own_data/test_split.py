import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convscope.own_data.arrangement.split import Asked, Halves, in_order, split


def asked(
    labels: list[int],
    same: list[int] | None = None,
    bursts: list[int] | None = None,
    brought: list[int] | None = None,
) -> Asked:
    """Pictures of these classes; those with the same number in `same` are equal."""
    count = len(labels)
    contents = same or list(range(count))
    digests = [hashlib.sha256(str(content).encode()).digest() for content in contents]
    return Asked(
        np.array(labels, np.int64),
        np.frombuffer(b"".join(digests), np.uint8).reshape(count, 32),
        np.array(bursts or [0] * count, np.int64),
        np.array(brought or [0] * count, np.int64),
    )


def of_class(held_out: Halves, labels: list[int]) -> list[int]:
    """How many of each class are held out."""
    counts: list[int] = np.bincount(np.array(labels)[held_out], minlength=max(labels) + 1).tolist()
    return counts


def test_each_class_gives_its_share() -> None:
    labels = [0] * 100 + [1] * 40 + [2] * 7
    assert of_class(split(asked(labels), 0.15, 0), labels) == [15, 6, 1]
    assert of_class(split(asked(labels), 0.5, 0), labels) == [50, 20, 4]


def test_of_two_pictures_one_is_held_out_and_of_one_none() -> None:
    labels = [0, 0, 1]
    assert of_class(split(asked(labels), 0.15, 0), labels) == [1, 0]


def test_a_seed_gives_the_same_halves_and_another_others() -> None:
    labels = [0, 1] * 50
    first = split(asked(labels), 0.2, 1)
    assert (first == split(asked(labels), 0.2, 1)).all()
    assert (first != split(asked(labels), 0.2, 2)).any()


def test_the_order_in_which_pictures_come_is_no_matter() -> None:
    labels, contents = [0, 1] * 30, list(range(60))
    shuffled = np.random.default_rng(3).permutation(60)
    first = split(asked(labels, contents), 0.2, 0)
    again = split(asked([labels[n] for n in shuffled], [contents[n] for n in shuffled]), 0.2, 0)
    assert (first[shuffled] == again).all()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 4), st.integers(0, 2)),
        min_size=2,
        max_size=60,
    ),
    st.sampled_from([0.05, 0.15, 0.5]),
)
def test_equal_pictures_and_those_of_one_burst_are_never_on_both_sides(
    rows: list[tuple[int, int, int, int]], share: float
) -> None:
    labels, same, bursts, brought = (list(column) for column in zip(*rows, strict=True))
    held_out = split(asked(labels, same, bursts, brought), share, 0).tolist()
    for tied in (same, bursts):
        sides: dict[int, set[bool]] = {}
        for key, side in zip(tied, held_out, strict=True):
            sides.setdefault(key, set()).add(side)
        assert all(len(found) == 1 for key, found in sides.items() if key or tied is same)
    trained = [b for b, side in zip(brought, held_out, strict=True) if side]
    assert 1 not in trained


def test_a_class_whose_bursts_are_all_large_holds_out_the_smallest() -> None:
    labels = [0] * 20 + [1] * 20
    bursts = [1] * 12 + [2] * 8 + [0] * 20
    held_out = split(asked(labels, bursts=bursts), 0.15, 0)
    assert held_out[12:20].all()
    assert not held_out[:12].any()


def test_a_class_of_one_burst_is_trained_on() -> None:
    labels = [0] * 10 + [1] * 10
    held_out = split(asked(labels, bursts=[1] * 10 + [0] * 10), 0.15, 0)
    assert of_class(held_out, labels)[0] == 0


def test_a_split_that_was_brought_stays_but_for_equal_pictures() -> None:
    labels, brought = [0, 0, 1, 1], [1, 2, 1, 2]
    assert split(asked(labels, brought=brought), 0.15, 0).tolist() == [False, True, False, True]
    tied = split(asked(labels, [1, 1, 2, 3], brought=brought), 0.15, 0)
    assert tied.tolist() == [False, False, False, True]


@pytest.mark.parametrize("count", [1, 50])
def test_the_order_of_a_half_hangs_on_its_pictures_alone(count: int) -> None:
    one = asked([n % 3 for n in range(count)])
    order = in_order(one.labels, one.digests)
    shuffled = np.random.default_rng(0).permutation(count)
    again = in_order(one.labels[shuffled], one.digests[shuffled])
    assert (shuffled[again] == order).all()

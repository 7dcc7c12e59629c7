"""Which pictures are held out: a share of each class, drawn by a seed, and nothing on both sides.

Pictures that are equal, and those of one burst, stay together: what was learned by heart must not
look like what was understood.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Halves = NDArray[np.bool_]


class Asked(NamedTuple):
    """What a split is made from, a row a picture."""

    labels: NDArray[np.int64]  # (N,)
    digests: NDArray[np.uint8]  # (N, 32), of the pixels as the network sees them
    bursts: NDArray[np.int64]  # (N,); 0: of none
    given: NDArray[np.int64]  # (N,): 1 training, 2 held out, as it was brought; 0 open


def split(asked: Asked, share: float, seed: int) -> Halves:
    """Whether each picture is held out, (N,).

    Of each class `share` of its open pictures, at least one where that leaves one to train on.  A
    picture that was brought as held out and equals one to train on is trained on.
    """
    held_out = np.zeros(len(asked.labels), dtype=bool)
    groups = _groups(asked)
    open_groups: list[list[int]] = []
    for group in groups:
        given = {int(asked.given[number]) for number in group}
        if given == {2}:
            held_out[group] = True
        elif given <= {0}:
            open_groups.append(group)
    order = sorted(open_groups, key=lambda group: _rank(asked.digests[group], seed))
    for group in _drawn(order, asked.labels, share):
        held_out[group] = True
    return held_out


def _groups(asked: Asked) -> list[list[int]]:
    """The pictures that must stay together, each in one group."""
    parent = list(range(len(asked.labels)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[bytes | int, int] = {}
    for number, (digest, burst) in enumerate(
        zip(asked.digests, asked.bursts.tolist(), strict=True)
    ):
        for key in (digest.tobytes(), *([burst] if burst else [])):
            parent[root(number)] = root(first.setdefault(key, number))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(parent)):
        groups[root(number)].append(number)
    return list(groups.values())


def _rank(digests: NDArray[np.uint8], seed: int) -> bytes:
    """By what is in a group alone, so that the order in which pictures came is no matter."""
    least = min(digest.tobytes() for digest in digests)
    return hashlib.sha256(f"split {seed} ".encode() + least).digest()


def _drawn(order: Sequence[list[int]], labels: NDArray[np.int64], share: float) -> list[list[int]]:
    """Groups to hold out, in an order of chance, so that no class gives more than its share."""
    sizes: dict[int, int] = defaultdict(int)
    groups_of: dict[int, int] = defaultdict(int)
    for group in order:
        for label in labels[group].tolist():
            sizes[label] += 1
        for label in set(labels[group].tolist()):
            groups_of[label] += 1
    wanted = {
        label: max(1, round(share * size)) if share and groups_of[label] > 1 else 0
        for label, size in sizes.items()
    }
    taken: dict[int, int] = defaultdict(int)
    chosen: list[list[int]] = []
    for group in order:
        counts = np.unique(labels[group], return_counts=True)
        counted = list(zip(*(array.tolist() for array in counts), strict=True))
        if all(taken[label] + count <= wanted[label] for label, count in counted):
            chosen.append(group)
            for label, count in counted:
                taken[label] += count
    return chosen + _smallest_of_the_rest(order, chosen, labels, wanted, taken)


def _smallest_of_the_rest(
    order: Sequence[list[int]],
    chosen: Sequence[list[int]],
    labels: NDArray[np.int64],
    wanted: dict[int, int],
    taken: dict[int, int],
) -> list[list[int]]:
    """A class whose groups are all larger than its share holds out its smallest."""
    drawn = {id(group) for group in chosen}
    more: list[list[int]] = []
    for label in sorted(wanted):
        if wanted[label] and not taken[label]:
            own = [
                group
                for group in order
                if id(group) not in drawn and set(labels[group].tolist()) == {label}
            ]
            if len(own) > 1:
                more.append(min(own, key=len))
    return more


def in_order(labels: NDArray[np.int64], digests: NDArray[np.uint8]) -> NDArray[np.int64]:
    """An order that hangs on what the pictures are and not on how they came; equal ones adjoin."""
    keys = [
        digest.tobytes() + bytes([label]) for digest, label in zip(digests, labels, strict=True)
    ]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)

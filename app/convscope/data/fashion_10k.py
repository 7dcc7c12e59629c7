"""Which pictures of Fashion-MNIST are in `fashion-mnist-10k`, the subset that is shipped.

The choice must never change, so it rests on SHA-256 alone, not on a random generator whose stream
might: in each class the pictures are put in the order of a digest of their number, and the first
ones are taken.
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convscope.data.idx import Bytes

FOLDER = Path(__file__).parent / "fashion-mnist-10k"
CLASSES = 10
PER_CLASS = {"train": 1000, "t10k": 200}
SEED = "fashion-mnist-10k"


def choose(labels: Bytes, half: str) -> NDArray[np.int64]:
    """The numbers of the chosen pictures of a half (`train` or `t10k`), in the subset's order.

    Every ten in a row hold each class once, in the order of other digests, so any beginning of
    the subset is balanced to within one picture a class.
    """
    ranked = [
        sorted(np.flatnonzero(labels == label).tolist(), key=lambda n: _rank(f"{half} choice", n))
        for label in range(CLASSES)
    ]
    rounds = zip(*(numbers[: PER_CLASS[half]] for numbers in ranked), strict=True)
    ordered = [sorted(ten, key=lambda number: _rank(f"{half} order", number)) for ten in rounds]
    return np.array(ordered, dtype=np.int64).reshape(-1)


def _rank(what: str, number: int) -> bytes:
    return hashlib.sha256(f"{SEED} {what} {number}".encode()).digest()

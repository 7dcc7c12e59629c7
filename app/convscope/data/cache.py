"""Unpacked data sets on the disk: one raw file each, mapped by every process that needs it.

A file is the numbers of all the arrays one after another, then the SHA-256 of those numbers (32
bytes).  It is named by what it was made from, and only ever replaced whole, so that a process
which has it mapped keeps what it mapped.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from convscope.data.atomic_write import write_atomically
from convscope.data.idx import Bytes

Shapes = Sequence[tuple[int, ...]]
_DIGEST_BYTES = 32


def arrays(
    path: Path, shapes: Shapes, make: Callable[[], Sequence[Bytes]]
) -> tuple[list[Bytes], str]:
    """The arrays of these shapes, read-only, and the SHA-256 of all their numbers in hex.

    They come from `path`, or else from `make()` and are kept at `path`.  A file that is short,
    long or damaged is made again.  Where nothing can be written, the arrays are in this process's
    memory.  Raises what `make` raises, and ValueError if it gives other shapes.
    """
    if not _is_whole(path, shapes):
        made = _made(shapes, make)
        digest = sha256_of(made)
        if not _keep(path, made, digest):
            return made, digest.hex()
    whole = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
    return _parts(whole, shapes), whole[-_DIGEST_BYTES:].tobytes().hex()


def sha256_of(made: Sequence[Bytes]) -> bytes:
    """The SHA-256 of the arrays' numbers one after another."""
    total = hashlib.sha256()
    for array in made:
        total.update(np.ascontiguousarray(array).data)
    return total.digest()


def _made(shapes: Shapes, make: Callable[[], Sequence[Bytes]]) -> list[Bytes]:
    made = [np.ascontiguousarray(array, dtype=np.uint8) for array in make()]
    if [array.shape for array in made] != [tuple(shape) for shape in shapes]:
        raise ValueError(f"expected arrays of {list(shapes)}, got {[a.shape for a in made]}")
    for array in made:
        array.flags.writeable = False
    return made


def _keep(path: Path, made: Sequence[Bytes], digest: bytes) -> bool:
    try:
        write_atomically(path, [*(array.data.cast("B") for array in made), digest])
    except OSError:
        return False
    return True


def _is_whole(path: Path, shapes: Shapes) -> bool:
    expected = sum(map(math.prod, shapes)) + _DIGEST_BYTES
    try:
        status = path.stat()
        return status.st_size == expected and _is_sound(path, expected, status.st_mtime_ns)
    except OSError:
        return False


@lru_cache(maxsize=64)
def _is_sound(path: Path, size: int, mtime_ns: int) -> bool:
    """Whether the numbers match their digest: 30 ms for 60 MB, once a process and file."""
    with path.open("rb") as file:
        body = hashlib.sha256()
        left = size - _DIGEST_BYTES
        while left > 0 and (chunk := file.read(min(left, 2**20))):
            body.update(chunk)
            left -= len(chunk)
        return left == 0 and file.read() == body.digest()


def _parts(whole: Bytes, shapes: Shapes) -> list[Bytes]:
    views, start = [], 0
    for shape in shapes:
        views.append(whole[start : start + math.prod(shape)].reshape(shape))
        start += math.prod(shape)
    return views

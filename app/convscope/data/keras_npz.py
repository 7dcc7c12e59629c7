"""The form in which Keras keeps a data set: four arrays in one `.npz`, which is a zip of `.npy`."""

import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from convscope.data.idx import MAX_BYTES, Bytes, IdxError

NAMES = ("x_train", "y_train", "x_test", "y_test")


def read_shapes(path: Path) -> list[tuple[int, ...]]:
    """The arrays' shapes, from their headers alone; raises IdxError, or OSError."""
    shapes = []
    with _opened(path) as archive:
        for name in NAMES:
            with archive.open(f"{name}.npy") as stream:
                shapes.append(_shape(stream, f"{name} in {path}"))
    return shapes


def read(path: Path) -> list[Bytes]:
    """The arrays; raises IdxError, or OSError where the file cannot be opened."""
    arrays = []
    with _opened(path) as archive:
        for name in NAMES:
            with archive.open(f"{name}.npy") as stream:
                shape = _shape(stream, f"{name} in {path}")
                data = stream.read(math.prod(shape) + 1)
            if len(data) != math.prod(shape):
                raise IdxError(f"Expected {math.prod(shape)} numbers of {name} in {path}.")
            arrays.append(np.frombuffer(data, np.uint8).reshape(shape))
    return arrays


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise IdxError(f"Expected a whole .npz file at {path}, got a broken one.") from error
    except KeyError as error:
        raise IdxError(f"Expected the arrays {', '.join(NAMES)} in {path} ({error}).") from error


def _shape(stream: IO[bytes], what: str) -> tuple[int, ...]:
    try:
        version = npy.read_magic(stream)
        head = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, in_columns, kind = head(stream)
    except ValueError as error:
        raise IdxError(f"Expected an array as {what} ({error}).") from error
    if kind != np.uint8 or in_columns:
        raise IdxError(f"Expected unsigned bytes, row by row, as {what}, got {kind}.")
    if math.prod(shape) > MAX_BYTES:
        raise IdxError(f"Expected at most {MAX_BYTES} numbers as {what}, got {shape}.")
    return tuple(shape)

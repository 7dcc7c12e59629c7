"""IDX, the format in which MNIST, Fashion-MNIST, KMNIST and EMNIST are published, plain or gzip.

A file is two zero bytes, a byte for the kind of number, a byte for the count of axes, each axis's
length as a big-endian uint32, then the numbers in row-major order.  Those data sets hold unsigned
bytes, so nothing else is read.
"""

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

MAX_BYTES = 576 * 1024 * 1024  # of pixels; the largest published set, EMNIST's byclass, has 547 MB
GZIP_LEVEL = 9
_UINT8 = 0x08
_OTHER_KINDS = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # deflate, no name, no time, no system
_MAX_AXES = 4
_DEFLATE_RATIO = 1032  # no deflate stream is denser


class IdxError(ValueError):
    """A file that is not whole, not IDX, or not of unsigned bytes; a sentence says which."""


def read_shape(path: Path) -> tuple[int, ...]:
    """The lengths of a file's axes, from its header alone; raises IdxError, or OSError."""
    with _opened(path) as stream:
        return _shape(stream, path)


def read(path: Path, *, max_bytes: int = MAX_BYTES) -> Bytes:
    """All the numbers of a file, as uint8 in the shape that its header tells.

    The size that the header claims is held against `max_bytes`, and against what a file of that
    length can hold, before anything is allocated.  Raises IdxError, or OSError where the file
    cannot be opened.
    """
    with _opened(path) as stream:
        shape = _shape(stream, path)
        _check_size(shape, path, max_bytes)
        return _numbers(stream, shape, path)


def encode(array: Bytes) -> bytes:
    """An array of uint8 as gzip IDX, without time stamp or name: equal arrays give equal bytes.

    The compressed bytes are zlib's: its releases have agreed on them for years, but another
    implementation of deflate (zlib-ng) packs the same array into other bytes.
    """
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, _UINT8, array.ndim, *array.shape)
    plain = header + np.ascontiguousarray(array, dtype=np.uint8).tobytes()
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush()
    return _GZIP_HEADER + packed + struct.pack("<II", zlib.crc32(plain), len(plain) % 2**32)


@contextmanager
def _opened(path: Path) -> Iterator[io.BufferedIOBase]:
    with path.open("rb") as file:
        start = file.read(len(_GZIP_MAGIC))
        file.seek(0)
        try:
            yield gzip.GzipFile(fileobj=file, mode="rb") if start == _GZIP_MAGIC else file
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise IdxError(f"Expected a whole gzip file at {path}, got a broken one.") from error


def _shape(stream: io.BufferedIOBase, path: Path) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or not 1 <= magic[3] <= _MAX_AXES:
        raise IdxError(f"Expected an IDX file at {path}, got one that begins with {magic!r}.")
    if magic[2] != _UINT8:
        kind = _OTHER_KINDS.get(magic[2], f"kind 0x{magic[2]:02x}")
        raise IdxError(f"Expected unsigned bytes in {path}, got {kind}.")
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise IdxError(f"Expected an IDX file at {path}, got one that ends in its header.")
    return struct.unpack(f">{magic[3]}I", lengths)


def _check_size(shape: tuple[int, ...], path: Path, max_bytes: int) -> None:
    claimed = math.prod(shape)
    if claimed > max_bytes:
        raise IdxError(f"Expected at most {max_bytes} numbers in {path}, its header has {claimed}.")
    if claimed > _DEFLATE_RATIO * path.stat().st_size:
        raise IdxError(f"Expected {claimed} numbers in {path}, which is too short to hold them.")


def _numbers(stream: io.BufferedIOBase, shape: tuple[int, ...], path: Path) -> Bytes:
    array = np.empty(math.prod(shape), dtype=np.uint8)
    view, filled = array.data, 0
    while filled < len(view) and (count := stream.readinto(view[filled : filled + 2**20])):
        filled += count
    if filled < len(view):
        raise IdxError(f"Expected {len(view)} numbers in {path}, got {filled}: it is cut short.")
    if stream.read(1):  # this also makes gzip check its sum
        raise IdxError(f"Expected {len(view)} numbers in {path}, got more.")
    return array.reshape(shape)

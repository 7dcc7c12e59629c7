"""The raw files of unpacked data sets: whole or made again."""

import hashlib
import mmap
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.data import cache
from convscope.data.idx import Bytes

SHAPES = ((2, 3), (4,))
DIGEST = hashlib.sha256(bytes(range(10))).hexdigest()


def make() -> list[Bytes]:
    return [np.arange(6, dtype=np.uint8).reshape(2, 3), np.arange(6, 10, dtype=np.uint8)]


def never() -> list[Bytes]:
    raise AssertionError("it was made again")


def contents(path: Path, maker: Callable[[], list[Bytes]] = make) -> list[list[int]]:
    found, digest = cache.arrays(path, SHAPES, maker)
    assert digest == DIGEST
    assert not any(array.flags.writeable for array in found)
    return [array.reshape(-1).tolist() for array in found]


EXPECTED = [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]


def test_arrays_are_kept_and_then_come_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.raw"
    assert contents(path) == EXPECTED
    assert contents(path, never) == EXPECTED
    assert path.read_bytes() == bytes(range(10)) + bytes.fromhex(DIGEST)
    assert list(path.parent.iterdir()) == [path]


def test_arrays_from_the_file_share_the_file_and_not_memory(tmp_path: Path) -> None:
    found, _ = cache.arrays(tmp_path / "x.raw", SHAPES, make)
    base: Any = found[0]
    while isinstance(base, np.ndarray):
        base = base.base
    assert isinstance(base, mmap.mmap)


@pytest.mark.parametrize("damage", [b"", b"short", bytes(42), bytes(range(1, 11)) + bytes(32)])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "x.raw"
    path.write_bytes(damage)
    assert contents(path) == EXPECTED
    assert contents(path, never) == EXPECTED


def test_one_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.raw"
    contents(path)
    whole = bytearray(path.read_bytes())
    whole[3] ^= 1
    path.write_bytes(whole)
    os.utime(path, ns=(5, 5))
    assert contents(path) == EXPECTED


def test_where_nothing_can_be_written_the_arrays_are_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert contents(tmp_path / "file" / "x.raw") == EXPECTED


def test_a_maker_that_gives_other_shapes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected arrays"):
        cache.arrays(tmp_path / "x.raw", ((3, 2), (4,)), make)
    assert not (tmp_path / "x.raw").exists()


def test_several_processes_that_make_it_at_once_all_get_it(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        results = pool.map(contents, [tmp_path / "x.raw"] * 16, chunksize=1)
    assert results == [EXPECTED] * 16
    assert list(tmp_path.iterdir()) == [tmp_path / "x.raw"]

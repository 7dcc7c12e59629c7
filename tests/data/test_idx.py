"""The reader of IDX files, against literal bytes and against files that lie."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from convscope.data import idx

LITERAL = b"\x00\x00\x08\x02\x00\x00\x00\x02\x00\x00\x00\x03" + bytes([0, 1, 2, 253, 254, 255])
EXPECTED = [[0, 1, 2], [253, 254, 255]]


def written(tmp_path: Path, data: bytes, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_literal_bytes_are_read_plain_and_gzipped(tmp_path: Path) -> None:
    for data in (LITERAL, gzip.compress(LITERAL)):
        path = written(tmp_path, data)
        array = idx.read(path)
        assert array.tolist() == EXPECTED
        assert array.dtype == np.uint8
        assert idx.read_shape(path) == (2, 3)


def test_what_is_encoded_is_literally_idx_in_gzip_without_a_time_stamp() -> None:
    packed = idx.encode(np.array(EXPECTED, dtype=np.uint8))
    assert gzip.decompress(packed) == LITERAL
    assert packed[4:8] == bytes(4)
    assert packed == idx.encode(np.array(EXPECTED, dtype=np.uint8))


def test_an_array_that_is_not_contiguous_is_encoded_in_its_own_order() -> None:
    array = np.array(EXPECTED, dtype=np.uint8).T
    assert gzip.decompress(idx.encode(array))[-6:] == bytes([0, 253, 1, 254, 2, 255])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "begins with"),
        (b"\x89PNG\r\n\x1a\n", "begins with"),
        (b"\x00\x00\x08\x00", "begins with"),
        (b"\x00\x00\x08\x09" + bytes(36), "begins with"),
        (b"\x00\x00\x0d" + LITERAL[3:], "float32"),
        (b"\x00\x00\x77" + LITERAL[3:], "0x77"),
        (LITERAL[:9], "ends in its header"),
        (LITERAL[:-1], "cut short"),
        (LITERAL + b"\0", "got more"),
        (gzip.compress(LITERAL, mtime=0)[:-9], "broken"),
        (gzip.compress(LITERAL + b"\0", mtime=0), "got more"),
        (gzip.compress(LITERAL, mtime=0)[:-8] + bytes(8), "broken"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(idx.IdxError, match=sentence):
        idx.read(written(tmp_path, data))


def test_a_header_that_claims_gigabytes_is_refused_before_anything_is_allocated(
    tmp_path: Path,
) -> None:
    claim = b"\x00\x00\x08\x03" + struct.pack(">3I", 2**31, 28, 28)
    with pytest.raises(idx.IdxError, match="at most"):
        idx.read(written(tmp_path, claim))
    claim = b"\x00\x00\x08\x01" + struct.pack(">I", 400_000_000)
    with pytest.raises(idx.IdxError, match="too short"):
        idx.read(written(tmp_path, claim + bytes(100)))


def test_a_gzip_bomb_is_not_unpacked_beyond_what_its_header_claims(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(LITERAL + bytes(200_000_000), compresslevel=1))
    tracemalloc.start()
    try:
        with pytest.raises(idx.IdxError, match="got more"):
            idx.read(path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()

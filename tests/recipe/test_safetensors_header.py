"""The bounds of a stranger's safetensors file, which nothing may read before they are checked."""

import struct

import numpy as np
import pytest
from safetensors.numpy import save

from convscope.errors import UploadError
from convscope.recipe.safetensors_header import (
    MAX_HEADER_BYTES,
    MAX_TENSORS,
    check_safetensors,
)


def file(header: bytes, announced: int | None = None, rest: bytes = b"") -> bytes:
    """A file with this header, which may announce another length."""
    return struct.pack("<Q", len(header) if announced is None else announced) + header + rest


def padded(length: int) -> bytes:
    """An empty header of this many bytes: JSON, and spaces."""
    return b"{}".ljust(length)


def tensors(count: int) -> bytes:
    """A file that the library itself wrote, with so many tensors."""
    return save({f"t{number}": np.zeros(1, np.float32) for number in range(count)})


def test_the_bounds_are_a_megabyte_and_a_thousand_tensors() -> None:
    assert (MAX_HEADER_BYTES, MAX_TENSORS) == (2**20, 1000)


@pytest.mark.parametrize("length", [2, 2**20])
def test_a_header_of_up_to_a_megabyte_is_taken(length: int) -> None:
    data = file(padded(length))
    assert check_safetensors(data) is data


@pytest.mark.parametrize("length", [2**20 + 1, 2**21])
def test_a_header_over_a_megabyte_is_refused_though_all_of_it_is_there(length: int) -> None:
    with pytest.raises(UploadError, match=r"at most 1,048,576 bytes") as caught:
        check_safetensors(file(padded(length)))
    assert f"{length:,}" in caught.value.detail


@pytest.mark.parametrize("announced", [3, 2**20, 2**63, 2**64 - 1])
def test_a_header_that_leaves_its_file_is_refused(announced: int) -> None:
    with pytest.raises(UploadError, match="10 bytes of the file"):
        check_safetensors(file(b"{}", announced))


def test_a_thousand_tensors_are_taken_and_one_more_is_refused() -> None:
    data = tensors(1000)
    assert check_safetensors(data) is data
    with pytest.raises(UploadError, match="at most 1000 tensors"):
        check_safetensors(tensors(1001))


@pytest.mark.parametrize("header", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"1", b"null"])
def test_a_header_that_is_no_json_object_is_refused(header: bytes) -> None:
    with pytest.raises(UploadError):
        check_safetensors(file(header))


@pytest.mark.parametrize("data", [b"1", b"1234567"])
def test_a_file_without_so_much_as_a_length_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError, match="fewer than 8 bytes"):
        check_safetensors(data)

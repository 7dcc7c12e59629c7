"""The tensors of a stranger's safetensors file, cut out of it without the library."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from convscope.errors import UploadError
from convscope.recipe.safetensors_header import Kind, tensors_in

BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "C64": 8}
BYTES |= {"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}


def file(header: Any, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(start: int, end: int, *shape: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def test_each_tensor_of_a_file_that_the_library_wrote_has_its_own_bytes() -> None:
    written: dict[str, Any] = {
        "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a.bias": np.arange(2, dtype=np.float64),
        "count": np.array(7, np.int64),
        "none": np.zeros((0, 3), np.float16),
    }
    found = tensors_in(save(written, metadata={"made": "here"}))
    assert found.keys() == written.keys()
    for name, array in written.items():
        kind, data = found[name]
        assert kind.shape == array.shape
        assert bytes(data) == array.tobytes()
    assert found["a.bias"][0] == Kind("F64", (2,))


@pytest.mark.parametrize("dtype", BYTES)
def test_each_type_takes_its_bytes(dtype: str) -> None:
    size = 3 * BYTES[dtype]
    kind, data = tensors_in(file({"t": entry(0, size, 3, dtype=dtype)}, bytes(size)))["t"]
    assert (kind, len(data)) == (Kind(dtype, (3,)), size)
    with pytest.raises(UploadError, match="does not hold 't'"):
        tensors_in(file({"t": entry(0, size + 1, 3, dtype=dtype)}, bytes(size + 1)))


def test_a_file_may_list_its_tensors_in_another_order_than_they_lie_in() -> None:
    header = {"late": entry(8, 12, 1), "early": entry(0, 8, 2)}
    found = tensors_in(file(header, b"earlymeelate"))
    assert {name: bytes(data) for name, (_, data) in found.items()} == {
        "early": b"earlymee",
        "late": b"late",
    }


@pytest.mark.parametrize(
    ("header", "body", "words"),
    [
        ({"t": entry(0, 4, 1)}, b"12345", "1 bytes more"),
        ({"t": entry(0, 4, 1)}, b"123", "bytes more"),
        ({"t": entry(1, 5, 1)}, b"12345", "does not hold 't'"),
        ({"a": entry(0, 4, 1), "b": entry(0, 4, 1)}, b"1234", "does not hold 'b'"),
        ({"a": entry(0, 4, 1), "b": entry(5, 9, 1)}, b"123456789", "does not hold 'b'"),
        ({"t": entry(0, 4, -1, -1)}, b"1234", "does not hold 't'"),
        ({"t": entry(0, 0, 0, -1)}, b"", "does not hold 't'"),
        ({"t": entry(0, 4, 1, dtype="F33")}, b"1234", "as 'F33': expected one of F64, F32"),
        ({"t": entry(0, 4, *[1] * 9)}, b"1234", "is not valid"),
        ({"t": entry(0, 4, 1) | {"more": 1}}, b"1234", "is not valid"),
        ({"t": {"dtype": "F32", "shape": [1]}}, b"1234", "is not valid"),
        ({"t": entry(0, 4, 1) | {"shape": [1.5]}}, b"1234", "is not valid"),
        ({"n" * 100: entry(1, 5, 1)}, b"12345", f"hold '{'n' * 80}'"),
        ({"t": entry(0, 4, 1, dtype="D" * 30)}, b"1234", f"as '{'D' * 20}'"),
    ],
)
def test_a_file_whose_header_and_bytes_differ_is_refused(
    header: Any, body: bytes, words: str
) -> None:
    with pytest.raises(UploadError) as caught:
        tensors_in(file(header, body))
    assert words in caught.value.detail


def test_eight_axes_are_read() -> None:
    assert tensors_in(file({"t": entry(0, 4, *[1] * 8)}, b"1234"))["t"][0].shape == (1,) * 8

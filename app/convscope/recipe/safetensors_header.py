"""The header of an untrusted safetensors file, and its bounds, checked before anything reads it."""

import json
import struct
from dataclasses import dataclass
from math import prod

from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter, ValidationError

from convscope.errors import UploadError
from convscope.recipe.file_kinds import kind_of
from convscope.types import JsonObject, Shape

MAX_HEADER_BYTES = 2**20
MAX_TENSORS = 1000
LENGTH = struct.Struct("<Q")
BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "C64": 8,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U64": 8,
    "U32": 4,
    "U16": 2,
    "U8": 1,
    "BOOL": 1,
}


def check_safetensors(data: bytes) -> bytes:
    """The same bytes; UploadError unless they begin as a safetensors file within bounds does.

    What is in it is checked against the recipe by whoever loads it.
    """
    _parts(data)
    return data


def _parts(data: bytes) -> tuple[JsonObject, memoryview]:
    """The header, and what follows it; UploadError as above."""
    try:
        header, body = _split(data)
    except UploadError:
        # only now: the length of a header may read like another kind's first bytes
        if kind := kind_of(data):
            raise UploadError(f"Expected a safetensors file, got {kind}.") from None
        raise
    header.pop("__metadata__", None)
    if len(header) > MAX_TENSORS:
        raise UploadError(f"Expected a safetensors file of at most {MAX_TENSORS} tensors.")
    return header, body


def _split(data: bytes) -> tuple[JsonObject, memoryview]:
    if len(data) < LENGTH.size:
        raise UploadError("Expected a safetensors file, got fewer than 8 bytes.")
    (length,) = LENGTH.unpack_from(data)
    if length > min(MAX_HEADER_BYTES, len(data) - LENGTH.size):
        raise UploadError(
            f"Expected a safetensors header of at most {MAX_HEADER_BYTES:,} bytes, within the "
            f"{len(data):,} bytes of the file, got one of {length:,}."
        )
    end = LENGTH.size + length
    try:
        header = json.loads(data[LENGTH.size : end])
    except (ValueError, RecursionError) as error:
        raise UploadError("The header of the safetensors file is not JSON.") from error
    if not isinstance(header, dict):
        raise UploadError("The header of the safetensors file is not a JSON object.")
    return header, memoryview(data)[end:]


@dataclass(frozen=True)
class Kind:
    """What a tensor is, without its numbers."""

    dtype: str  # as safetensors names it
    shape: Shape


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    dtype: str
    shape: list[StrictInt] = Field(max_length=8)
    data_offsets: tuple[StrictInt, StrictInt]


_HEADER = TypeAdapter(dict[str, _Entry])


def tensors_in(data: bytes) -> dict[str, tuple[Kind, memoryview]]:
    """Each tensor of a safetensors file with its bytes, without torch.

    UploadError unless the tensors lie one behind the other and fill the file to its last byte.
    """
    header, body = _parts(data)
    try:
        entries = _HEADER.validate_python(header)
    except ValidationError as error:
        raise UploadError("The header of the safetensors file is not valid.") from error
    return _cut(entries, body)


def _cut(entries: dict[str, _Entry], body: memoryview) -> dict[str, tuple[Kind, memoryview]]:
    found, end = {}, 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        if entry.dtype not in BYTES:
            raise UploadError(
                f"The safetensors file has {name[:80]!r} as {entry.dtype[:20]!r}: expected one of "
                f"{', '.join(BYTES)}."
            )
        size = BYTES[entry.dtype] * prod(entry.shape)
        fits = entry.data_offsets == (end, end + size) and all(side >= 0 for side in entry.shape)
        if not fits:
            raise UploadError(
                f"The safetensors file does not hold {name[:80]!r} as its header says."
            )
        found[name] = Kind(entry.dtype, tuple(entry.shape)), body[end : end + size]
        end += size
    if end != len(body):
        raise UploadError(
            f"The safetensors file has {len(body) - end:,} bytes more than its header says."
        )
    return found

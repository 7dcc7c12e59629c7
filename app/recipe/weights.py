"""A stranger's safetensors file: its bounds, checked before anything reads it."""

import json
import struct

from app.errors import UploadError

MAX_HEADER_BYTES = 2**20
MAX_TENSORS = 1000
LENGTH = struct.Struct("<Q")


def check_safetensors(data: bytes) -> bytes:
    """The same bytes; UploadError unless they begin as a safetensors file within bounds does.

    What is in it is checked against the recipe by whoever loads it.
    """
    if len(data) < LENGTH.size:
        raise UploadError("A safetensors file was expected, and fewer than 8 bytes came.")
    (length,) = LENGTH.unpack_from(data)
    if length > min(MAX_HEADER_BYTES, len(data) - LENGTH.size):
        raise UploadError(
            f"A safetensors header of at most {MAX_HEADER_BYTES:,} bytes was expected, within the "
            f"{len(data):,} bytes of the file, and one of {length:,} was announced."
        )
    try:
        header = json.loads(data[LENGTH.size : LENGTH.size + length])
    except (ValueError, RecursionError) as error:
        raise UploadError("The header of the safetensors file is not JSON.") from error
    if not isinstance(header, dict) or len(header.keys() - {"__metadata__"}) > MAX_TENSORS:
        raise UploadError(f"A safetensors file of at most {MAX_TENSORS} tensors was expected.")
    return data


def metadata(data: bytes) -> dict[str, str]:
    """What a safetensors file that is ours says of itself."""
    (length,) = LENGTH.unpack_from(data)
    said: dict[str, str] = json.loads(data[LENGTH.size : LENGTH.size + length])["__metadata__"]
    return said

"""Messages between the server and a worker: a JSON header and a payload, never a pickle.

Two little-endian uint32 lengths, the header as JSON in UTF-8, the payload. What they mean is in
`commands.py`, `replies.py` and `reports.py`. Numbers that are not finite cross as null.
"""

import asyncio
import json
import socket
import struct
from dataclasses import dataclass

from pydantic_core import to_json

from convscope.types import JsonObject

_LENGTHS = struct.Struct("<II")
MAX_HEADER_BYTES = 2**26
MAX_PAYLOAD_BYTES = 2**30


@dataclass(frozen=True)
class Message:
    """One message: what it says, and the bytes that go with it."""

    header: JsonObject
    payload: bytes = b""


def encode_message(header: JsonObject, payload: bytes | bytearray) -> bytes:
    """A message as it crosses, from what it says and the bytes that go with it."""
    text = to_json(header, inf_nan_mode="null")
    return b"".join((_LENGTHS.pack(len(text), len(payload)), text, payload))


def _lengths(prefix: bytes | bytearray) -> tuple[int, int]:
    header, payload = _LENGTHS.unpack(prefix)
    if header > MAX_HEADER_BYTES or payload > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a message of {header} + {payload} bytes is longer than any that is sent")
    return header, payload


def decode_message(data: bytes) -> Message:
    """What `encode_message` wrote, where it came as one piece; ValueError for anything else."""
    if len(data) < _LENGTHS.size:
        raise ValueError(f"a message of {len(data)} bytes is shorter than any that is sent")
    header, payload = _lengths(data[: _LENGTHS.size])
    middle = _LENGTHS.size + header
    if len(data) != middle + payload:
        raise ValueError(f"a message says {header} + {payload} bytes, and is {len(data)} long")
    return Message(json.loads(data[_LENGTHS.size : middle]), data[middle:])


async def receive(reader: asyncio.StreamReader) -> Message:
    """The next message, in the server; asyncio.IncompleteReadError at the end of the stream."""
    header, payload = _lengths(await reader.readexactly(_LENGTHS.size))
    text = await reader.readexactly(header)
    return Message(json.loads(text), await reader.readexactly(payload))


def receive_blocking(connection: socket.socket) -> Message:
    """The next message, in a worker; EOFError at the end of the stream."""
    header, payload = _lengths(_read_exactly(connection, _LENGTHS.size))
    text = _read_exactly(connection, header)
    return Message(json.loads(text), bytes(_read_exactly(connection, payload)))


def _read_exactly(connection: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return data

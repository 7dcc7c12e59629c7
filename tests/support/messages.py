"""A worker's messages at hand, without a socket."""

import json
import struct

from convscope.ipc.messages import Message


def message_of(data: bytes) -> Message:
    """What `encode_message` wrote."""
    length, _ = struct.unpack_from("<II", data)
    return Message(json.loads(data[8 : 8 + length]), data[8 + length :])

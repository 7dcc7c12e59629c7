"""Messages over a real socket, in both directions."""

import asyncio
import socket
import struct

import pytest

from convscope.ipc.messages import (
    Message,
    encode_message,
    receive,
    receive_blocking,
)
from tests.support.messages import message_of

MESSAGE = Message({"command": "step", "id": 3, "text": "Δw"}, b"\0\1\2" * 1000)
ENCODED = encode_message(MESSAGE.header, MESSAGE.payload)


def test_the_bytes_are_two_lengths_a_header_and_a_payload() -> None:
    assert encode_message({"a": 1}, b"xy") == struct.pack("<II", 7, 2) + b'{"a":1}xy'


def test_a_worker_reads_what_the_server_wrote_even_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = ENCODED * 2
        for start in range(0, len(data), 777):
            ours.sendall(data[start : start + 777])
        assert receive_blocking(theirs) == MESSAGE
        assert receive_blocking(theirs) == MESSAGE


def test_a_worker_notices_the_end_of_the_line() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs, pytest.raises(EOFError):
        receive_blocking(theirs)


def test_the_server_reads_what_a_worker_wrote() -> None:
    async def read() -> Message:
        reader = asyncio.StreamReader()
        reader.feed_data(ENCODED)
        return await receive(reader)

    assert asyncio.run(read()) == MESSAGE


@pytest.mark.parametrize("lengths", [(2**26 + 1, 0), (0, 2**30 + 1), (2**32 - 1, 2**32 - 1)])
def test_a_length_beyond_any_that_is_sent_is_refused_before_it_is_allocated(
    lengths: tuple[int, int],
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(struct.pack("<II", *lengths))
        with pytest.raises(ValueError, match="longer than any"):
            receive_blocking(theirs)


def test_the_longest_header_and_payload_that_are_sent_are_waited_for() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(struct.pack("<II", 2**26, 2**30))
        with pytest.raises(EOFError):
            receive_blocking(theirs)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_crosses_as_null(number: float) -> None:
    assert message_of(encode_message({"loss": [1.5, number]}, b"")).header == {"loss": [1.5, None]}

"""The heartbeat of a worker: a ping each second, which its watchdog answers beside the loop.

Nothing is measured in seconds of the server's, which may have been stopped or busy itself: pings
without any answer are counted, and every message is one.
"""

from typing import Final

from convscope.ipc.messages import Message, encode_message

BEAT_S = 1.0
MOST_UNANSWERED = {"cpu": 3, "cuda": 30}  # by device: a GPU's driver may hold all threads up
_NAME: Final = "Ping"
PING: Final = encode_message({"command": _NAME}, b"")
SILENT = "The worker of this run did not answer any more (stopped, or swapped out), and was ended."
ENDLESS = "The worker of this run came to no end with what it did, and was ended."


class HungError(Exception):
    """A worker that is there and does not go on; its text is a sentence for people."""


def is_ping(message: Message) -> bool:
    """Whether a message to a worker is for its watchdog."""
    return message.header.get("command") == _NAME


def encode_pulse(*, endless: bool) -> bytes:
    """The watchdog's answer: whether the loop is taken for endless."""
    return encode_message({"pulse": endless}, b"")


class Heartbeat:
    """How many pings a worker has left without an answer, as the server counts them."""

    def __init__(self, device: str) -> None:
        self._most = MOST_UNANSWERED[device]
        self._unanswered = 0

    def ping(self) -> bytes:
        """The next, as it crosses; HungError where too many had no answer."""
        if self._unanswered >= self._most:
            raise HungError(SILENT)
        self._unanswered += 1
        return PING

    def heard(self, message: Message) -> bool:
        """Whether a message was an answer of the watchdog's alone; HungError where it says that the
        loop is endless."""
        self._unanswered = 0
        endless = message.header.get("pulse")
        if endless:
            raise HungError(ENDLESS)
        return endless is not None

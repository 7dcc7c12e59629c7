"""A worker that came by itself: it lives in somebody's own process, at the end of a WebSocket."""

import asyncio
from typing import Any

from convscope.ipc.codec import decode_report, encode_command
from convscope.ipc.commands import Command, R
from convscope.ipc.messages import decode_message
from convscope.ipc.questions import Questions
from convscope.ipc.reports import Report

MOST_WAITING = 1000  # commands that it has not taken: then it is taken for gone
GONE = "The training loop of this run is gone."


class DialledWorker:
    """What is said to it waits here until whoever has the line sends it."""

    def __init__(self) -> None:
        self._questions = Questions()
        self._outbox: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self.is_gone = False

    def take(self, data: bytes) -> Report:
        """A message of it; ValueError, LookupError or TypeError for what is none.

        Whoever waits for a reply has it when the next turn of the event loop comes, so that what
        the report says is heard first.
        """
        report, answer = decode_report(decode_message(data), self._questions.reply_of)
        self._questions.resolve(answer)
        return report

    async def next(self) -> bytes | None:
        """What it is to be sent next; None at the end."""
        return await self._outbox.get()

    async def ask(self, command: Command[R]) -> R:
        """See Worker.ask."""
        data, future = self._questions.put(command)
        self._put(data)
        reply: R = await future
        return reply

    def tell(self, command: Command[Any]) -> None:
        """See Worker.tell."""
        self._put(encode_command(command, 0))

    def _put(self, data: bytes) -> None:
        if self.is_gone:
            self._questions.fail_all(GONE)
            return
        try:
            self._outbox.put_nowait(data)
        except asyncio.QueueFull:
            self.leave()

    def leave(self) -> None:
        """It is gone, or not wanted any more."""
        self.is_gone = True
        self._questions.fail_all(GONE)
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait(None)

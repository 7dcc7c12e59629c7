"""Commands that a worker has been sent, and whoever waits for their replies."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

from convscope.errors import WorkerDiedError
from convscope.ipc.codec import Answer, encode_command
from convscope.ipc.commands import Command
from convscope.ipc.replies import Reply

RETRY_AFTER_S = 1  # another worker comes up in less


@dataclass(frozen=True)
class Asked:
    """A command that somebody waits for."""

    command: Command[Any]
    future: "asyncio.Future[Any]"


class Questions:
    """Those of one worker, by the numbers that their replies name."""

    def __init__(self) -> None:
        self._asked: dict[int, Asked] = {}
        self._numbers = itertools.count(1)

    def put(self, command: Command[Any]) -> tuple[bytes, "asyncio.Future[Any]"]:
        """The command as it crosses, and where its reply will be."""
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = Asked(command, future)
        return encode_command(command, number), future

    def reply_of(self, number: int) -> type[Reply]:
        """The kind of reply that a number stands for; KeyError for one that nobody asked."""
        return self._asked[number].command.reply

    def resolve(self, answer: Answer | None) -> None:
        """The end of a command, unless nobody waits for it any more."""
        asked = self._asked.pop(answer.number, None) if answer else None
        if answer is None or asked is None or asked.future.done():
            return
        if answer.error:
            asked.future.set_exception(answer.error)
        else:
            asked.future.set_result(answer.reply)

    def fail_all(self, why: str) -> None:
        """The worker is gone: WorkerDiedError for whoever waits."""
        waiting, self._asked = self._asked, {}
        for asked in waiting.values():
            if not asked.future.done():
                asked.future.set_exception(WorkerDiedError(why, retry_after=RETRY_AFTER_S))

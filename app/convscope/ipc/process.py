"""A worker in a process of this machine."""

import asyncio
import logging
import signal
import socket
from multiprocessing.process import BaseProcess
from typing import Any

from convscope.ipc.codec import decode_report, encode_command
from convscope.ipc.commands import Command, R
from convscope.ipc.forkserver import spawn_worker
from convscope.ipc.messages import receive
from convscope.ipc.protocol import OnDeath, OnReport
from convscope.ipc.questions import Questions

log = logging.getLogger("convscope")
BUFFER_BYTES = 2**20
EXIT_TIMEOUT_S = 2.0


class ProcessWorker:
    """One child process and the socket to it; it owns both."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._questions = Questions()
        self._process: BaseProcess
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self, on_report: OnReport, on_death: OnDeath) -> None:
        """See Worker.start."""
        ours, theirs = socket.socketpair()
        try:
            # the thread owns their end: it may still need it when this task is cancelled
            self._process = await asyncio.to_thread(spawn_worker, theirs, self._device)
        except BaseException:
            ours.close()  # whatever was started ends at the end of its line
            raise
        reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=BUFFER_BYTES)
        self._listening = asyncio.create_task(self._listen(reader, on_report, on_death))

    async def _listen(
        self, reader: asyncio.StreamReader, on_report: OnReport, on_death: OnDeath
    ) -> None:
        questions = self._questions
        try:
            while True:
                report, answer = decode_report(await receive(reader), questions.reply_of)
                on_report(report)
                questions.resolve(answer)
        except (asyncio.IncompleteReadError, OSError):
            why = await self._cause_of_death()
        except Exception:
            log.exception("a message of a worker could not be taken in")
            self._process.kill()
            why = "The server could not follow the worker of this run, and ended it."
        finally:
            questions.fail_all("The worker of this run is gone.")
            if self._writer:
                self._writer.close()
        if not self._closing:
            on_death(why)

    async def _cause_of_death(self) -> str:
        await asyncio.to_thread(self._process.join, EXIT_TIMEOUT_S)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            return "The worker of this run closed its line and was ended."
        if code >= 0:
            return f"The worker of this run ended by itself, with exit code {code}."
        name = signal.Signals(-code).name
        hint = " (out of memory, perhaps)" if name == "SIGKILL" else ""
        return f"The worker of this run was killed by {name}{hint}."

    async def ask(self, command: Command[R]) -> R:
        """See Worker.ask."""
        data, future = self._questions.put(command)
        self._send(data)
        reply: R = await future
        return reply

    def tell(self, command: Command[Any]) -> None:
        """See Worker.tell."""
        self._send(encode_command(command, 0))

    def _send(self, data: bytes) -> None:
        if self._writer is None or (self._listening is not None and self._listening.done()):
            self._questions.fail_all("The worker of this run is gone.")
            return
        self._writer.write(data)

    async def close(self) -> None:
        """See Worker.close: its watchdog ends it at the end of the line, even in mid-step."""
        self._closing = True
        if self._writer is None:
            return
        self._writer.close()
        if self._listening:
            self._listening.cancel()
        await asyncio.to_thread(self._process.join, EXIT_TIMEOUT_S)
        if self._process.exitcode is None:
            self._process.kill()

"""A worker in a process of this machine."""

import asyncio
import itertools
import logging
import signal
import socket
from multiprocessing.process import BaseProcess
from typing import Any

from convscope import errors
from convscope.errors import ConvscopeError, WorkerDiedError
from convscope.ipc.forkserver import spawn_worker
from convscope.ipc.messages import Message, receive
from convscope.ipc.protocol import OnDeath, OnMessage

log = logging.getLogger("convscope")
BUFFER_BYTES = 2**20
EXIT_TIMEOUT_S = 2.0


class ProcessWorker:
    """One child process and the line to it; it owns both."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._numbers = itertools.count(1)
        self._process: BaseProcess
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._check = False

    async def start(self, on_message: OnMessage, on_death: OnDeath) -> None:
        """See Worker.start."""
        ours, theirs = socket.socketpair()
        try:
            # the thread owns their end: it may still need it when this task is cancelled
            self._process = await asyncio.to_thread(spawn_worker, theirs, self._device)
        except BaseException:
            ours.close()  # whatever was started ends at the end of its line
            raise
        reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=BUFFER_BYTES)
        self._listening = asyncio.create_task(self._listen(reader, on_message, on_death))

    async def _listen(
        self, reader: asyncio.StreamReader, on_message: OnMessage, on_death: OnDeath
    ) -> None:
        try:
            while True:
                message = await receive(reader)
                on_message(message)
                self._resolve(message)
        except (asyncio.IncompleteReadError, OSError):
            why = await self._cause_of_death()
        except Exception:
            log.exception("a message of a worker could not be taken in")
            self._process.kill()
            why = "The server could not follow the worker of this run, and ended it."
        finally:
            self._fail_all("The worker of this run is gone.")
            if self._writer:
                self._writer.close()
        if not self._check:
            on_death(why)

    def _resolve(self, message: Message) -> None:
        future = self._answers.pop(message.header.get("reply", 0), None)
        if future is None or future.done():
            return
        refusal = message.header.get("error")
        if refusal:
            future.set_exception(_error(refusal))
        else:
            future.set_result(message)

    def _fail_all(self, why: str) -> None:
        waiting, self._answers = self._answers, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(WorkerDiedError(why))

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

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """See Worker.ask."""
        number = next(self._numbers)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        self._send(command, number, payload, arguments)
        return await future

    def tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """See Worker.tell."""
        self._send(command, 0, payload, arguments)

    def _send(self, command: str, number: int, payload: bytes, arguments: dict[str, Any]) -> None:
        if self._writer is None or (self._listening is not None and self._listening.done()):
            self._fail_all("The worker of this run is gone.")
            return
        header = {"command": command, "id": number} | arguments
        self._writer.write(Message(header, payload).encode())

    async def close(self) -> None:
        """See Worker.close: its watchdog ends it at the end of the line, even in mid-step."""
        self._check = True
        if self._writer is None:
            return
        self._writer.close()
        if self._listening:
            self._listening.cancel()
        await asyncio.to_thread(self._process.join, EXIT_TIMEOUT_S)
        if self._process.exitcode is None:
            self._process.kill()


def _error(refusal: dict[str, Any]) -> ConvscopeError:
    """The worker's refusal as the exception that it was there."""
    kind = getattr(errors, refusal["type"])
    error: ConvscopeError = kind(refusal["detail"])
    error.extra = refusal["extra"]
    return error

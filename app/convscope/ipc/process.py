"""A worker in a process of this machine."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from multiprocessing.process import BaseProcess
from typing import Any

from convscope.errors import WorkerDiedError
from convscope.ipc import forkserver
from convscope.ipc.codec import decode_report, encode_command
from convscope.ipc.commands import Command, R
from convscope.ipc.forkserver import spawn_worker
from convscope.ipc.heartbeat import BEAT_S, Heartbeat, HungError
from convscope.ipc.messages import Message, receive
from convscope.ipc.protocol import OnDeath, OnReport
from convscope.ipc.questions import RETRY_AFTER_S, Questions

log = logging.getLogger("convscope")
BUFFER_BYTES = 2**20
EXIT_TIMEOUT_S = 2.0
GONE = "The worker of this run is gone."
FORK_LIMIT_S = 120.0  # with the loading of torch from a slow disk before the first
FORK_ATTEMPTS = 5
FORK_PAUSE_S = 0.1  # before the second, and so much longer before each other: it may be ending
NOT_FORKED = f"No worker came up within {FORK_LIMIT_S:g} s."
NO_FORKSERVER = "The process that workers are forked from ended."


class ProcessWorker:
    """One child process and the socket to it; it owns both."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._questions = Questions()
        self._process: BaseProcess
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self, on_report: OnReport, on_death: OnDeath) -> None:
        """See Worker.start; WorkerDiedError where none can be forked."""
        ours = await self._fork()
        reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=BUFFER_BYTES)
        heartbeat = Heartbeat(self._device)
        self._beating = asyncio.create_task(self._beat(heartbeat, reader))
        self._listening = asyncio.create_task(self._listen(reader, heartbeat, on_report, on_death))

    async def _fork(self) -> socket.socket:
        """The process is there, at the other end of this."""
        for attempt in range(FORK_ATTEMPTS):  # a forkserver that ends forks none; the next does
            await asyncio.sleep(attempt * FORK_PAUSE_S)
            ours, theirs = socket.socketpair()
            try:
                async with asyncio.timeout(FORK_LIMIT_S):
                    # the thread owns their end: it may still need it when this task is cancelled
                    forking = asyncio.to_thread(spawn_worker, theirs, self._device)
                    self._process = await forking
            except (EOFError, ConnectionError):
                ours.close()
            except TimeoutError:
                ours.close()
                forkserver.kill()  # it hangs: the thread that waits for it goes on
                raise WorkerDiedError(NOT_FORKED, retry_after=RETRY_AFTER_S) from None
            except BaseException:
                ours.close()  # whatever was started ends at the end of its line
                raise
            else:
                return ours
        raise WorkerDiedError(NO_FORKSERVER, retry_after=RETRY_AFTER_S)

    async def _beat(self, heartbeat: Heartbeat, reader: asyncio.StreamReader) -> None:
        """Ping until it is found hung, which whoever listens is told."""
        assert self._writer is not None
        try:
            while True:
                self._writer.write(heartbeat.ping())
                await asyncio.sleep(BEAT_S)
        except HungError as error:
            reader.set_exception(error)

    async def _listen(
        self,
        reader: asyncio.StreamReader,
        heartbeat: Heartbeat,
        on_report: OnReport,
        on_death: OnDeath,
    ) -> None:
        why = GONE
        try:
            while True:
                message = await receive(reader)
                if not heartbeat.heard(message):
                    self._take(message, on_report)
        except HungError as error:
            why = str(error)
            self._kill()
        except (asyncio.IncompleteReadError, OSError):
            why = await self._cause_of_death()
        except Exception:
            log.exception("a message of a worker could not be taken in")
            self._kill()
            why = "The server could not follow the worker of this run, and ended it."
        finally:
            self._let_go(why)
        if not self._closing:
            on_death(why)

    def _take(self, message: Message, on_report: OnReport) -> None:
        report, answer = decode_report(message, self._questions.reply_of)
        on_report(report)
        self._questions.resolve(answer)

    def _let_go(self, why: str) -> None:
        self._questions.fail_all(why)
        if self._beating:
            self._beating.cancel()
        if self._writer:
            self._writer.close()

    def _kill(self) -> None:
        """While its line is open its number is no other process's, also where the forkserver is
        gone, and with it who would tell of its end."""
        assert self._process.pid is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    async def _cause_of_death(self) -> str:
        await asyncio.to_thread(self._process.join, EXIT_TIMEOUT_S)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            return "The worker of this run closed its line and was ended."
        if code == forkserver.UNKNOWN_EXIT:
            return "The worker of this run ended, and so had the process that could tell why."
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
            self._questions.fail_all(GONE)
            return
        self._writer.write(data)

    async def close(self) -> None:
        """See Worker.close: its watchdog ends it at the end of the line, even in mid-step."""
        self._closing = True
        if self._writer is None:
            return
        if self._process.exitcode == forkserver.UNKNOWN_EXIT and not self._writer.is_closing():
            self._kill()
        self._writer.close()
        for task in (self._listening, self._beating):
            if task:
                task.cancel()
        await asyncio.to_thread(self._process.join, EXIT_TIMEOUT_S)
        if self._process.exitcode is None:
            self._process.kill()

"""The worker's end of the line to the server, which is also what keeps it alive."""

import os
import queue
import socket
import threading
import traceback

from convscope.ipc.codec import Answer, encode_report
from convscope.ipc.messages import Message, receive_blocking
from convscope.ipc.replies import Status
from convscope.ipc.reports import Metrics, Notice


class Channel:
    """Commands in through a thread, messages out from the caller's.

    The thread is the watchdog: when the server is gone the line ends, and the process with it, even
    in the middle of a step.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="watchdog", daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._inbox.put(receive_blocking(self._connection))
        except (EOFError, OSError):
            os._exit(0)
        except BaseException:  # a watchdog that is gone would leave the process for ever
            traceback.print_exc()
            os._exit(1)

    def next(self, timeout_s: float | None) -> Message | None:
        """The next command, or None after `timeout_s` seconds without one (None waits for ever)."""
        if timeout_s == 0 and self._inbox.empty():
            return None
        try:
            return self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def send(
        self, metrics: Metrics, status: Status | None, said: Answer | Notice | None = None
    ) -> None:
        """A message to the server; ends the process when there is none any more."""
        try:
            self._connection.sendall(encode_report(metrics, status, said))
        except OSError:
            os._exit(0)

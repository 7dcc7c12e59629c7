"""The worker's end of the line to the server, which is also what keeps it alive."""

import os
import queue
import socket
import threading
import traceback

from convscope.ipc.codec import Answer, encode_report
from convscope.ipc.heartbeat import encode_pulse, is_ping
from convscope.ipc.messages import Message, receive_blocking
from convscope.ipc.replies import Status
from convscope.ipc.reports import Metrics, Notice
from convscope.worker.pulse import Allowance, Allowances, Pulse


class Channel:
    """Commands in through a thread, messages out from the caller's.

    The thread is the watchdog: when the server is gone the line ends, and the process with it, even
    in the middle of a step. It answers the pings, and tells whether the loop goes on.
    """

    def __init__(self, connection: socket.socket) -> None:
        """In the loop's own thread."""
        self.allowances = Allowances()
        self._connection = connection
        self._sending = threading.Lock()
        self._pulse = Pulse()
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="watchdog", daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                message = receive_blocking(self._connection)
                if is_ping(message):
                    self._answer()
                else:
                    self._inbox.put(message)
        except (EOFError, OSError):
            os._exit(0)
        except BaseException:  # a watchdog that is gone would leave the process for ever
            traceback.print_exc()
            os._exit(1)

    def _answer(self) -> None:
        """Tell of the pulse; where the loop is about to send, its message is as good a sign."""
        pulse = encode_pulse(endless=self._pulse.is_endless())
        if self._sending.acquire(blocking=False):
            try:
                self._connection.sendall(pulse)
            finally:
                self._sending.release()

    def begin(self, allowance: Allowance) -> None:
        """A piece of work begins that may take so long; it ends with the next of these calls."""
        self._pulse.begin(allowance)

    def next(self, timeout_s: float | None) -> Message | None:
        """The next command, or None after `timeout_s` seconds without one (None waits for ever)."""
        self._pulse.begin(None)
        try:
            if timeout_s == 0 and self._inbox.empty():
                return None
            return self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return None
        finally:
            self._pulse.begin(self.allowances.usual)

    def send(
        self, metrics: Metrics, status: Status | None, said: Answer | Notice | None = None
    ) -> None:
        """A message to the server; ends the process when there is none any more."""
        data = encode_report(metrics, status, said)
        self._pulse.begin(None)  # how soon the server takes it is not the loop's to say
        try:
            with self._sending:
                self._connection.sendall(data)
        except OSError:
            os._exit(0)
        self._pulse.begin(self.allowances.usual)

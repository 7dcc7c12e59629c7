"""The entry point of a worker process: it serves one run until the server is gone."""

import resource
import socket

from convscope.logs import write_as_told
from convscope.signals import leave_to_the_server
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop

MEMORY_BYTES = 4 * 2**30  # private memory of one worker, on a CPU


def main(connection: socket.socket, device: str) -> None:
    """Serve one run; never returns, the end of the line ends the process."""
    leave_to_the_server()
    write_as_told()
    if device != "cuda":  # whose driver maps more than any bound
        _bound_memory()
    Loop(Channel(connection), HANDLERS).run()


def _bound_memory() -> None:
    """A worker that grows past its bound fails alone, and does not take the machine along."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))

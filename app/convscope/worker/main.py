"""The entry point of a worker process: it serves one run until the server is gone."""

import contextlib
import resource
import socket
from pathlib import Path

from convscope.learn.evaluate import PIECE
from convscope.logs import write_as_told
from convscope.recipe import memory_bytes
from convscope.signals import leave_to_the_server
from convscope.worker.channel import Channel
from convscope.worker.commands import HANDLERS
from convscope.worker.loop import Loop
from convscope.worker.session import Session

MOST_BYTES = 4 * 2**30  # private memory of one worker, on a CPU, whatever its recipe
BASE_BYTES = 2**30  # 300 MB are there before any run; the rest is for what questions take
OOM_SCORE = "500"


def main(connection: socket.socket, device: str) -> None:
    """Serve one run; never returns, the end of the line ends the process."""
    leave_to_the_server()
    write_as_told()
    _be_ended_first()
    if device == "cuda":  # whose driver maps more than any bound
        Loop(Channel(connection), HANDLERS).run()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    Loop(Channel(connection), HANDLERS, _bound_memory).run()


def _bound_memory(session: Session) -> None:
    """A worker that grows past its bound fails alone, and does not take the machine along: it may
    have twice what its recipe is estimated at, and a base."""
    recipe = session.recipe
    images = max(recipe.batch_size, PIECE)
    estimate = memory_bytes(session.plans, recipe.network.input, images)
    bound = min(BASE_BYTES + 2 * estimate, MOST_BYTES)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, MOST_BYTES))


def _be_ended_first() -> None:
    """Where the machine has no memory left, Linux ends a worker rather than the server."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)

"""The signals that a terminal sends: a closed one, and Ctrl-\\, end a process as SIGTERM does."""

import signal
from collections.abc import Callable
from types import FrameType

Handler = Callable[[int, FrameType | None], object]
# SIGHUP when the terminal is closed, SIGQUIT by Ctrl-\; Windows has neither
FROM_TERMINAL = tuple(
    getattr(signal, name) for name in ("SIGHUP", "SIGQUIT") if hasattr(signal, name)
)


def end_as_by_sigterm() -> None:
    """From now on what comes from the terminal is a SIGTERM; what is ignored (`nohup`) stays so."""
    handle_from_terminal(lambda number, frame: signal.raise_signal(signal.SIGTERM))


def handle_from_terminal(handler: Handler) -> None:
    """What to do when the terminal is closed, unless that is ignored (`nohup`)."""
    for number in FROM_TERMINAL:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def leave_to_the_server() -> None:
    """In a process that the server ends: a terminal sends its signals to all that it started."""
    for number in (signal.SIGINT, *FROM_TERMINAL):
        signal.signal(number, signal.SIG_IGN)

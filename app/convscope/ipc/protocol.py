"""The interface of a worker, wherever it lives."""

from collections.abc import Callable
from typing import Any, Protocol

from convscope.ipc.commands import Command, R
from convscope.ipc.reports import Report

OnReport = Callable[[Report], None]
OnDeath = Callable[[str], None]


class Worker(Protocol):
    """One run's computer: commands in, replies and reports out."""

    async def start(self, on_report: OnReport, on_death: OnDeath) -> None:
        """Bring it up. `on_report` hears everything it says, in order, replies first; `on_death`
        is called once, with a sentence, when it ends by itself."""

    async def ask(self, command: Command[R]) -> R:
        """The reply to a command; raises what the worker refused with, or WorkerDiedError."""

    def tell(self, command: Command[Any]) -> None:
        """A command that wants no reply."""

    async def close(self) -> None:
        """End it."""

"""What a run needs of a worker, wherever it lives."""

from collections.abc import Callable
from typing import Any, Protocol

from convscope.ipc.messages import Message

OnMessage = Callable[[Message], None]
OnDeath = Callable[[str], None]


class Worker(Protocol):
    """One run's computer: commands in, answers and events out, as messages."""

    async def start(self, on_message: OnMessage, on_death: OnDeath) -> None:
        """Bring it up. `on_message` hears everything it says, in order, answers first; `on_death`
        is called once, with a sentence, when it ends by itself."""

    async def ask(self, command: str, payload: bytes = b"", **arguments: Any) -> Message:
        """A command and its answer; raises what the worker refused with, or WorkerDiedError."""

    def tell(self, command: str, payload: bytes = b"", **arguments: Any) -> None:
        """A command that wants no answer."""

    async def close(self) -> None:
        """End it."""

"""What a life with a worker needs of the run that leads it."""

from collections.abc import Iterable
from typing import Protocol

from convscope.ipc.messages import Message


class Owner(Protocol):
    """Whose life it is: the run."""

    id: str

    async def admit(self) -> None:
        """Before it wakes; UnavailableError where no more runs may be awake."""

    async def remember(self) -> None:
        """Have in memory what a run needs that is awake: its curves and pictures."""

    def on_message(self, message: Message) -> None:
        """What the worker says."""

    def came_up(self) -> None:
        """The worker is where the run was, and can be told things."""

    def changed(self) -> None:
        """Its state or what is to be said of it is other now."""

    def pictures(self) -> Iterable[tuple[str, bytes]]:
        """Its uploads as the network sees them, by id."""

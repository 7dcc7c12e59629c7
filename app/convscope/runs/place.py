"""What every run of a server is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convscope.ipc.protocol import Worker
from convscope.settings import Settings
from convscope.storage.directory import RunDirectory

if TYPE_CHECKING:
    from convscope.runs.run import Run


@dataclass(frozen=True)
class Place:
    """The server's settings, where runs are kept, and how a run gets a worker."""

    settings: Settings
    directory: RunDirectory
    new_worker: Callable[[str], Worker]
    admit: "Callable[[Run], Awaitable[None]]"  # UnavailableError where no more may be awake

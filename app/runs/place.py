"""What every run of a server is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.journal.library import Library
from app.settings import Settings
from app.workers.protocol import Worker

if TYPE_CHECKING:
    from app.runs.run import Run


@dataclass(frozen=True)
class Place:
    """The server's settings, where runs are kept, and how a run gets a worker."""

    settings: Settings
    library: Library
    new_worker: Callable[[str], Worker]
    admit: "Callable[[Run], Awaitable[None]]"  # UnavailableError where no more may be awake

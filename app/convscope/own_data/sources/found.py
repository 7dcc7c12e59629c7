"""What is found in what was brought: pictures, refusals, and what is passed over."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from convscope.own_data.sources.names import Half
from convscope.types import Fit

Pixels = NDArray[np.uint8]


class Entry(Protocol):
    """A file that was brought, or a member of an archive."""

    @property
    def path(self) -> str:
        """As its sender names it; never used as a path here."""

    @property
    def size(self) -> int:
        """Bytes, as announced: a reader reads no more than these."""

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """Its content from the beginning; UploadError where that cannot be read."""


@dataclass(frozen=True, eq=False)
class Found:
    """A picture with its label."""

    pixels: Pixels  # (H, W) or (H, W, 3)
    class_name: str
    half: Half | None  # None where it brings no split
    name: str = ""  # of its file, where it has one of its own


@dataclass(frozen=True)
class Refused:
    """A file that no picture comes from, by its name."""

    name: str
    why: str


@dataclass(frozen=True)
class PassedOver:
    """A file that is nobody's picture, by what it is."""

    what: str


@dataclass(frozen=True)
class Note:
    """A sentence about all that a source brought."""

    says: str


@dataclass(frozen=True)
class Kind:
    """What a source without a title is called by."""

    what: str


@dataclass(frozen=True)
class Classes:
    """The names of classes in their order, where a source tells it.

    `numbered`: the pictures' class names are numbers, which these stand for.
    """

    names: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Told:
    """What an exported set says of itself."""

    title: str
    licence: str
    origin: str
    dark_background: bool
    centred: bool
    fit: Fit


@dataclass(frozen=True)
class Progress:
    """So many of what there is have been looked at."""

    done: int
    of: int


Event = Found | Refused | PassedOver | Note | Kind | Classes | Told | Progress
Events = Iterator[Event]

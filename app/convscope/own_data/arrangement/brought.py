"""What a preview knows of all that was brought to it beside the pixels: `brought.json`."""

from pathlib import Path

from pydantic import BaseModel

from convscope.data.atomic_write import write_atomically
from convscope.errors import TooLargeError
from convscope.own_data.arrangement.store import Store
from convscope.own_data.bounds import CLASS_LENGTH, MOST_CLASSES, MOST_NAMED
from convscope.own_data.sources.found import (
    Classes,
    Event,
    Found,
    Kind,
    Note,
    PassedOver,
    Refused,
    Told,
)
from convscope.own_data.sources.names import clean
from convscope.types import Fit

_FILE = "brought.json"


class RefusedFile(BaseModel):
    """A file that no picture comes from."""

    name: str
    why: str


class Words(BaseModel):
    """What an exported set said of itself."""

    title: str
    licence: str
    origin: str
    dark_background: bool
    centred: bool = False
    fit: Fit = "crop"


class Brought(BaseModel):
    """Names and sentences; changed as events come."""

    source_classes: list[str] = []  # in the order in which they came
    class_order: list[str] = []  # where a source tells one
    refused: list[RefusedFile] = []
    refused_count: int = 0
    passed_over: dict[str, int] = {}
    notes: list[str] = []
    words: Words | None = None
    kind: str | None = None  # of files that bring no title
    bursts: int = 0  # how many there were so far
    pictures: int = 0  # that the store has; whatever it has beyond these was cut off
    _numbered: tuple[str, ...] = ()

    def take(self, event: Event, store: Store, burst: int) -> None:
        """One more event of a source; TooLargeError at a bound."""
        match event:
            case Found():
                store.add(event, self._class(event.class_name), burst)
            case Refused():
                self.refused_count += 1
                if len(self.refused) < MOST_NAMED:
                    self.refused.append(RefusedFile(name=event.name, why=event.why))
            case PassedOver():
                self.passed_over[event.what] = self.passed_over.get(event.what, 0) + 1
            case Note():
                if event.says not in self.notes:
                    self.notes.append(event.says)
            case Kind():
                self.kind = self.kind or event.what
            case Classes():
                self.class_order += [name for name in event.names if name not in self.class_order]
                self._numbered = event.names if event.numbered else ()
            case Told():
                self.words = Words(**vars(event))

    def _class(self, name: str) -> int:
        """The number of a class as it was brought; a new one where it is new."""
        number, _, _ = name[:9].partition(" ")
        if number.isascii() and number.isdecimal() and int(number) < len(self._numbered):
            name = self._numbered[int(number)]
        name = clean(name, CLASS_LENGTH)
        if name not in self.source_classes:
            if len(self.source_classes) >= MOST_CLASSES:
                raise TooLargeError(f"Expected at most {MOST_CLASSES} classes, got more.")
            self.source_classes.append(name)
        return self.source_classes.index(name)


def read_brought(folder: Path) -> Brought:
    """What is known so far; ValueError where the file is damaged."""
    path = folder / _FILE
    return Brought.model_validate_json(path.read_bytes()) if path.exists() else Brought()


def write_brought(folder: Path, brought: Brought) -> None:
    """Keep it; raises OSError."""
    write_atomically(folder / _FILE, [brought.model_dump_json().encode()])

"""Data sets that people brought: a folder each, with `about.json` and `data.raw`.

`data.raw` has the form of the cache's files: training pictures, training labels, held-out pictures,
held-out labels, then the SHA-256 of them all.  A folder is made under another name and moved to its
place when it is whole, so a set is there or it is not.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from convscope.data import cache
from convscope.data.atomic_write import sync_folder, write_atomically
from convscope.data.idx import Bytes
from convscope.errors import NotFoundError, UnavailableError
from convscope.types import Fit, JsonObject, Shape

KEPT_SIDE = 256  # px; the shorter side of what is kept of a large picture, before it is fitted
ABOUT, DATA = "about.json", "data.raw"
UNFINISHED = ".part-"  # how the name of a folder begins that is being made
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class OwnSet:
    """What is known of a set beside its numbers."""

    id: str
    title: str
    shape: Shape  # (C, H, W)
    classes: tuple[str, ...]
    train: int  # pictures
    test: int
    sha256: str  # of `data.raw` less its last 32 bytes, hex
    licence: str
    origin: str
    dark_background: bool
    fit: Fit  # how pictures of another form were fitted
    held_out: float  # the share that was asked for; what came with a split of its own kept it
    seed: int  # of the split
    made_at: str  # ISO 8601
    train_counts: tuple[int, ...]  # pictures a class
    test_counts: tuple[int, ...]
    centred: bool = False  # as DatasetInfo has it
    notes: tuple[str, ...] = ()  # what was done to all of its pictures, in sentences

    @property
    def shapes(self) -> cache.Shapes:
        """Those of the four arrays in `data.raw`."""
        train, test = (self.train,), (self.test,)
        return [train + self.shape, train, test + self.shape, test]


_OWN_SET = TypeAdapter(OwnSet)


def own_ids(folder: Path) -> list[str]:
    """The sets that are whole, oldest first."""
    try:
        found = [path for path in folder.iterdir() if _ID.fullmatch(path.name)]
    except OSError:
        return []
    whole = [path for path in found if (path / ABOUT).is_file()]
    return [path.name for path in sorted(whole, key=_made_at)]


def _made_at(path: Path) -> tuple[str, str]:
    try:
        return read_own_set(path.parent, path.name).made_at, path.name
    except (NotFoundError, UnavailableError):  # removed meanwhile, or damaged
        return "", path.name


def read_own_set(folder: Path, dataset_id: str) -> OwnSet:
    """NotFoundError where there is no such set, UnavailableError for one that is damaged."""
    if not _ID.fullmatch(dataset_id):
        raise NotFoundError(f"There is no data set {dataset_id!r}.")
    try:
        content = (folder / dataset_id / ABOUT).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"There is no data set {dataset_id!r}.") from error
    try:
        return _OWN_SET.validate_json(content)
    except ValidationError as error:
        raise UnavailableError(f"The data set {dataset_id} is damaged.") from error


def id_of(folder: Path, sha256: str, first: str) -> str | None:
    """The id of a set with this digest: `first` if it has it, else the oldest; None for none."""
    for dataset_id in chain((first,), own_ids(folder)):
        try:
            if read_own_set(folder, dataset_id).sha256 == sha256:
                return dataset_id
        except (NotFoundError, UnavailableError):
            continue
    return None


def open_own_set(folder: Path, own: OwnSet) -> list[Bytes]:
    """Its four arrays, mapped and read-only; UnavailableError where they are damaged."""

    def lost() -> list[Bytes]:
        raise UnavailableError(f"The pictures of the data set {own.id} are damaged or gone.")

    arrays, _ = cache.arrays(folder / own.id / DATA, own.shapes, lost)
    return arrays


def write_about(place: Path, own: OwnSet) -> None:
    """Keep what is known of a set in its folder; raises OSError."""
    write_atomically(place / ABOUT, [_OWN_SET.dump_json(own, indent=1)])


def changed_ns(folder: Path, dataset_id: str) -> int:
    """When the words of a set changed last; 0 for what is no own set."""
    try:
        return (folder / dataset_id / ABOUT).stat().st_mtime_ns if _ID.fullmatch(dataset_id) else 0
    except OSError:
        return 0


def rename(folder: Path, own: OwnSet, changes: JsonObject) -> None:
    """Other words for a set: title, licence, origin, classes; raises OSError."""
    write_about(folder / own.id, replace(own, **changes))


def finish(folder: Path, own: OwnSet) -> None:
    """The folder `UNFINISHED` + id has the whole of `data.raw`: from now on it is the set.

    It is on the disk when this returns; raises OSError.
    """
    part = folder / f"{UNFINISHED}{own.id}"
    write_about(part, own)
    for name in (DATA, ABOUT):
        with (part / name).open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(part)
    part.rename(folder / own.id)
    sync_folder(folder)


def remove_own_set(folder: Path, dataset_id: str) -> None:
    """A set goes for good; whoever has it mapped keeps what is mapped. Raises OSError."""
    part = folder / f"{UNFINISHED}{dataset_id}"
    (folder / dataset_id).rename(part)
    sync_folder(folder)
    shutil.rmtree(part)


def sweep(folder: Path) -> None:
    """What a sudden end left half made goes."""
    for part in _unfinished(folder):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _unfinished(folder: Path) -> Iterator[Path]:
    return folder.glob(f"{UNFINISHED}*")


def size_of(place: Path) -> int:
    """Bytes of all files in a folder and below."""
    total = 0
    for parent, _, names in os.walk(place):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except FileNotFoundError:  # gone meanwhile
                continue
    return total

"""Every data set by its id: what it is, whether it is here, and its pixels.

The worker's side opens data sets with this too, so it knows nothing of the server's settings but
the two folders that it needs.
"""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Protocol

from convscope.data import cache, idx_datasets, own_sets, shapes
from convscope.data.digests import sha256_of
from convscope.data.folders import DataFiles
from convscope.data.idx import Bytes, IdxError
from convscope.errors import NotFoundError, UnavailableError
from convscope.system_errors import Trouble, trouble_of
from convscope.types import Fit, Shape

SHOWN_WITHOUT_DATA = "fashion-mnist-10k"  # its pictures, to a network without a data set
IDS = ("fashion-mnist-10k", "fashion-mnist", "shapes", "mnist", "kmnist", "emnist")
_SPLITS = tuple(entry.id for entry in idx_datasets.ALL if not entry.shown_if_missing)

# by mass, in a box of 20 × 20: its page says so. EMNIST's characters fill the picture but for 2 px
# a side, in the middle by their outline (Cohen et al. 2017)
CENTRED = "mnist"

_CACHE_VERSION = 1  # raised when the same source files would unpack to other numbers
_PUBLISHED = {entry.id: entry for entry in idx_datasets.ALL}


class DataFolders(Protocol):
    """Where data is looked for and kept; the server's settings are one."""

    @property
    def data_dirs(self) -> tuple[Path, ...]:
        """Folders that may hold ID/ with a data set's published files."""

    @property
    def cache_dir(self) -> Path:
        """Where unpacked data and remembered digests are kept."""

    @property
    def own_data_dir(self) -> Path:
        """Where the sets that people brought are kept."""


@dataclass(frozen=True)
class Folders:
    """These folders alone, as a worker is told them."""

    data_dirs: tuple[Path, ...]
    cache_dir: Path
    own_data_dir: Path


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set's numbers, read-only and shared with every process that opens it."""

    id: str
    classes: tuple[str, ...]
    train_images: Bytes  # (N, C, H, W), 0 … 255
    train_labels: Bytes  # (N,), index into `classes`
    test_images: Bytes  # the held-out half, as above
    test_labels: Bytes
    sha256: str  # hex, as in DatasetInfo


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """What can be said of a data set without opening it.

    `sha256` is that of its published files one after another (training images, training labels,
    held-out images, held-out labels), or of the pixels and labels where they are generated.  Where
    the set is not available, `why` says what to do, `shape` and `sha256` are empty, `train` and
    `test` are 0.
    """

    id: str  # never changes
    title: str  # may
    shape: Shape  # (C, H, W)
    classes: tuple[str, ...]
    train: int  # pictures
    test: int
    sha256: str
    licence: str
    origin: str
    dark_background: bool  # so that a photograph on white paper has to be inverted
    available: bool
    why: str | None
    centred: bool = False  # its pictures are digits that were scaled and centred as MNIST's
    own: bool = False  # brought by the people who use this server
    fit: Fit = "crop"  # how its pictures were brought to their form, and uploads are
    kept_side: int | None = None  # px; to which the shorter side of a large one was shrunk first
    train_counts: tuple[int, ...] = ()  # pictures a class, of own sets
    test_counts: tuple[int, ...] = ()

    @property
    def pixels(self) -> int:
        """How many numbers, and so bytes, its pictures have in all."""
        return prod(self.shape) * (self.train + self.test)


def describe_all(settings: DataFolders) -> list[DatasetInfo]:
    """What is known of every data set, available or not, in the order in which to offer them."""
    ids = (*IDS, *_SPLITS, *own_sets.own_ids(settings.own_data_dir))
    files = DataFiles(settings.data_dirs)
    found = [_described(dataset_id, settings, files) for dataset_id in ids]
    return [info for info in found if info and (info.available or info.id not in _SPLITS)]


def _described(dataset_id: str, settings: DataFolders, files: DataFiles) -> DatasetInfo | None:
    """None for a set that was deleted in this very moment, or is damaged."""
    try:
        return describe(dataset_id, settings, files)
    except (NotFoundError, UnavailableError):
        return None


def describe(dataset_id: str, settings: DataFolders, files: DataFiles | None = None) -> DatasetInfo:
    """What is known of one data set; raises NotFoundError for an id that is none.

    `files` are those of the data directories, where they have been looked at already.
    """
    if dataset_id == shapes.ID:
        return _describe_shapes()
    if dataset_id not in _PUBLISHED:
        return _describe_own(_own(dataset_id, settings))
    entry = _PUBLISHED[dataset_id]
    found = entry.find(files or DataFiles(settings.data_dirs))
    if found is None:
        return _unavailable(entry, f"{entry.title} is not on this machine. {entry.how}")
    try:
        return _describe_found(found, settings.cache_dir)
    except (IdxError, OSError) as error:
        _must_be_of_the_files(error)
        return _unavailable(entry, f"The files of {dataset_id} cannot be used. {error}")


def open_dataset(dataset_id: str, folders: DataFolders) -> Dataset:
    """A data set's pictures and labels, memory-mapped from where they are kept.

    The first call on a machine unpacks them there (seconds); where nothing can be written, they
    are in this process's own memory.  Raises NotFoundError for an id that is none, and
    UnavailableError where the files are missing or broken.
    """
    if dataset_id == shapes.ID:
        return _open_shapes(folders.cache_dir)
    if dataset_id not in _PUBLISHED:
        return _open_own(_own(dataset_id, folders), folders)
    entry = _PUBLISHED[dataset_id]
    found = entry.find(DataFiles(folders.data_dirs))
    if found is None:
        raise UnavailableError(f"{entry.title} is not on this machine. {entry.how}")
    try:
        return _open_found(found, folders.cache_dir)
    except (IdxError, OSError) as error:
        _must_be_of_the_files(error)
        raise UnavailableError(f"The files of {dataset_id} cannot be used. {error}") from error


def _must_be_of_the_files(error: Exception) -> None:
    """Raise it again where no file at all can be opened now."""
    if trouble_of(error) is Trouble.FILES:
        raise error


def _own(dataset_id: str, folders: DataFolders) -> own_sets.OwnSet:
    try:
        return own_sets.read_own_set(folders.own_data_dir, dataset_id)
    except NotFoundError as error:
        known = ", ".join((*IDS, *own_sets.own_ids(folders.own_data_dir)))
        raise NotFoundError(
            f"Expected the id of a data set ({known}), got {dataset_id!r}."
        ) from error


def _describe_own(own: own_sets.OwnSet) -> DatasetInfo:
    return DatasetInfo(
        id=own.id,
        title=own.title,
        shape=own.shape,
        classes=own.classes,
        train=own.train,
        test=own.test,
        sha256=own.sha256,
        licence=own.licence,
        origin=own.origin,
        dark_background=own.dark_background,
        centred=own.centred,
        available=True,
        why=None,
        own=True,
        train_counts=own.train_counts,
        test_counts=own.test_counts,
        fit=own.fit,
        kept_side=own_sets.KEPT_SIDE,
    )


def _open_own(own: own_sets.OwnSet, folders: DataFolders) -> Dataset:
    train, train_labels, test, test_labels = own_sets.open_own_set(folders.own_data_dir, own)
    return Dataset(own.id, own.classes, train, train_labels, test, test_labels, own.sha256)


def _describe_found(found: idx_datasets.Found, cache_dir: Path) -> DatasetInfo:
    train, _, test, _ = found.shapes()
    entry = found.published
    return DatasetInfo(
        id=entry.id,
        title=entry.title,
        shape=train[1:],
        classes=found.split.classes,
        train=train[0],
        test=test[0],
        sha256=sha256_of(found.files, cache_dir),
        licence=entry.licence,
        origin=entry.origin,
        dark_background=True,  # all of MNIST's family are white on black
        centred=entry.id == CENTRED,
        available=True,
        why=None,
    )


def _unavailable(entry: idx_datasets.Published, why: str) -> DatasetInfo:
    return DatasetInfo(
        id=entry.id,
        title=entry.title,
        shape=(),
        classes=entry.splits[0].classes,
        train=0,
        test=0,
        sha256="",
        licence=entry.licence,
        origin=entry.origin,
        dark_background=True,
        available=False,
        why=why,
    )


def _describe_shapes() -> DatasetInfo:
    return DatasetInfo(
        id=shapes.ID,
        title=shapes.TITLE,
        shape=(3, shapes.SIZE, shapes.SIZE),
        classes=shapes.CLASSES,
        train=shapes.TRAIN,
        test=shapes.TEST,
        sha256=shapes.SHA256,
        licence="MIT, as Convscope",
        origin="generated by Convscope",
        dark_background=False,
        available=True,
        why=None,
    )


def _open_found(found: idx_datasets.Found, cache_dir: Path) -> Dataset:
    dataset_id, sha256 = found.published.id, sha256_of(found.files, cache_dir)
    path = _cache_path(cache_dir, dataset_id, sha256)
    (train, train_labels, test, test_labels), _ = cache.arrays(path, found.shapes(), found.read)
    return Dataset(dataset_id, found.split.classes, train, train_labels, test, test_labels, sha256)


def _open_shapes(cache_dir: Path) -> Dataset:
    path = _cache_path(cache_dir, shapes.ID, shapes.SHA256)
    arrays, sha256 = cache.arrays(path, shapes.SHAPES, shapes.make)
    train, train_labels, test, test_labels = arrays
    # `sha256` is of what was really drawn: another Pillow might draw an edge otherwise
    return Dataset(shapes.ID, shapes.CLASSES, train, train_labels, test, test_labels, sha256)


def _cache_path(cache_dir: Path, dataset_id: str, sha256: str) -> Path:
    return cache_dir / f"{dataset_id}-{sha256[:16]}.v{_CACHE_VERSION}.raw"

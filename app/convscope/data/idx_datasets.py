"""Data sets that were published as four IDX files: what they are, and where their files lie.

A data directory is searched for folders that are called as the set is, as torchvision, Keras and
the archives of the authors make them, for the files under their published names, and for the one
`.npz` that Keras keeps a set in.
"""

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from convscope.data import fashion_10k, idx, keras_npz
from convscope.data.folders import DataFiles
from convscope.data.idx import Bytes

FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
DIGITS = tuple(string.digits)
KANA = ("お o", "き ki", "す su", "つ tsu", "な na", "は ha", "ま ma", "や ya", "れ re", "を wo")
LETTERS = tuple(string.ascii_uppercase)
# EMNIST merges the small letters that look like their capitals
BALANCED = DIGITS + LETTERS + tuple("abdefghnqrt")

Files = tuple[Path, Path, Path, Path]  # training images and labels, held-out images and labels


@dataclass(frozen=True)
class Split:
    """One set of four files; EMNIST has several, told apart by what their names begin with."""

    prefix: str
    classes: tuple[str, ...]
    first_label: int = 0  # EMNIST's letters are numbered from 1


@dataclass(frozen=True, kw_only=True)
class Published:
    """A data set as its authors put it out."""

    id: str
    title: str
    licence: str
    origin: str
    splits: tuple[Split, ...]  # the first that is there is taken
    how: str  # to get it; the end of the sentence that says it is missing
    called: str = ""  # as its folder is, where that is not its id
    shown_if_missing: bool = True
    folder: Path | None = None  # where it is shipped with the app
    transposed: bool = False  # EMNIST's pictures are stored column by column, so they lie on a side

    def find(self, files: DataFiles) -> "Found | None":
        """The first split all of whose files are there, or None."""
        called = self.called or self.id
        places = [self.folder] if self.folder else files.places(called)
        for split in self.splits:
            for place in places:
                if four := _four_files(place, split.prefix):
                    return FoundIdx(self, split, four)
        if self.folder or self.called:
            return None
        whole = files.called(self.id, ".npz")
        return FoundNpz(self, self.splits[0], (whole[0],)) if whole else None


class Found(Protocol):
    """A published data set's files on this machine; `shapes` and `read` raise IdxError."""

    @property
    def published(self) -> Published:
        """Which it is."""

    @property
    def split(self) -> Split:
        """Of its splits."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Whose SHA-256 is the set's, one after another."""

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of what `read` gives, from the files' headers: (N,1,H,W), (N,), twice."""

    def read(self) -> list[Bytes]:
        """Images and labels of both halves, pictures upright, labels counted from 0."""


@dataclass(frozen=True)
class FoundNpz:
    """Keras's form: `x_train`, `y_train`, `x_test` and `y_test` in one file."""

    published: Published
    split: Split
    files: tuple[Path, ...]

    def shapes(self) -> list[tuple[int, ...]]:
        """See Found."""
        train, train_labels, test, test_labels = keras_npz.read_shapes(self.files[0])
        for images, labels in ((train, train_labels), (test, test_labels)):
            _check_pair(images, labels, self.files[0])
        return [(train[0], 1, *train[1:]), train_labels, (test[0], 1, *test[1:]), test_labels]

    def read(self) -> list[Bytes]:
        """See Found."""
        train, train_labels, test, test_labels = keras_npz.read(self.files[0])
        for labels in (train_labels, test_labels):
            _check_labels(labels, self.split, self.published.id)
        return [train[:, None], train_labels, test[:, None], test_labels]


@dataclass(frozen=True)
class FoundIdx:
    """Four files, as published."""

    published: Published
    split: Split
    files: tuple[Path, ...]

    def shapes(self) -> list[tuple[int, ...]]:
        """See Found."""
        shapes = []
        for images, labels in (self.files[:2], self.files[2:]):
            image_shape, label_shape = idx.read_shape(images), idx.read_shape(labels)
            _check_pair(image_shape, label_shape, images)
            count, *sides = image_shape
            shapes += [(count, 1, *(reversed(sides) if self.published.transposed else sides))]
            shapes += [label_shape]
        return shapes

    def read(self) -> list[Bytes]:
        """See Found."""
        train, train_labels, test, test_labels = map(idx.read, self.files)
        return [
            self._upright(train),
            self._from_zero(train_labels),
            self._upright(test),
            self._from_zero(test_labels),
        ]

    def _upright(self, images: Bytes) -> Bytes:
        return (images.swapaxes(1, 2) if self.published.transposed else images)[:, None]

    def _from_zero(self, labels: Bytes) -> Bytes:
        _check_labels(labels, self.split, self.published.id)
        return labels - self.split.first_label


def _check_labels(labels: Bytes, split: Split, dataset_id: str) -> None:
    first, count = split.first_label, len(split.classes)
    if labels.min() < first or labels.max() >= first + count:
        raise idx.IdxError(
            f"Expected labels from {first} to {first + count - 1} for {dataset_id}, "
            f"got {labels.min()} to {labels.max()}."
        )


def _check_pair(images: tuple[int, ...], labels: tuple[int, ...], path: Path) -> None:
    if len(images) != 3 or len(labels) != 1 or images[0] != labels[0] or 0 in images:
        raise idx.IdxError(
            f"Expected pictures (N, H, W) and N labels beside {path}, got {images} and {labels}."
        )


def _four_files(place: Path, prefix: str) -> Files | None:
    train, train_labels, test, test_labels = (
        _first_file(place, prefix + half, kind)
        for half in ("train", "t10k" if not prefix else "test")
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
    )
    if train and train_labels and test and test_labels:
        return train, train_labels, test, test_labels
    return None


def _first_file(place: Path, start: str, kind: str) -> Path | None:
    # MNIST is also passed around with a dot where its authors wrote a hyphen
    spellings = (f"{start}-{kind}", f"{start}-{kind.replace('-idx', '.idx')}")
    candidates = [place / f"{spelling}{end}" for spelling in spellings for end in (".gz", "")]
    return next((path for path in candidates if path.is_file()), None)


# how its splits number their classes: https://arxiv.org/abs/1702.05373
EMNIST_SPLITS = (
    Split("emnist-balanced-", BALANCED),
    Split("emnist-letters-", LETTERS, first_label=1),
    Split("emnist-digits-", DIGITS),
    Split("emnist-byclass-", DIGITS + LETTERS + tuple(string.ascii_lowercase)),
    Split("emnist-bymerge-", BALANCED),
    Split("emnist-mnist-", DIGITS),
)
_EMNIST_LICENCE = "none stated by its authors"
_EMNIST_ORIGIN = "Gregory Cohen, Saeed Afshar, Jonathan Tapson, André van Schaik; from NIST SD 19"
_PUT = (
    "Put its four published IDX files into the folder {id}/ of a data directory (--data-dir), or "
    "the files that torchvision or Keras keeps, as they are."
)
_ZALANDO = "https://github.com/zalandoresearch/fashion-mnist"

ALL = (
    Published(
        id="fashion-mnist-10k",
        title="Fashion-MNIST, 10,000 pictures",
        licence="MIT, © 2017 Zalando SE",
        origin=_ZALANDO,
        splits=(Split("", FASHION),),
        how="It is shipped with Convscope: reinstall Convscope.",
        folder=fashion_10k.FOLDER,
    ),
    Published(
        id="fashion-mnist",
        title="Fashion-MNIST, complete",
        licence="MIT, © 2017 Zalando SE",
        origin=_ZALANDO,
        splits=(Split("", FASHION),),
        how="On Debian and Ubuntu: apt install dataset-fashion-mnist. Elsewhere: "
        + _PUT.format(id="fashion-mnist"),
    ),
    Published(
        id="mnist",
        title="MNIST, handwritten digits",
        licence="none stated by its authors",
        origin="Yann LeCun, Corinna Cortes, Christopher J. C. Burges",
        splits=(Split("", DIGITS),),
        how=_PUT.format(id="mnist"),
    ),
    Published(
        id="kmnist",
        title="Kuzushiji-MNIST, cursive Japanese",
        licence="CC BY-SA 4.0, created by ROIS-CODH, adapted by Clanuwat et al.",
        origin="https://codh.rois.ac.jp/kmnist/",
        splits=(Split("", KANA),),
        how=_PUT.format(id="kmnist"),
    ),
    Published(
        id="emnist",
        title="EMNIST, handwritten letters and digits",
        licence=_EMNIST_LICENCE,
        origin=_EMNIST_ORIGIN,
        splits=EMNIST_SPLITS[:3],
        how="Put the four files of any of its splits, as published, into the folder emnist/ of a "
        "data directory (--data-dir), or torchvision's EMNIST/raw.",
        transposed=True,
    ),
    *(
        Published(
            id=split.prefix.strip("-"),
            title=f"EMNIST, its split {split.prefix.strip('-').removeprefix('emnist-')!r}",
            licence=_EMNIST_LICENCE,
            origin=_EMNIST_ORIGIN,
            splits=(split,),
            how="Put its four files, as published, into the folder emnist/ of a data directory "
            "(--data-dir).",
            called="emnist",
            shown_if_missing=False,
            transposed=True,
        )
        for split in EMNIST_SPLITS
    ),
)

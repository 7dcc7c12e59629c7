"""Data sets that were published as four IDX files: what they are, and where their files lie.

A directory is searched for the files under their published names, and for `gzip/`, which is the
folder that EMNIST's archive unpacks to.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convscope.data import fashion_10k, idx
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
    folder: Path | None = None  # where it is shipped with the app
    transposed: bool = False  # EMNIST's pictures are stored column by column, so they lie on a side

    def find(self, data_dirs: Sequence[Path]) -> "Found | None":
        """The first split all of whose files are there, or None."""
        places = [self.folder] if self.folder else _places(self.id, data_dirs)
        for split in self.splits:
            for place in places:
                if files := _four_files(place, split.prefix):
                    return Found(self, split, files)
        return None


@dataclass(frozen=True)
class Found:
    """A published data set's four files on this machine; `shapes` and `read` raise IdxError."""

    published: Published
    split: Split
    files: Files

    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of what `read` gives, from the files' headers: (N,1,H,W), (N,), twice."""
        shapes = []
        for images, labels in (self.files[:2], self.files[2:]):
            image_shape, label_shape = idx.read_shape(images), idx.read_shape(labels)
            _check_pair(image_shape, label_shape, images)
            count, *sides = image_shape
            shapes += [(count, 1, *(reversed(sides) if self.published.transposed else sides))]
            shapes += [label_shape]
        return shapes

    def read(self) -> list[Bytes]:
        """Images and labels of both halves, pictures upright, labels counted from 0."""
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
        first, count = self.split.first_label, len(self.split.classes)
        if labels.min() < first or labels.max() >= first + count:
            raise idx.IdxError(
                f"Expected labels from {first} to {first + count - 1} for {self.published.id}, "
                f"got {labels.min()} to {labels.max()}."
            )
        return labels - first


def _check_pair(images: tuple[int, ...], labels: tuple[int, ...], path: Path) -> None:
    if len(images) != 3 or len(labels) != 1 or images[0] != labels[0] or 0 in images:
        raise idx.IdxError(
            f"Expected pictures (N, H, W) and N labels beside {path}, got {images} and {labels}."
        )


def _places(dataset_id: str, data_dirs: Sequence[Path]) -> list[Path]:
    folders = [directory / dataset_id for directory in data_dirs]
    return [place for folder in folders for place in (folder, folder / "gzip")]


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


_PUT = "Put its four published IDX files into the folder {id}/ of a data directory (--data-dir)."
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
        licence="none stated by its authors",
        origin="Gregory Cohen, Saeed Afshar, Jonathan Tapson, André van Schaik; from NIST SD 19",
        splits=(
            Split("emnist-balanced-", BALANCED),
            Split("emnist-letters-", LETTERS, first_label=1),
            Split("emnist-digits-", DIGITS),
        ),
        how="Put the four files of its balanced, letters or digits split, as published, into the "
        "folder emnist/ of a data directory (--data-dir).",
        transposed=True,
    ),
)

"""IDX files, as MNIST and its family are published: images and labels in pairs."""

import re
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convscope.data import idx
from convscope.data.idx_datasets import EMNIST_SPLITS, Split
from convscope.errors import UploadError
from convscope.own_data.sources.found import (
    Classes,
    Entry,
    Events,
    Found,
    Kind,
    Note,
    Progress,
    Refused,
)
from convscope.own_data.sources.names import Half, clean

_WORDS = re.compile(r"images|labels|idx\d?|ubyte|gz|[^a-z0-9]")
_EVERY = 2000
_START = (b"\0\0\x08\x01", b"\0\0\x08\x03")
_EMNIST = {split.prefix.strip("-"): split for split in EMNIST_SPLITS}


@dataclass(frozen=True)
class _Pair:
    images: Entry
    labels: Entry

    @property
    def half(self) -> Half | None:
        """Told by the files' names."""
        name = self.images.path.lower().rsplit("/", 1)[-1]
        if "train" in name:
            return "train"
        return "test" if "t10k" in name or "test" in name else None

    @property
    def emnist(self) -> Split | None:
        """Which of EMNIST's splits it is of, by its name."""
        name = self.images.path.lower()
        return next((split for prefix, split in _EMNIST.items() if prefix in name), None)


def is_idx(start: bytes) -> bool:
    """Whether a file that begins so (at least a few hundred bytes) is IDX, plain or gzip."""
    if start[:2] == b"\x1f\x8b":
        try:
            start = zlib.decompressobj(wbits=31).decompress(start, 16)
        except zlib.error:
            return False
    return start[:4] in _START


def idx_pictures(entries: Sequence[Entry], folder: Path) -> Events:
    """The pictures of all pairs among these files; `folder` is where they can be unpacked to."""
    pairs, alone = _pairs(entries)
    for entry in alone:
        yield Refused(clean(entry.path), "no file of labels, or of images, goes with it")
    if pairs:
        yield Kind("IDX")
    for pair in pairs:
        yield from _pictures_of(pair, folder)


def _pairs(entries: Sequence[Entry]) -> tuple[list[_Pair], list[Entry]]:
    images = [entry for entry in entries if not _has_labels(entry)]
    labels = [entry for entry in entries if _has_labels(entry)]
    if len(images) == len(labels) == 1:
        return [_Pair(images[0], labels[0])], []
    by_key = {_key(entry): entry for entry in labels}
    pairs = [_Pair(entry, by_key[_key(entry)]) for entry in images if _key(entry) in by_key]
    paired = {id(entry) for pair in pairs for entry in (pair.images, pair.labels)}
    return pairs, [entry for entry in entries if id(entry) not in paired]


def _key(entry: Entry) -> str:
    return _WORDS.sub("", entry.path.lower())


def _has_labels(entry: Entry) -> bool:
    name = entry.path.lower().rsplit("/", 1)[-1]
    return "label" in name or "idx1" in name


def _pictures_of(pair: _Pair, folder: Path) -> Events:
    try:
        images, labels = _array(pair.images, folder), _array(pair.labels, folder)
        if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
            raise UploadError(
                f"expected pictures (N, H, W) and N labels, got {images.shape} and {labels.shape}"
            )
    except (idx.IdxError, UploadError) as error:
        yield Refused(clean(pair.images.path), str(error))
        return
    names, first = tuple(map(str, range(256))), 0
    if pair.emnist:
        names, first = pair.emnist.classes, pair.emnist.first_label
        images = images.swapaxes(1, 2)
        yield Classes(names)
        yield Note("EMNIST's pictures are stored lying on a side: stood upright.")
    for number, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        if number % _EVERY == 0:
            yield Progress(number, len(images))
        if not first <= label < first + len(names):
            yield Refused(f"{clean(pair.images.path)}, picture {number}", f"its label is {label}")
            continue
        yield Found(image, names[label - first], pair.half)


def _array(entry: Entry, folder: Path) -> idx.Bytes:
    """As a file of ours, so that it is read as those of a data directory are."""
    unpacked = folder / "unpacked"
    try:
        with entry.open() as stream, unpacked.open("wb") as file:
            shutil.copyfileobj(stream, file, 2**20)
        return idx.read(unpacked)
    except idx.IdxError as error:
        raise idx.IdxError(str(error).replace(str(unpacked), clean(entry.path))) from None
    finally:
        unpacked.unlink(missing_ok=True)

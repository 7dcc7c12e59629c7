"""NumPy's `.npz`: arrays of pictures and labels, as Keras, MedMNIST and many others save them.

Each array's header is held against the bounds before any of its numbers is read, and nothing is
unpickled: an array of objects is refused.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isqrt, prod
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from PIL import Image

from convscope.errors import TooLargeError, UploadError
from convscope.images import on_paper
from convscope.own_data.bounds import CLASS_LENGTH, MOST_ARRAY_BYTES, MOST_PICTURES
from convscope.own_data.sources.found import (
    Classes,
    Entry,
    Events,
    Found,
    Note,
    Pixels,
    Progress,
    Refused,
)
from convscope.own_data.sources.names import Half, clean

_IMAGES = re.compile(r"^(x|images?|data|pictures?|features?|inputs?|arr_0)$")
_LABELS = re.compile(r"^(y|labels?|targets?|classes?|arr_1)$")
_NAMES = ("class_names", "label_names", "names", "classes")
_FIRST, _LAST = (1, 3), (1, 3, 4)  # channels: grey, RGB, RGBA
_HALVES: tuple[tuple[str, Half | None], ...] = (
    ("train", "train"), ("test", "test"), ("val", "test"), ("", None),
)  # fmt: skip
_EVERY = 500
_PART_BYTES = 2**22  # of an array at once


class _Header(NamedTuple):
    """What an array says of itself."""

    shape: tuple[int, ...]
    in_columns: bool  # its first side varies fastest
    kind: "np.dtype[np.generic]"


@dataclass(frozen=True)
class _Pair:
    images: Entry
    labels: Entry
    half: Half | None


def npz_pictures(entries: Sequence[Entry], name: str, folder: Path) -> Events:
    """The pictures of an archive's arrays, which `entries` are; `name` is the archive's, `folder`
    where an array can be unpacked for a moment."""
    arrays = {entry.path.removesuffix(".npy").lower(): entry for entry in entries}
    try:
        pairs = _pairs(arrays)
        names = _class_names(arrays, folder)
        if names:
            yield Classes(names)
        for pair in pairs:
            yield from _pictures_of(pair, names, folder)
    except UploadError as error:
        yield Refused(clean(name), error.detail)


def _pairs(arrays: dict[str, Entry]) -> list[_Pair]:
    """`x_train` and `y_train`, `train_images` and `train_labels`, `images` and `labels`, …"""
    pairs: list[_Pair] = []
    for word, half in _HALVES:
        images = [entry for key, entry in arrays.items() if _matches(key, word, _IMAGES)]
        labels = [entry for key, entry in arrays.items() if _matches(key, word, _LABELS)]
        if images and labels:
            pairs.append(_Pair(images[0], labels[0], half))
    if pairs:
        return pairs
    known = ", ".join(clean(key) for key in list(arrays)[:12]) or "none"
    raise UploadError(
        "expected arrays of pictures and of labels (such as images and labels, or x_train, "
        f"y_train, x_test and y_test), got {known}"
    )


def _matches(key: str, half: str, kind: re.Pattern[str]) -> bool:
    pieces = key.split("_")
    if half:
        if half not in pieces:
            return False
        pieces.remove(half)
    return bool(kind.match("_".join(pieces)))


def _class_names(arrays: dict[str, Entry], folder: Path) -> tuple[str, ...]:
    for key in _NAMES:
        entry = arrays.get(key)
        if entry is None:
            continue
        with entry.open() as stream:
            head = _header(stream, key)
            if head.kind.kind == "U" and len(head.shape) == 1:
                whole = _rows(stream, head, folder)
                return tuple(clean(str(text), CLASS_LENGTH) for part in whole for text in part)
    return ()


def _pictures_of(pair: _Pair, names: tuple[str, ...], folder: Path) -> Events:
    labels = _labels(pair.labels, names, folder)
    with pair.images.open() as stream:
        key = pair.images.path.removesuffix(".npy")
        head = _header(stream, key)
        form, count = _Form(head.shape, key), head.shape[0]
        if len(labels) != count:
            raise UploadError(f"expected {count:,} labels for {key}, got {len(labels):,}")
        scale = _Scale(head.kind, key)
        number = 0
        for part in _rows(stream, head, folder):
            for picture in form(scale(part)):
                if number % _EVERY == 0:
                    yield Progress(number, count)
                yield Found(picture, labels[number], pair.half)
                number += 1
        yield from (Note(says) for says in (*scale.said, *form.said))


def _labels(entry: Entry, names: tuple[str, ...], folder: Path) -> list[str]:
    """One class a picture, from numbers, from one-hot rows or from names."""
    key = entry.path.removesuffix(".npy")
    with entry.open() as stream:
        head = _header(stream, key)
        shape, kind = head.shape, head.kind
        if shape[0] > MOST_PICTURES:
            raise TooLargeError(f"expected at most {MOST_PICTURES:,} labels, got {shape[0]:,}")
        whole = np.concatenate(list(_rows(stream, head, folder)) or [np.zeros(0, kind)])
    if whole.ndim == 2 and whole.shape[1] == 1:
        whole = whole[:, 0]
    if whole.ndim == 2 and kind.kind in "uifb":
        whole = whole.argmax(axis=1)
    if whole.ndim != 1 or whole.dtype.kind not in "uifbUS":
        raise UploadError(f"expected one label a picture in {key}, got {kind} {shape}")
    if whole.dtype.kind == "S":
        whole = np.char.decode(whole, "utf-8", "replace")
    if whole.dtype.kind == "U":
        return [clean(str(text), CLASS_LENGTH) for text in whole]
    numbers = whole.astype(np.float64)
    if not (np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all()):
        raise UploadError(f"expected whole numbers in {key}")
    return [_named(int(number), names) for number in numbers]


def _named(number: int, names: tuple[str, ...]) -> str:
    return names[number] if 0 <= number < len(names) else str(number)


def _header(stream: IO[bytes], key: str) -> _Header:
    """Shape, order and kind of an array, held against the bounds."""
    try:
        version = npy.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"its format is {version}")
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, in_columns, kind = read(stream, max_header_size=10_000)
    except (ValueError, SyntaxError, TypeError, EOFError) as error:
        raise UploadError(f"expected {clean(key)} to be a NumPy array ({error})") from error
    if kind.hasobject:
        raise UploadError(
            f"{clean(key)} holds Python objects, which are not read: save it with "
            "allow_pickle=False"
        )
    if not all(type(side) is int and side >= 0 for side in shape) or not kind.itemsize:
        raise UploadError(f"expected {clean(key)} to have a shape, got {shape}")
    if not shape or prod(shape) * kind.itemsize > MOST_ARRAY_BYTES:
        raise TooLargeError(
            f"expected an array of at most {MOST_ARRAY_BYTES:,} bytes in {clean(key)}, got the "
            f"shape {shape}"
        )
    return _Header(shape, in_columns and len(shape) > 1, kind)


def _rows(stream: IO[bytes], head: _Header, folder: Path) -> Iterator[NDArray[np.generic]]:
    """An array in parts of some rows; UploadError where it ends too early."""
    shape = head.shape
    row_bytes = prod(shape[1:]) * head.kind.itemsize
    at_once = max(1, _PART_BYTES // max(1, row_bytes))
    if head.in_columns:
        yield from _rows_of_columns(stream, head, at_once, folder)
        return
    for first in range(0, shape[0], at_once):
        count = min(at_once, shape[0] - first)
        data = _exactly(stream, count * row_bytes)
        yield np.frombuffer(data, head.kind).reshape(count, *shape[1:])


def _rows_of_columns(
    stream: IO[bytes], head: _Header, at_once: int, folder: Path
) -> Iterator[NDArray[np.generic]]:
    """Each row is spread over the whole array, which is therefore unpacked and mapped."""
    size = prod(head.shape) * head.kind.itemsize
    if not size:
        return
    with TemporaryFile(dir=folder) as file:
        for first in range(0, size, _PART_BYTES):
            file.write(_exactly(stream, min(_PART_BYTES, size - first)))
        file.flush()
        whole = np.memmap(file, head.kind, "r", shape=head.shape, order="F")
        for first in range(0, head.shape[0], at_once):
            yield np.array(whole[first : first + at_once], order="C")


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise UploadError("an array is cut short")
    return data


class _Scale:
    """Numbers of any kind as 0 … 255; the first part says how they are meant."""

    def __init__(self, kind: "np.dtype[np.generic]", key: str) -> None:
        if kind.kind not in "uifb":
            raise UploadError(f"expected numbers in {clean(key)}, got {kind}")
        self._key, self._is_byte = clean(key), kind == np.uint8
        self._times: float | None = None
        self.said: list[str] = []

    def __call__(self, part: NDArray[np.generic]) -> Pixels:
        if self._is_byte:
            return part.astype(np.uint8, copy=False)
        numbers = part.astype(np.float64)
        if self._times is None:
            unit = part.dtype.kind in "fb" and float(numbers.max(initial=0.0)) <= 1
            self._times = 255.0 if unit else 1.0
            if unit:
                self.said.append("Numbers from 0 to 1 were multiplied by 255.")
        scaled = numbers * self._times
        if not np.isfinite(scaled).all() or scaled.min() < -0.5 or scaled.max() > 255.5:
            raise UploadError(f"expected numbers from 0 to 255, or from 0 to 1, in {self._key}")
        return np.rint(scaled).clip(0, 255).astype(np.uint8)


class _Form:
    """Parts of an array as pictures (H, W) or (H, W, 3); UploadError for what are none.

    What is transparent goes on paper as in any other picture; `said` tells it.
    """

    def __init__(self, shape: tuple[int, ...], key: str) -> None:
        one = shape[1:]
        self._side = isqrt(one[0]) if len(one) == 1 else 0
        flat = len(one) == 1 and self._side**2 == one[0]
        last = len(one) == 3 and one[2] in _LAST
        self._first = len(one) == 3 and not last and one[0] in _FIRST
        if not (flat or len(one) == 2 or last or self._first) or 0 in shape:
            raise UploadError(
                f"expected pictures (N, H, W), (N, H, W, 1, 3 or 4) or (N, 1 or 3, H, W) in "
                f"{clean(key)}, got {shape}"
            )
        self.said: dict[str, None] = {}

    def __call__(self, part: Pixels) -> Iterable[Pixels]:
        if self._side:
            return part.reshape(-1, self._side, self._side)
        if part.ndim == 4:
            part = part.transpose(0, 2, 3, 1) if self._first else part
            part = part[..., 0] if part.shape[-1] == 1 else part
        whole = np.ascontiguousarray(part)
        return map(self._opaque, whole) if part.ndim == 4 and part.shape[-1] == 4 else whole

    def _opaque(self, picture: Pixels) -> Pixels:
        opaque, done = on_paper(Image.fromarray(picture), "PNG")
        self.said |= dict.fromkeys(done)
        return np.asarray(opaque, dtype=np.uint8)

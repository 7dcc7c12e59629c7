"""NumPy's `.npz`: arrays of pictures and labels, as Keras, MedMNIST and many others save them.

Each array's header is held against the bounds before any of its numbers is read, and nothing is
unpickled: an array of objects is refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isqrt, prod
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from convscope.errors import TooLargeError, UploadError
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
_HALVES: tuple[tuple[str, Half | None], ...] = (
    ("train", "train"), ("test", "test"), ("val", "test"), ("", None),
)  # fmt: skip
_EVERY = 500
_Header = tuple[tuple[int, ...], bool, "np.dtype[np.generic]"]


@dataclass(frozen=True)
class _Pair:
    images: Entry
    labels: Entry
    half: Half | None


def npz_pictures(entries: Sequence[Entry], name: str) -> Events:
    """The pictures of an archive's arrays, which `entries` are; `name` is the archive's."""
    arrays = {entry.path.removesuffix(".npy").lower(): entry for entry in entries}
    try:
        pairs = _pairs(arrays)
        names = _class_names(arrays)
        if names:
            yield Classes(names)
        for pair in pairs:
            yield from _pictures_of(pair, name, names)
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


def _class_names(arrays: dict[str, Entry]) -> tuple[str, ...]:
    for key in _NAMES:
        entry = arrays.get(key)
        if entry is None:
            continue
        with entry.open() as stream:
            shape, _, kind = _header(stream, key)
            if kind.kind == "U" and len(shape) == 1:
                whole = _rows(stream, shape, kind)
                return tuple(clean(str(text), CLASS_LENGTH) for part in whole for text in part)
    return ()


def _pictures_of(pair: _Pair, name: str, names: tuple[str, ...]) -> Events:
    labels = _labels(pair.labels, names)
    with pair.images.open() as stream:
        key = pair.images.path.removesuffix(".npy")
        shape, _, kind = _header(stream, key)
        form = _Form(shape, key)
        if len(labels) != shape[0]:
            raise UploadError(f"expected {shape[0]:,} labels for {key}, got {len(labels):,}")
        scale = _Scale(kind, key)
        number = 0
        for part in _rows(stream, shape, kind):
            for picture in form(scale(part)):
                if number % _EVERY == 0:
                    yield Progress(number, shape[0])
                yield Found(picture, labels[number], pair.half)
                number += 1
        yield from (Note(says) for says in scale.said)


def _labels(entry: Entry, names: tuple[str, ...]) -> list[str]:
    """One class a picture, from numbers, from one-hot rows or from names."""
    key = entry.path.removesuffix(".npy")
    with entry.open() as stream:
        shape, _, kind = _header(stream, key)
        if shape[0] > MOST_PICTURES:
            raise TooLargeError(f"expected at most {MOST_PICTURES:,} labels, got {shape[0]:,}")
        whole = np.concatenate(list(_rows(stream, shape, kind)) or [np.zeros(0, kind)])
    if whole.ndim == 2 and whole.shape[1] == 1:
        whole = whole[:, 0]
    if whole.ndim == 2 and kind.kind in "uifb":
        whole = whole.argmax(axis=1)
    if whole.ndim != 1 or whole.dtype.kind not in "uifbU":
        raise UploadError(f"expected one label a picture in {key}, got {kind} {shape}")
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
    if in_columns and len(shape) > 1:
        raise UploadError(f"expected {clean(key)} in row-major (C) order, got column-major")
    if not shape or prod(shape) * kind.itemsize > MOST_ARRAY_BYTES:
        raise TooLargeError(
            f"expected an array of at most {MOST_ARRAY_BYTES:,} bytes in {clean(key)}, got the "
            f"shape {shape}"
        )
    return shape, in_columns, kind


def _rows(
    stream: IO[bytes], shape: tuple[int, ...], kind: "np.dtype[np.generic]"
) -> Iterator[NDArray[np.generic]]:
    """An array in parts of some rows; UploadError where it ends too early."""
    row_bytes = prod(shape[1:]) * kind.itemsize
    at_once = max(1, 2**22 // max(1, row_bytes))
    for first in range(0, shape[0], at_once):
        count = min(at_once, shape[0] - first)
        data = stream.read(count * row_bytes)
        if len(data) < count * row_bytes:
            raise UploadError("an array is cut short")
        yield np.frombuffer(data, kind).reshape(count, *shape[1:])


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
                self.said.append("Numbers from 0 to 1 were multiplied by 255")
        scaled = numbers * self._times
        if not np.isfinite(scaled).all() or scaled.min() < -0.5 or scaled.max() > 255.5:
            raise UploadError(f"expected numbers from 0 to 255, or from 0 to 1, in {self._key}")
        return np.rint(scaled).clip(0, 255).astype(np.uint8)


class _Form:
    """Parts of an array as pictures (H, W) or (H, W, 3); UploadError for what are none."""

    def __init__(self, shape: tuple[int, ...], key: str) -> None:
        one = shape[1:]
        self._side = isqrt(one[0]) if len(one) == 1 else 0
        flat = len(one) == 1 and self._side**2 == one[0]
        grey = len(one) == 2 or (len(one) == 3 and 1 in (one[0], one[2]))
        colour = len(one) == 3 and 3 in (one[0], one[2])
        if not (flat or grey or colour) or 0 in shape:
            raise UploadError(
                f"expected pictures (N, H, W), (N, H, W, 1 or 3) or (N, 1 or 3, H, W) in "
                f"{clean(key)}, got {shape}"
            )
        self._first = len(one) == 3 and one[2] not in (1, 3)

    def __call__(self, part: Pixels) -> Pixels:
        if self._side:
            return part.reshape(-1, self._side, self._side)
        if part.ndim == 4:
            part = part.transpose(0, 2, 3, 1) if self._first else part
            part = part[..., 0] if part.shape[-1] == 1 else part
        return np.ascontiguousarray(part)

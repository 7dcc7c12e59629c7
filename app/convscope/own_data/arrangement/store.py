"""The pictures that were read so far, on the disk: one file of pixels, one of where they stand.

Only added to; what a reader that was ended left beyond the pictures that are known is cut off.
"""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convscope.data.atomic_write import write_atomically
from convscope.errors import NotFoundError, TooLargeError
from convscope.own_data.bounds import MOST_CLASSES, MOST_KEPT_BYTES, MOST_PICTURES
from convscope.own_data.sources.found import Found, Pixels

RECORD = np.dtype(
    [
        ("offset", "<u8"),
        ("height", "<u2"),
        ("width", "<u2"),
        ("channels", "<u2"),
        ("source_class", "<u2"),  # index into the names of the classes as they were brought
        ("half", "<u4"),  # a place in HALVES, or REMOVED
        ("burst", "<u4"),  # 0: of none
    ]
)
HALVES = (None, "train", "test")
REMOVED = len(HALVES)  # in the place of a half
Records = NDArray[np.void]
_PIXELS, _RECORDS, _NAMES = "pictures.raw", "pictures.index", "pictures.names"


class Store:
    """A preview's pictures, opened to be added to; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> "Store":
        known = records(self.folder)
        self.count, self._end = len(known), _end(known)
        self._pixels = (self.folder / _PIXELS).open("ab")
        self._records = (self.folder / _RECORDS).open("ab")
        self._names = (self.folder / _NAMES).open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        self._names.close()
        self._pixels.close()  # before records: one stands for pixels that are there
        self._records.close()

    def add(self, found: Found, source_class: int, burst: int) -> None:
        """One more; TooLargeError where there are as many, or as large, as may be."""
        if self.count >= MOST_PICTURES:
            raise TooLargeError(f"Expected at most {MOST_PICTURES:,} pictures, got more.")
        if source_class >= MOST_CLASSES:
            raise TooLargeError(f"Expected at most {MOST_CLASSES} classes, got more.")
        if self._end + found.pixels.size > MOST_KEPT_BYTES:
            raise TooLargeError(
                f"Expected pictures of at most {MOST_KEPT_BYTES:,} bytes in all, got more."
            )
        height, width, *rest = found.pixels.shape
        row = (self._end, height, width, *(rest or [1]))
        record = np.array([(*row, source_class, HALVES.index(found.half), burst)], RECORD)
        self._pixels.write(np.ascontiguousarray(found.pixels).data)
        self._records.write(record.tobytes())
        self._names.write(f"{found.name}\n".encode())  # without a line's end: it is cleaned
        self._end += found.pixels.size
        self.count += 1


def cut(folder: Path, count: int) -> None:
    """Keep the first pictures alone."""
    if (folder / _RECORDS).exists():
        os.truncate(folder / _PIXELS, _end(records(folder)[:count]))
        os.truncate(folder / _RECORDS, count * RECORD.itemsize)
        known = names(folder)
        if len(known) != count:
            lines = (known + [""] * count)[:count]
            (folder / _NAMES).write_bytes("".join(f"{name}\n" for name in lines).encode())


def _end(known: Records) -> int:
    return int(known["offset"][-1]) + _bytes(known[-1]) if len(known) else 0


def records(folder: Path) -> Records:
    """One for each picture, in the order in which they came."""
    path = folder / _RECORDS
    size = path.stat().st_size if path.exists() else 0
    whole: Records = np.fromfile(path, RECORD) if size >= RECORD.itemsize else np.zeros(0, RECORD)
    return whole


def names(folder: Path) -> list[str]:
    """What each picture's file is called; empty for one that has none of its own."""
    path = folder / _NAMES
    return path.read_bytes().decode(errors="replace").split("\n")[:-1] if path.exists() else []


def pixels(folder: Path) -> NDArray[np.uint8]:
    """All of their numbers, one after another, mapped."""
    path = folder / _PIXELS
    if not path.exists() or not path.stat().st_size:
        return np.zeros(0, np.uint8)
    return np.memmap(path, np.uint8, "r")


def picture(numbers: NDArray[np.uint8], record: np.void) -> Pixels:
    """One of them, (H, W) or (H, W, 3)."""
    height, width, channels = (int(record[name]) for name in ("height", "width", "channels"))
    start = int(record["offset"])
    part = numbers[start : start + height * width * channels]
    return part.reshape((height, width, channels) if channels > 1 else (height, width))


def _bytes(record: np.void) -> int:
    return int(record["height"]) * int(record["width"]) * int(record["channels"])


def there(known: Records) -> NDArray[np.bool_]:
    """Which pictures were not removed, (N,)."""
    kept: NDArray[np.bool_] = known["half"] != REMOVED
    return kept


def remove(folder: Path, number: int) -> None:
    """A picture counts no more; its place stays, so that the others keep their numbers.

    NotFoundError for a number that is none.
    """
    known = records(folder)
    if not (0 <= number < len(known) and known["half"][number] != REMOVED):
        raise NotFoundError(f"There is no picture {number} in this preview.")
    known["half"][number] = REMOVED
    write_atomically(folder / _RECORDS, [known.tobytes()])

"""CIFAR-10's binary version: 3,073 bytes a picture, a label and three planes of 32 × 32.

https://www.cs.toronto.edu/~kriz/cifar.html
"""

from collections.abc import Sequence

import numpy as np

from convscope.errors import UploadError
from convscope.own_data.sources.found import Classes, Entry, Events, Found, Kind, Progress, Refused
from convscope.own_data.sources.names import clean, natural

RECORD_BYTES = 3073
CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_AT_ONCE = 500


def is_cifar(path: str, size: int) -> bool:
    """By its name and size: it has no other mark."""
    return path.lower().endswith(".bin") and size > 0 and size % RECORD_BYTES == 0


def cifar_pictures(entries: Sequence[Entry]) -> Events:
    """The pictures of all these batches, `test_batch.bin` held out."""
    yield Kind("CIFAR-10")
    yield Classes(CLASSES)
    for entry in sorted(entries, key=lambda entry: natural(entry.path)):
        try:
            yield from _batch(entry)
        except UploadError as error:
            yield Refused(clean(entry.path), error.detail)


def _batch(entry: Entry) -> Events:
    name, count = clean(entry.path), entry.size // RECORD_BYTES
    test = "test" in entry.path.lower().rsplit("/", 1)[-1]
    with entry.open() as stream:
        for first in range(0, count, _AT_ONCE):
            yield Progress(first, count)
            data = stream.read(RECORD_BYTES * min(_AT_ONCE, count - first))
            records = np.frombuffer(data[: len(data) // RECORD_BYTES * RECORD_BYTES], np.uint8)
            for number, record in enumerate(records.reshape(-1, RECORD_BYTES)):
                if record[0] >= len(CLASSES):
                    yield Refused(f"{name}, picture {first + number}", f"its label is {record[0]}")
                    continue
                pixels = np.ascontiguousarray(record[1:].reshape(3, 32, 32).transpose(1, 2, 0))
                yield Found(pixels, CLASSES[record[0]], "test" if test else "train")

"""Names of a data set's images: `test-17` is held-out image 17, `train-17` training image 17."""

from dataclasses import dataclass

from convscope.data.catalog import Dataset
from convscope.data.idx import Bytes
from convscope.errors import NotFoundError
from convscope.types import Half


@dataclass(frozen=True)
class DatasetImage:
    """An image of a data set; its place in its half is counted from 0."""

    half: Half
    number: int
    pixels: Bytes  # (C, H, W), 0 … 255
    label: int


def find_image(image: str, data: Dataset) -> DatasetImage:
    """The image that an id names; NotFoundError with the ids there are for any other text."""
    halves: dict[Half, tuple[Bytes, Bytes]] = {
        "test": (data.test_images, data.test_labels),
        "train": (data.train_images, data.train_labels),
    }
    for half, (images, labels) in halves.items():
        number = _number(image.removeprefix(f"{half}-"), len(labels))
        if image.startswith(f"{half}-") and number is not None:
            return DatasetImage(half, number, images[number], int(labels[number]))
    raise NotFoundError(
        f"There is no image {image!r}: expected test-0 to test-{len(data.test_labels) - 1}, "
        f"train-0 to train-{len(data.train_labels) - 1}, or the id of an upload of this run."
    )


def _number(text: str, count: int) -> int | None:
    """The number below `count` that a text is, in plain digits; None for any other text."""
    plain = text.isascii() and text.isdecimal() and len(text) < 9
    return int(text) if plain and int(text) < count else None

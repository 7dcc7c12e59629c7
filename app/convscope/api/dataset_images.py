"""A data set's pictures as the server shows them: labels, names, thumbnails."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from convscope.api.paging import Page
from convscope.data.catalog import Dataset, open_dataset
from convscope.data.fitted import FITTABLE
from convscope.data.image_ids import DatasetImage
from convscope.data.own_sets import changed_ns
from convscope.recipe import Preprocessing
from convscope.recipe.preprocessing import FITS
from convscope.settings import Settings
from convscope.types import JsonObject


@lru_cache(maxsize=8)
def _open(dataset_id: str, settings: Settings, changed_ns: int) -> Dataset:
    """`changed_ns`: when its words changed last, of an own one."""
    return open_dataset(dataset_id, settings)


async def open_gallery(dataset_id: str, settings: Settings) -> Dataset:
    """A data set, opened once a server; off the event loop, since the first time unpacks it."""

    def work() -> Dataset:
        return _open(dataset_id, settings, changed_ns(settings.own_data_dir, dataset_id))

    return await asyncio.to_thread(work)


def describe(image: DatasetImage, dataset_id: str, classes: Sequence[str]) -> JsonObject:
    """A data set's picture as `GET …/images/{image}` answers; `classes` names its labels."""
    _, height, width = image.pixels.shape
    kind = {"test": "held-out", "train": "training"}[image.half]
    return {
        "id": f"{image.half}-{image.number}",
        "source": image.half,
        "label": image.label,
        "class": classes[image.label],
        "name": f"{dataset_id}, {kind} picture {image.number}",
        "width": width,
        "height": height,
        "format": None,
        "inverted": False,
        "centred": False,
        "preprocessing": [],
    }


def fitted(
    shape: Sequence[int], wanted: Sequence[int], how: Preprocessing | None = None
) -> list[str]:
    """What is done to a data set's picture (C, H, W) to show it to a network of another input."""
    (channels, *size), (wanted_channels, *wanted_size) = shape, wanted
    ruled = how if how and {channels, wanted_channels} <= set(FITTABLE) else None
    mean = "0.299 R + 0.587 G + 0.114 B" if ruled else "the mean of its colours"
    coloured, sized = [], []
    if channels not in (1, wanted_channels):
        coloured.append(f"Turned to grey ({mean})")
    if wanted_channels not in (1, channels):
        coloured.append(f"Gave its grey to all {wanted_channels} channels")
    if size != wanted_size:
        across_down = f"{wanted_size[1]} × {wanted_size[0]}"
        sized.append(
            f"{FITS[ruled.resize]}: {across_down}" if ruled else f"Resized to {across_down}"
        )
    said = sized + coloured if ruled else coloured + sized
    return [*said, how.in_words()] if how else said


def choose(data: Dataset, label: int | None, page: Page) -> tuple[list[int], str | None]:
    """A page of image numbers, of one class or of all, and the cursor of the page after it.

    InvalidError for a cursor that is none.
    """
    numbers = np.arange(len(data.test_labels))
    if label is not None:
        numbers = numbers[data.test_labels == label]
    later = numbers[numbers >= page.first_number()].tolist()
    return later[: page.limit], str(later[page.limit]) if len(later) > page.limit else None

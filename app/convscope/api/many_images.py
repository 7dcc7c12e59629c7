"""Many images of one question: a NumPy array, pictures, or a slice of the run's data set."""

import asyncio
import io
from dataclasses import dataclass
from math import prod
from typing import Annotated

import numpy as np
import numpy.typing as npt
from fastapi import Depends, Query, Request
from numpy.lib import format as npy
from starlette.datastructures import UploadFile

from convscope.api.dataset_images import open_gallery
from convscope.api.deps import TheAwakeRun, TheSettings
from convscope.errors import (
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnsupportedMediaError,
    UploadError,
)
from convscope.runs.run import Run
from convscope.types import Half, JsonObject, Shape, shape_text

Pixels = npt.NDArray[np.uint8]
NPY, MULTIPART = "application/x-npy", "multipart/form-data"
MOST_IMAGES = 60_000
MOST_FILES = 256
EXPECTED = (
    f"Expected data=test or data=train, a body of {NPY}, or one of {MULTIPART} with a `file` or "
    "more"
)
BODY: JsonObject = {
    "requestBody": {
        "description": "what the images are, where `data` does not say it",
        "content": {
            NPY: {
                "schema": {
                    "type": "string",
                    "format": "binary",
                    "description": "uint8 (images, channels, height, width) of the network's "
                    "input, or (images, height, width) of a grey one",
                }
            },
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                    "required": ["file"],
                }
            },
        },
    }
}


@dataclass(frozen=True)
class ManyImages:
    """Of a half of the data set from a number on, or `pixels`, uint8 (N, C, H, W)."""

    count: int
    half: Half | None = None
    start: int = 0
    pixels: Pixels | None = None
    labels: list[int] | None = None

    def part(self, start: int, count: int) -> JsonObject:
        """So many of them from one on, as a worker is asked for them."""
        if self.pixels is None:
            return {"half": self.half, "start": self.start + start, "count": count}
        return {"count": count, "payload": self.pixels[start : start + count].tobytes()}


async def _many(
    request: Request,
    run: TheAwakeRun,
    settings: TheSettings,
    data: Annotated[Half | None, Query(description="a half of the data set")] = None,
    start: Annotated[int, Query(ge=0, le=2**31, description="its first image")] = 0,
    count: Annotated[
        int | None, Query(ge=1, le=MOST_IMAGES, description="how many; if absent, all that follow")
    ] = None,
) -> ManyImages:
    if data is not None:
        gallery = await open_gallery(run.spec.shown.id, settings)
        labels = gallery.train_labels if data == "train" else gallery.test_labels
        return _slice(data, start, count, labels)
    sort = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sort == NPY:
        pixels = _pixels(await request.body(), run.spec.recipe.network.input)
    elif sort == MULTIPART:
        pixels = await _prepared(request, run)
    else:
        raise InvalidError(f"{EXPECTED}, got {sort or 'none of these'}.")
    return ManyImages(len(pixels), pixels=pixels)


TheImages = Annotated[ManyImages, Depends(_many)]


def _slice(half: Half, start: int, count: int | None, labels: npt.NDArray[np.uint8]) -> ManyImages:
    last = start + (count or 1) - 1
    if last >= len(labels):
        there = len(labels) - 1
        raise NotFoundError(f"There is no image {half}-{last}: the last is {half}-{there}.")
    chosen = labels[start : start + count] if count else labels[start:]
    if len(chosen) > MOST_IMAGES:
        raise TooLargeError(f"Expected at most {MOST_IMAGES:,} images, got {len(chosen):,}.")
    return ManyImages(len(chosen), half, start, labels=chosen.tolist())


def _pixels(body: bytes, shape: Shape) -> Pixels:
    """An array of .npy, of which its head is believed only where the rest is as long."""
    stream = io.BytesIO(body)
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        sizes, in_columns, kind = read(stream, max_header_size=10_000)
    except (ValueError, SyntaxError, TypeError, EOFError) as error:
        raise UploadError(f"Expected an array as numpy.save writes it ({error}).") from error
    grey = sizes[1:] == shape[1:] and shape[0] == 1
    if kind != np.uint8 or not (sizes[1:] == shape or grey) or not sizes[0]:
        raise InvalidError(
            f"Expected uint8 images of {shape_text(shape)} (images, channels, height, width), got "
            f"{kind} of {shape_text(sizes)}."
        )
    rest = body[stream.tell() :]
    if len(rest) != prod(sizes):
        raise UploadError(f"Expected {prod(sizes):,} bytes of pixels, got {len(rest):,}.")
    flat = np.frombuffer(rest, np.uint8)
    values = flat.reshape(sizes, order="F" if in_columns else "C")
    if len(values) > MOST_IMAGES:
        raise TooLargeError(f"Expected at most {MOST_IMAGES:,} images, got {len(values):,}.")
    return np.ascontiguousarray(values).reshape(-1, *shape)


async def _prepared(request: Request, run: Run) -> Pixels:
    """Pictures as the network sees them, each as an upload would be."""
    async with request.form(max_files=MOST_FILES, max_fields=0) as form:
        files = [entry for entry in form.getlist("file") if isinstance(entry, UploadFile)]
        if not files:
            raise InvalidError(f"{EXPECTED}, got no file.")
        found = []
        for number, file in enumerate(files):
            name = file.filename or f"file {number}"
            try:
                found.append(await run.uploads.fitted(await file.read()))
            except (UploadError, UnsupportedMediaError, TooLargeError) as error:
                raise type(error)(f"{name[:200]}: {error.detail}") from error
    return await asyncio.to_thread(np.stack, found)

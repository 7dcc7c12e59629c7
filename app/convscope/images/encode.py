"""Pixels as PNG, and small pictures to choose from as WebP, with no metadata."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.images.reading import DecodedImage

_LARGE = 1_000_000  # px; beyond this, speed counts for more than the last tenth of the bytes
_QUALITY, _EFFORT = 60, 6  # of 100, and of 6


def png(picture: DecodedImage | Image.Image | NDArray[np.uint8]) -> bytes:
    """A PNG of a picture, or of uint8 pixels (H, W), (1, H, W) or (3, H, W)."""
    image = _as_image(picture)
    file = io.BytesIO()
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # what a decoder left in `info` would be written too
    bare.save(file, "PNG", compress_level=1 if image.width * image.height > _LARGE else 6)
    return file.getvalue()


def sheet_png(images: NDArray[np.uint8], columns: int) -> bytes:
    """Pictures (N, C, H, W) side by side, row by row, without gaps; empty places are white."""
    return png(_sheet(images, columns))


def sheet_webp(images: NDArray[np.uint8], columns: int) -> bytes:
    """As `sheet_png`, in half the bytes and not exact: to choose from, not to compute with."""
    file = io.BytesIO()
    _as_image(_sheet(images, columns)).save(file, "WEBP", quality=_QUALITY, method=_EFFORT)
    return file.getvalue()


def _sheet(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    count, channels, height, width = images.shape
    columns = max(1, columns)
    rows = max(1, math.ceil(count / columns))
    places = np.full((rows * columns, channels, height, width), 255, dtype=np.uint8)
    places[:count] = images
    grid = places.reshape(rows, columns, channels, height, width).transpose(2, 0, 3, 1, 4)
    return grid.reshape(channels, rows * height, columns * width)


def _as_image(picture: DecodedImage | Image.Image | NDArray[np.uint8]) -> Image.Image:
    if isinstance(picture, DecodedImage):
        return picture.image
    if isinstance(picture, Image.Image):
        return picture
    if picture.ndim == 3:
        picture = picture[0] if len(picture) == 1 else picture.transpose(1, 2, 0)
    return Image.fromarray(np.ascontiguousarray(picture))


def film_webp(frames: NDArray[np.uint8], side: int = 256, frame_ms: int = 60) -> bytes:
    """Frames (N, C, H, W) as one animated WebP, exact, each pixel as many as come to about `side`;
    the last one stays for a second."""
    times = max(1, side // max(frames.shape[2:]))
    large = frames.repeat(times, axis=2).repeat(times, axis=3)
    first, *others = [_as_image(frame) for frame in large]
    lasts = [frame_ms] * len(others) + [1000]
    file = io.BytesIO()
    options = {"duration": lasts, "loop": 0, "lossless": True}
    first.save(file, "WEBP", save_all=True, append_images=others, **options)
    return file.getvalue()

"""From a picture that was kept to the pixels that a network is shown."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.types import Fit, Shape

Pixels = NDArray[np.uint8]
_SCALE = Image.Resampling.BILINEAR


def fitted(pixels: Pixels, shape: Shape, how: Fit) -> Pixels:
    """A picture (H, W) or (H, W, 3) as uint8 (C, H, W), C 1 or 3.

    Averaged where it is made smaller, interpolated where it is made larger; one of the right form
    keeps every pixel.  Grey is 0.299 R + 0.587 G + 0.114 B.
    """
    channels, height, width = shape
    if (1 if pixels.ndim == 2 else 3) == channels and pixels.shape[:2] == (height, width):
        whole = pixels.reshape(height, width, channels)
    else:
        image = Image.fromarray(pixels)
        if image.size != (width, height):
            image = WAYS[how](image, width, height)
        image = image.convert("L" if channels == 1 else "RGB")  # last, as of an upload
        whole = np.asarray(image, dtype=np.uint8).reshape(height, width, channels)
    return np.ascontiguousarray(whole.transpose(2, 0, 1))


def _crop(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(image.width / width, image.height / height)
    across, down = (max(1, round(side * scale)) for side in (width, height))
    left, top = (image.width - across) // 2, (image.height - down) // 2
    return image.crop((left, top, left + across, top + down)).resize((width, height), _SCALE)


def _pad(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    across, down = (max(1, round(side * scale)) for side in image.size)
    whole = Image.new(image.mode, (width, height))
    whole.paste(image.resize((across, down), _SCALE), ((width - across) // 2, (height - down) // 2))
    return whole


def _stretch(image: Image.Image, width: int, height: int) -> Image.Image:
    return image.resize((width, height), _SCALE)


WAYS: Final[dict[Fit, Callable[[Image.Image, int, int], Image.Image]]] = {
    "crop": _crop,
    "pad": _pad,
    "stretch": _stretch,
}

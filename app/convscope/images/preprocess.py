"""From a picture to exactly the pixels that a network sees, with every step in a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from convscope.errors import ConflictError
from convscope.images.centre import centred
from convscope.images.reading import DecodedImage
from convscope.types import Fit, Shape

Pixels = NDArray[np.uint8]
_CENTRED = (
    "Its strokes were scaled in proportion to 20/28 of the picture, and moved so that their centre "
    "of mass is in the middle, as the data set's own digits were"
)
_DARK = 64  # a border whose median is at most this is that of a drawing, light on dark
_LIGHT = 128  # a border whose median is at least this is light


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the network sees of a picture, and how it came to be."""

    pixels: Pixels  # (C, H, W), 0 … 255
    inverted: bool
    centred: bool
    sentences: tuple[str, ...]  # in the order in which it was done


def preprocess(
    picture: DecodedImage,
    shape: Shape,
    *,
    dark_background: bool,
    invert: bool | None,
    fit: Fit = "crop",
    centre: bool | None = False,
) -> Prepared:
    """A picture as the input (C, H, W) of a network: fitted in size, grey for one channel.

    With `invert` None it is inverted where the network's data has a dark background and the
    picture's border is light.  With `centre` its strokes are placed as MNIST's were, in place of
    being fitted; with None if it is a drawing, that is, its border is dark by then.  A picture of
    exactly H × W keeps every pixel otherwise; what is padded stays black.  Raises
    ConflictError for a network whose input has neither 1 nor 3 channels.
    """
    channels, height, width = shape
    image, sentences = picture.image, list(picture.sentences)
    if channels not in (1, 3):
        raise ConflictError(
            f"Expected a network with 1 or 3 input channels, to show it a picture, got {channels}."
        )
    image, sized = _SIZED[fit](image, (width, height))
    image, done = _channels(image, channels)
    pixels = np.asarray(image, dtype=np.uint8).reshape(*image.size[::-1], channels)
    inverted = dark_background and _border_is_light(pixels) if invert is None else invert
    if inverted:
        done.append(_why_inverted(asked=invert is not None))
        pixels = 255 - pixels
    if centre or (centre is None and _is_drawing(pixels)):
        whole = np.asarray(_channels(picture.image, channels)[0], dtype=np.uint8)
        whole = whole.reshape(*whole.shape[:2], channels)
        placed = centred(255 - whole if inverted else whole, height, width)
        if placed is not None:
            told = (*sentences, *done, _CENTRED)
            return Prepared(_channels_first(placed), inverted, True, told)
    pixels, padded = _padded(pixels, height, width)
    return Prepared(
        _channels_first(pixels),
        inverted,
        False,
        tuple(sentences + sized + done + padded) or (f"Used as it is: {width} × {height} already",),
    )


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """With a shorter side of at most `side` px, in its proportions."""
    factor = side / min(image.size)
    if factor >= 1:
        return image
    width, height = (max(1, round(length * factor)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0)


def _channels_first(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


Size = tuple[int, int]  # width, height in px


def _crop(image: Image.Image, target: Size) -> tuple[Image.Image, list[str]]:
    """The largest middle part of the target's proportions."""
    width, height = image.size
    scale = min(width / target[0], height / target[1])
    kept = tuple(max(1, round(side * scale)) for side in target)
    if kept == (width, height):
        return image, []
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    part = image.crop((left, top, left + kept[0], top + kept[1]))
    return part, [f"Cropped to the middle {_size(part.size)} of {_size(image.size)}"]


def _resize(image: Image.Image, target: Size) -> tuple[Image.Image, list[str]]:
    """Averaged when made smaller (no pixel is skipped), interpolated when made larger."""
    if image.size == target:
        return image, []
    return image.resize(target, Image.Resampling.BILINEAR), [f"Resized to {_size(target)}"]


def _crop_and_resize(image: Image.Image, target: Size) -> tuple[Image.Image, list[str]]:
    image, cropped = _crop(image, target)
    image, resized = _resize(image, target)
    return image, cropped + resized


def _shrink_into(image: Image.Image, target: Size) -> tuple[Image.Image, list[str]]:
    """The whole of it within the target, in its own proportions."""
    scale = min(target[0] / image.width, target[1] / image.height)
    return _resize(image, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))


_SIZED: Final[dict[Fit, Callable[[Image.Image, Size], tuple[Image.Image, list[str]]]]] = {
    "crop": _crop_and_resize,
    "pad": _shrink_into,
    "stretch": _resize,
}


def _padded(pixels: Pixels, height: int, width: int) -> tuple[Pixels, list[str]]:
    """(h, w, C) with black around it up to (height, width, C)."""
    down, across = height - pixels.shape[0], width - pixels.shape[1]
    if not down and not across:
        return pixels, []
    room = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
    return np.pad(pixels, room), [f"Padded with black to {_size((width, height))}"]


def _channels(image: Image.Image, channels: int) -> tuple[Image.Image, list[str]]:
    if channels == 3:
        said = ["Gave its grey to all three colour channels"] if image.mode == "L" else []
        return image.convert("RGB"), said
    said = [] if _is_grey(image) else ["Turned to grey (0.299 R + 0.587 G + 0.114 B)"]
    return image.convert("L"), said


def _is_grey(image: Image.Image) -> bool:
    pixels = np.asarray(image)
    return pixels.ndim == 2 or bool((pixels == pixels[..., :1]).all())


def _border_is_light(pixels: Pixels) -> bool:
    return _border(pixels) >= _LIGHT


def _border(pixels: Pixels) -> float:
    """The median of its border's brightness."""
    grey = pixels.mean(axis=2)
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return float(np.median(border))


def _is_drawing(pixels: Pixels) -> bool:
    """Whether it is something light on a ground as dark as a drawn digit's."""
    return _border(pixels) <= _DARK and int(pixels.max()) >= _LIGHT


def _why_inverted(*, asked: bool) -> str:
    if asked:
        return "Inverted, as asked: dark became light"
    return "Inverted: its border is light, and the network's pictures have a dark background"


def _size(size: Size) -> str:
    return f"{size[0]:,} × {size[1]:,}"

"""Tensors as labelled heatmap grids, PNG, for whoever asks the API without a browser."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convscope.heatmap.colour import limit_of
from convscope.heatmap.drawing import draw
from convscope.heatmap.thumbnail import filters_png
from convscope.heatmap.tiles import arrange
from convscope.images import png
from convscope.images.encode import film_webp

__all__ = ["Scale", "filter_film", "filters_png", "heatmap_png", "strip_png"]

Scale = Literal["layer", "map"]


def heatmap_png(
    values: NDArray[np.floating],
    *,
    title: str,
    scale: Scale,
    axes: tuple[str, ...] | None = None,
) -> bytes:
    """A PNG of a tensor of 1 to 4 dimensions, with its indices, its title and a colour bar.

    (A, B, h, w) is a tile for each of A rows and B columns, (C, h, w) a grid of C tiles, (N, M)
    and (N,) are one tile.  `axes` names the dimensions; without it, PyTorch's order is taken.
    Zero is white, positive blue, negative orange; the ends of the scale are symmetric, shared by
    the whole `layer` or each `map`'s own.  What is no finite number is hatched.  The picture is at
    most about 1,800 px a side: of a larger tensor a part is shown, and the title says which.
    Raises ValueError for another number of dimensions, or none of anything.
    """
    numbers = np.asarray(values, dtype=np.float64)
    return png(draw(arrange(numbers, axes), title, shared=scale == "layer"))


def strip_png(values: NDArray[np.floating], steps: Sequence[int], *, title: str) -> bytes:
    """A PNG of a filter at several steps, (steps, in, kh, kw): a row a channel, a column a step.

    One scale for all. ValueError for another number of axes or of steps, or none of anything.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 4 or len(numbers) != len(steps):
        raise ValueError(f"expected kernels at {len(steps)} steps, got shape {numbers.shape}")
    grid = arrange(numbers.swapaxes(0, 1), ("channel", "step", "y", "x"))
    numbered = replace(grid, column_numbers=steps[: len(grid.rows[0])])
    return png(draw(numbered, title, shared=True))


def filter_film(values: NDArray[np.floating], steps: Sequence[int], *, title: str) -> bytes:
    """An animated WebP of a filter over the steps, (steps, in, kh, kw): a frame a step, all of one
    scale, each with its step."""
    numbers = np.asarray(values, dtype=np.float64)
    limit = limit_of(numbers)
    drawn = [
        draw(arrange(kernels, None), f"{title}, step {step}", shared=True, limit=limit)
        for kernels, step in zip(numbers, steps, strict=True)
    ]
    size = max(one.width for one in drawn), max(one.height for one in drawn)
    frames = np.full((len(drawn), size[1], size[0], 3), 255, np.uint8)
    for frame, one in zip(frames, drawn, strict=True):
        frame[: one.height, : one.width] = np.asarray(one)
    return film_webp(frames.transpose(0, 3, 1, 2), side=1, frame_ms=200)

"""Tensors as labelled heatmap grids, PNG, for whoever asks the API without a browser."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.heatmap.drawing import draw
from app.heatmap.tiles import arrange
from app.images import png

__all__ = ["Scale", "heatmap_png"]

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

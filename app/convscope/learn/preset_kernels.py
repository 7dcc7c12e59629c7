"""Kernels that people know, for filling a filter with; cross-correlation, so written as applied."""

from typing import Final

import torch

Rows = tuple[tuple[float, ...], ...]

KERNELS: Final[dict[str, tuple[str, Rows | None]]] = {
    "sobel_x": ("Sobel, left to right", ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))),
    "sobel_y": ("Sobel, top to bottom", ((-1, -2, -1), (0, 0, 0), (1, 2, 1))),
    "blur": (
        "blur",
        tuple(tuple(v / 16 for v in row) for row in ((1, 2, 1), (2, 4, 2), (1, 2, 1))),
    ),
    "sharpen": ("sharpen", ((0, -1, 0), (-1, 5, -1), (0, -1, 0))),
    "outline": ("outline", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))),
    "zero": ("zeros", None),
}


def centred(kernel: Rows, height: int, width: int) -> torch.Tensor:
    """A small kernel in the middle of one of `height` × `width`, zeros around it."""
    values, small = torch.zeros(height, width), torch.tensor(kernel)
    rows, columns = small.shape
    top, left = (height - rows) // 2, (width - columns) // 2
    values[top : top + rows, left : left + columns] = small
    return values

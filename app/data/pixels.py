"""How a picture's bytes become the numbers that a network sees."""

import numpy as np
from numpy.typing import NDArray


def to_unit(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Pixels of 0 … 255 as float32 of 0 … 1 in the same shape; 255 gives exactly 1.0."""
    return pixels.astype(np.float32) / np.float32(255)

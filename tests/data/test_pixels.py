"""Pixels as a network sees them."""

import numpy as np

from app.data.pixels import to_unit


def test_255_scales_to_exactly_one_and_0_to_zero() -> None:
    scaled = to_unit(np.array([0, 51, 255], dtype=np.uint8))
    assert scaled.dtype == np.float32
    assert scaled.tolist() == [0.0, np.float32(0.2), 1.0]

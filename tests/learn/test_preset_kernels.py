"""The kernels that people know, as numbers."""

import numpy as np
import pytest
import torch

from convscope.learn.preset_kernels import KERNELS, centred

LITERAL = {
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "blur": [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}


def test_every_kernel_that_can_be_named_is_known_here() -> None:
    assert set(KERNELS) == set(LITERAL) | {"zero"}
    assert KERNELS["zero"][1] is None


@pytest.mark.parametrize("name", LITERAL)
def test_a_known_kernel_has_the_published_numbers(name: str) -> None:
    np.testing.assert_array_equal(np.array(KERNELS[name][1]), np.array(LITERAL[name]))


@pytest.mark.parametrize(
    ("name", "total"), [("sobel_x", 0), ("sobel_y", 0), ("blur", 1), ("sharpen", 1), ("outline", 0)]
)
def test_on_an_even_picture_a_known_kernel_gives_its_sum(name: str, total: float) -> None:
    kernel = centred(KERNELS[name][1] or (), 3, 3)[None, None]
    even = torch.full((1, 1, 5, 5), 0.5)
    found = torch.nn.functional.conv2d(even, kernel)
    assert found.flatten().tolist() == [0.5 * total] * 9


@pytest.mark.parametrize(("name", "axis"), [("sobel_x", 1), ("sobel_y", 0)])
def test_a_sobel_answers_to_brightness_that_rises_along_its_axis(name: str, axis: int) -> None:
    ramp = torch.arange(5.0).repeat(5, 1)
    rising = ramp if axis == 1 else ramp.T
    kernel = centred(KERNELS[name][1] or (), 3, 3)[None, None]
    along, across = (
        set(torch.nn.functional.conv2d(picture[None, None], kernel).flatten().tolist())
        for picture in (rising, rising.T)
    )
    assert (along, across) == ({8.0}, {0.0})

"""One image and one kernel, against published numbers and torch in float64."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from convscope.convolve import Doubles, Sliding, convolve, terms
from convscope.errors import InvalidError
from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, Answer, ask


def grid(text: str) -> Doubles:
    """Rows of one-digit numbers."""
    return np.array([[float(digit) for digit in row] for row in text.split()])


IMAGE = grid("11100 01110 00111 00110 01100")
KERNEL = grid("101 010 101")
SOBEL = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])


def check(came: Doubles, expected: str) -> None:
    """The very same numbers: whole ones are exact in float64."""
    np.testing.assert_array_equal(came, grid(expected))


def test_the_schematic_gives_4_3_4_2_4_3_2_3_4() -> None:
    check(convolve(IMAGE, KERNEL), "434 243 234")


def test_with_padding_1_the_schematics_output_is_as_large_as_its_image() -> None:
    padded = convolve(IMAGE, KERNEL, how=Sliding(padding=1))
    # the last number is 1: the image's corner (3, 3) lies under the kernel's (0, 0)
    check(padded, "22311 14341 12433 12341 02211")
    assert padded[4, 4] == IMAGE[3, 3]  # all that the kernel has of the image in that corner


def test_with_stride_2_the_schematic_has_four_outputs() -> None:
    check(convolve(IMAGE, KERNEL, how=Sliding(stride=2)), "44 24")


def test_the_kernel_is_not_flipped() -> None:
    expected = [[-3, 0, 3], [-4, -3, 2], [-4, -2, 3]]
    np.testing.assert_array_equal(convolve(IMAGE, SOBEL), expected)
    np.testing.assert_array_equal(convolve(IMAGE, SOBEL[::-1, ::-1]), np.negative(expected))


def test_rows_are_not_taken_for_columns() -> None:
    check(convolve(IMAGE.T, KERNEL), "422 343 434")


def test_a_bias_is_added_to_every_output() -> None:
    check(convolve(IMAGE, KERNEL, bias=2.0), "656 465 456")


def by_autograd(loss: Any) -> tuple[Doubles, Doubles]:
    """dL/dKernel and dL/dImage of the schematic by torch, in float64."""
    image = torch.tensor(IMAGE)[None, None].requires_grad_()
    kernel = torch.tensor(KERNEL)[None, None].requires_grad_()
    loss(functional.conv2d(image, kernel)).backward()
    assert image.grad is not None
    assert kernel.grad is not None
    return kernel.grad[0, 0].numpy(), image.grad[0, 0].numpy()


def test_the_gradient_of_the_outputs_sum_is_the_image_under_a_kernel_of_ones() -> None:
    by_kernel, by_image = by_autograd(lambda out: out.sum())
    came = convolve(IMAGE, np.ones((3, 3)))
    check(came, "676 477 466")
    np.testing.assert_array_equal(came, by_kernel)
    spread = convolve(np.ones((3, 3)), KERNEL[::-1, ::-1], how=Sliding(padding=2))
    check(spread, "11211 12321 23532 12321 11211")
    np.testing.assert_array_equal(spread, by_image)


def test_the_gradient_of_half_the_squared_outputs_is_the_image_under_the_outputs() -> None:
    output = convolve(IMAGE, KERNEL)
    assert (output**2).sum() / 2 == 49.5
    came = convolve(IMAGE, output)
    np.testing.assert_array_equal(came, [[22, 23, 19], [14, 25, 21], [14, 19, 19]])
    np.testing.assert_array_equal(came, by_autograd(lambda out: (out**2).sum() / 2)[0])


def test_one_step_against_that_gradient_brings_the_loss_to_20_55725() -> None:
    stepped = KERNEL - 0.01 * convolve(IMAGE, convolve(IMAGE, KERNEL))
    expected = [[0.78, -0.23, 0.81], [-0.14, 0.75, -0.21], [0.86, -0.19, 0.81]]
    np.testing.assert_allclose(stepped, expected, atol=1e-15)
    assert (convolve(IMAGE, stepped) ** 2).sum() / 2 == pytest.approx(20.55725, abs=1e-12)


def test_a_column_that_no_stride_reaches_is_unused() -> None:
    assert convolve(np.zeros((10, 10)), np.ones((3, 3)), how=Sliding(stride=2)).shape == (4, 4)


SIDE = st.integers(1, 9)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    image=st.tuples(SIDE, SIDE),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    bias=st.floats(-5, 5),
    how=st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(1, 3)),
    seed=st.integers(0, 99),
)
def test_torch_gives_the_same_in_float64(
    image: tuple[int, int],
    kernel: tuple[int, int],
    bias: float,
    how: tuple[int, int, int],
    seed: int,
) -> None:
    draw = np.random.default_rng(seed)
    pixels, weights = draw.normal(size=image), draw.normal(size=kernel)
    stride, padding, dilation = how
    sliding = Sliding(stride=stride, padding=padding, dilation=dilation)
    room = [side + 2 * padding for side in image]
    if any(dilation * (k - 1) + 1 > side for k, side in zip(kernel, room, strict=True)):
        with pytest.raises(InvalidError, match="kernel no larger than its image"):
            convolve(pixels, weights, bias, sliding)
        return
    expected = functional.conv2d(
        torch.tensor(pixels)[None, None],
        torch.tensor(weights)[None, None],
        torch.tensor([bias], dtype=torch.float64),
        stride,
        padding,
        dilation,
    )[0, 0].numpy()
    came = convolve(pixels, weights, bias, sliding)
    np.testing.assert_allclose(came, expected, rtol=1e-12, atol=1e-12)
    sums = [[entry["sum"] for entry in line] for line in terms(pixels, weights, sliding)]
    np.testing.assert_allclose(np.array(sums) + bias, expected, rtol=1e-12, atol=1e-12)


def test_a_term_names_the_pixels_that_it_read_and_tells_padding_from_zeros() -> None:
    corner = terms(IMAGE, KERNEL, Sliding(padding=1))[0][4]
    assert corner["rows"] == [None, 0, 1]
    assert corner["columns"] == [3, 4, None]
    assert corner["patch"] == [[None, None, None], [0, 0, None], [1, 0, None]]
    assert corner["products"] == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
    assert corner["sum"] == 1


def post(body: object) -> Answer:
    """`POST /convolve` through the whole application."""
    text = body if isinstance(body, str) else json.dumps(body)
    headers = HOST | {"content-type": "application/json", "content-length": str(len(text))}
    chunks = (text.encode(),)
    app = create_app(Settings())
    return ask(app, "/api/v1/convolve", headers, method="POST", chunks=chunks)


def test_the_call_answers_output_shape_and_terms() -> None:
    answer = post({"image": IMAGE.tolist(), "kernel": KERNEL.tolist()})
    assert answer.status == 200
    found = answer.json()
    check(np.array(found["output"]), "434 243 234")
    assert found["shape"] == [3, 3]
    assert found["terms"][1][0] == {
        "rows": [1, 2, 3],
        "columns": [0, 1, 2],
        "patch": [[0, 1, 1], [0, 0, 1], [0, 0, 1]],
        "products": [[0, 0, 1], [0, 0, 0], [0, 0, 1]],
        "sum": 2,
    }


def test_a_large_figure_has_its_output_without_the_terms() -> None:
    answer = post({"image": [[1] * 64] * 64, "kernel": [[1] * 15] * 15, "padding": 15})
    assert answer.status == 200
    assert answer.json()["shape"] == [80, 80]
    assert answer.json()["output"][40][40] == 225
    assert answer.json()["terms"] is None


GOOD: dict[str, Any] = {"image": IMAGE.tolist(), "kernel": KERNEL.tolist()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kernel": [[1] * 6] * 6}, "kernel no larger than its image"),
        ({"dilation": 3}, "The kernel spans 7 pixels, and the image has 5"),
        ({"image": [[1, 2], [3]]}, "rows of one length"),
        ({"image": [[1] * 65]}, "at most 64"),
        ({"image": [[1]] * 65}, "at most 64"),
        ({"kernel": [[1] * 16]}, "at most 15"),
        ({"image": []}, "at least 1"),
        ({"image": [[]]}, "at least 1"),
        ({"stride": 0}, "expected at least 1"),
        ({"padding": -1}, "expected at least 0"),
        ({"padding": 16}, "expected at most 15"),
        ({"stride": True}, "stride"),
        ({"image": [["1"]]}, "image"),
        ({"image": [[None]]}, "image"),
        ({"bias": 1e300}, "bias"),
        ({"flip": True}, "flip"),
    ],
)
def test_what_cannot_be_convolved_is_refused_with_a_sentence(
    change: dict[str, Any], says: str
) -> None:
    answer = post(GOOD | change)
    assert answer.status == 422
    assert says in answer.sentence()


def test_a_number_that_is_none_is_refused_without_a_failure() -> None:
    for number in ("NaN", "1e999", "-Infinity"):
        answer = post(f'{{"image": [[{number}]], "kernel": [[1]]}}')
        assert answer.status == 422
        assert answer.sentence()

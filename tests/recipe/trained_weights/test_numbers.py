"""Every floating-point type of safetensors as float32, against torch's own casts."""

import numpy as np
import pytest
import torch
from safetensors.torch import save

from convscope.recipe.safetensors_header import tensors_in
from convscope.recipe.trained_weights.numbers import FLOATING, as_float32

EVERY_BYTE = torch.arange(256).to(torch.uint8)
TYPES = [
    torch.float64,
    torch.float32,
    torch.float16,
    torch.bfloat16,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
]


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_numbers_are_cast_as_torch_casts_them(dtype: torch.dtype) -> None:
    if dtype.itemsize == 1:  # all there are
        given = EVERY_BYTE.view(dtype).reshape(16, 16)
    else:
        draws = torch.randn(8, 32, generator=torch.Generator().manual_seed(1)).double()
        given = (draws * 10.0 ** torch.arange(-4, 4)[:, None]).to(dtype)
    ((kind, data),) = tensors_in(save({"t": given})).values()
    came = as_float32(kind, data)
    assert came.dtype == np.float32
    np.testing.assert_array_equal(came, given.to(torch.float32).numpy())


def test_each_of_these_types_is_read() -> None:
    kinds = [tensors_in(save({"t": torch.zeros(2).to(dtype)}))["t"][0].dtype for dtype in TYPES]
    assert set(kinds) == FLOATING


def test_a_double_that_float32_cannot_hold_becomes_infinite() -> None:
    given = torch.tensor([1e300, -1e300, 1e-300], dtype=torch.float64)
    ((kind, data),) = tensors_in(save({"t": given})).values()
    assert as_float32(kind, data).tolist() == [np.inf, -np.inf, 0.0]

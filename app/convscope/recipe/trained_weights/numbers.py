"""The numbers of a safetensors tensor as float32, which is what a network here learns in."""

from typing import Final

import numpy as np
import numpy.typing as npt

from convscope.recipe.safetensors_header import Kind

Floats = npt.NDArray[np.float32]


def _float8(exponent_bits: int, mantissa_bits: int, *, has_infinity: bool) -> Floats:
    """All 256 numbers of an 8-bit float format, by its code.

    OCP OFP8 1.0 (2023), as safetensors' F8_E4M3 and F8_E5M2: E4M3 has no infinity, and NaN only
    where all bits but the sign are set; E5M2 has both as IEEE 754 does.
    """
    codes = np.arange(256)
    exponent = (codes >> mantissa_bits) & (2**exponent_bits - 1)
    mantissa = (codes & (2**mantissa_bits - 1)) / 2**mantissa_bits
    bias = 2 ** (exponent_bits - 1) - 1
    small = np.ldexp(mantissa, 1 - bias)
    values = np.where(exponent == 0, small, np.ldexp(1 + mantissa, exponent - bias))
    top = exponent == 2**exponent_bits - 1
    if has_infinity:
        values = np.where(top, np.where(mantissa == 0, np.inf, np.nan), values)
    else:
        values = np.where(codes & 0x7F == 0x7F, np.nan, values)
    return np.where(codes & 0x80, -values, values).astype(np.float32)


FLOAT8: Final = {
    "F8_E4M3": _float8(4, 3, has_infinity=False),
    "F8_E5M2": _float8(5, 2, has_infinity=True),
}
PLAIN: Final = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
FLOATING: Final = frozenset({*PLAIN, *FLOAT8, "BF16"})


def as_float32(kind: Kind, data: memoryview) -> Floats:
    """The tensor, cast: what is too large becomes infinite. `kind` has a FLOATING dtype."""
    if kind.dtype == "BF16":  # the upper half of a float32
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif kind.dtype in FLOAT8:
        values = FLOAT8[kind.dtype][np.frombuffer(data, np.uint8)]
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.frombuffer(data, PLAIN[kind.dtype]).astype(np.float32)
    return values.reshape(kind.shape)

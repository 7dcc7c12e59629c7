"""One image and one kernel, in float64: the arithmetic of a convolution without a network.

Cross-correlation, as in PyTorch and Keras: the kernel is laid on the image as it is, not flipped.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from convscope.errors import InvalidError
from convscope.types import JsonObject

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sliding:
    """How a kernel goes over an image, the same along both sides."""

    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def out(self, size: int, kernel: int) -> int:
        """floor((in + 2p - d(k-1) - 1) / s + 1); InvalidError for a kernel that does not fit."""
        extent = self.dilation * (kernel - 1) + 1
        room = size + 2 * self.padding
        if extent > room:
            raise InvalidError(
                f"The kernel spans {extent} pixels, and the image has {room} with padding: "
                "expected a kernel no larger than its image."
            )
        return (room - extent) // self.stride + 1


def convolve(
    image: Doubles, kernel: Doubles, bias: float = 0.0, how: Sliding | None = None
) -> Doubles:
    """The output (H', W') for an image (H, W) and a kernel (kh, kw).

    InvalidError for a kernel larger than the padded image, or a result that is not finite.
    """
    how = how or Sliding()
    with np.errstate(over="ignore", invalid="ignore"):
        output: Doubles = np.einsum("yxij,ij->yx", _patches(image, kernel, how), kernel) + bias
    if not np.isfinite(output).all():
        raise InvalidError("The sum of the products is too large for a float64.")
    return output


def _patches(image: Doubles, kernel: Doubles, how: Sliding) -> Doubles:
    """What lies under the kernel at each place, (H', W', kh, kw); 0 in the padding."""
    rows, columns = (how.out(*pair) for pair in zip(image.shape, kernel.shape, strict=True))
    y, x = (how.dilation * np.arange(size) for size in kernel.shape)
    down, right = (how.stride * np.arange(size) for size in (rows, columns))
    padded = np.pad(image, how.padding)
    found: Doubles = padded[
        (down[:, None] + y)[:, None, :, None], (right[:, None] + x)[None, :, None, :]
    ]
    return found


def terms(image: Doubles, kernel: Doubles, how: Sliding) -> list[list[JsonObject]]:
    """For each place of the output: the rows and columns of the image under the kernel, the values
    there, their products with the kernel, and the products' sum (without bias).

    A row, a column and a value in the padding are None; a product there is 0.
    """
    patches = _patches(image, kernel, how)
    products = patches * kernel
    height, width = image.shape
    found: list[list[JsonObject]] = []
    for y in range(len(patches)):
        rows = _line(y, len(kernel), height, how)
        across = (_line(x, kernel.shape[1], width, how) for x in range(patches.shape[1]))
        found.append(
            [
                _term(rows, columns, patches[y, x], products[y, x])
                for x, columns in enumerate(across)
            ]
        )
    return found


def _line(place: int, kernel: int, size: int, how: Sliding) -> list[int | None]:
    """The image's rows (or columns) under the kernel, None in the padding."""
    first = place * how.stride - how.padding
    at = (first + cell * how.dilation for cell in range(kernel))
    return [line if 0 <= line < size else None for line in at]


def _term(
    rows: list[int | None], columns: list[int | None], patch: Doubles, products: Doubles
) -> JsonObject:
    values = [
        [
            None if None in (row, column) else value
            for column, value in zip(columns, line, strict=True)
        ]
        for row, line in zip(rows, patch.tolist(), strict=True)
    ]
    return {
        "rows": rows,
        "columns": columns,
        "patch": values,
        "products": products.tolist(),
        "sum": float(products.sum()),
    }

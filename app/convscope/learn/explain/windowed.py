"""Values that a window over the input makes: convolution and pooling."""

from typing import Any

import numpy as np
from torch import nn

from convscope.frames.quantize import Floats
from convscope.learn.explain.check import check_sum
from convscope.learn.explain.value_location import ValueLocation, learned, nested
from convscope.learn.observe import to_numpy
from convscope.types import JsonObject


def convolution(place: ValueLocation) -> JsonObject:
    """Σ over channels and kernel cells of input × weight, + bias; no flip (cross-correlation)."""
    conv = place.module
    assert isinstance(conv, nn.Conv2d)
    kernels = to_numpy(conv.weight)[place.channel].astype(np.float64)  # (in / groups, kh, kw)
    first = place.channel // (conv.out_channels // conv.groups) * len(kernels)
    rows, columns = window_of(place, conv.kernel_size, conv.stride, conv.padding, conv.dilation)
    patches = _patch(place.inputs[first : first + len(kernels)], rows, columns)
    products = patches * kernels
    bias = learned(conv, "bias", place.channel)
    parts = [*products.ravel(), *([] if bias is None else [bias])]
    channels = [
        {
            "channel": first + number,
            "patch": nested(patches[number]),
            "kernel": nested(kernels[number]),
            "products": nested(products[number]),
            "sum": float(products[number].sum()),
        }
        for number in range(len(kernels))
    ]
    window = {"rows": _inside(rows, 1, place), "columns": _inside(columns, 2, place)}
    return (
        {"kind": "convolution", "channels": channels, "bias": bias}
        | window
        | check_sum(place.value, parts)
    )


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def window_of(
    place: ValueLocation, kernel: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[list[int], list[int]]:
    """The input rows and columns under the window; some may lie in the padding."""
    sides = zip(*map(_pair, (kernel, stride, padding, dilation)), strict=True)
    corners = (place.y, place.x)
    rows, columns = (
        [corner * s - p + d * cell for cell in range(k)]
        for corner, (k, s, p, d) in zip(corners, sides, strict=True)
    )
    return rows, columns


def _inside(lines: list[int], axis: int, place: ValueLocation) -> list[int | None]:
    """Row or column numbers, None where they lie in the padding."""
    size = place.inputs.shape[axis]
    return [line if 0 <= line < size else None for line in lines]


def _patch(maps: Floats, rows: list[int], columns: list[int], fill: float = 0.0) -> Any:
    """(C, H, W) -> (C, rows, columns) float64, `fill` in the padding."""
    patch = np.full((len(maps), len(rows), len(columns)), fill)
    _, height, width = maps.shape
    inside_rows = [n for n, row in enumerate(rows) if 0 <= row < height]
    inside_columns = [n for n, column in enumerate(columns) if 0 <= column < width]
    if inside_rows and inside_columns:
        picked = maps[:, [rows[n] for n in inside_rows]][:, :, [columns[n] for n in inside_columns]]
        patch[:, np.array(inside_rows)[:, None], inside_columns] = picked
    return patch


def max_pool(place: ValueLocation) -> JsonObject:
    """The largest value under the window wins; padding never does."""
    pool = place.module
    assert isinstance(pool, nn.MaxPool2d)
    rows, columns = window_of(place, pool.kernel_size, pool.stride, pool.padding)
    patch = _patch(place.inputs[place.channel : place.channel + 1], rows, columns, -np.inf)[0]
    row, column = (int(n) for n in np.unravel_index(int(patch.argmax()), patch.shape))
    winner = {"row": rows[row], "column": columns[column], "value": float(patch[row, column])}
    window = {"rows": _inside(rows, 1, place), "columns": _inside(columns, 2, place)}
    seen = [[value if np.isfinite(value) else None for value in line] for line in patch.tolist()]
    return (
        {"kind": "max", "patch": seen, "winner": winner}
        | window
        | check_sum(place.value, [winner["value"]])
    )


def _mean(place: ValueLocation, rows: list[int], columns: list[int], count: int) -> JsonObject:
    """The sum of the values under a window over how many count."""
    patch = _patch(place.inputs[place.channel : place.channel + 1], rows, columns)[0]
    window = {"rows": _inside(rows, 1, place), "columns": _inside(columns, 2, place)}
    parts = (patch / count).ravel()
    return (
        {"kind": "mean", "patch": nested(patch), "count": count}
        | window
        | check_sum(place.value, parts)
    )


def avg_pool(place: ValueLocation) -> JsonObject:
    """The mean under the window; the padding counts if the layer says so."""
    pool = place.module
    assert isinstance(pool, nn.AvgPool2d)
    rows, columns = window_of(place, pool.kernel_size, pool.stride, pool.padding)
    inside = [sum(n is not None for n in _inside(rows, 1, place))]
    inside.append(sum(n is not None for n in _inside(columns, 2, place)))
    count = len(rows) * len(columns) if pool.count_include_pad else inside[0] * inside[1]
    return _mean(place, rows, columns, count)


def adaptive_pool(place: ValueLocation) -> JsonObject:
    """Region n of N over a size S: from floor(n S / N) to ceil((n + 1) S / N)."""
    regions = []
    for at, axis in ((place.y, 1), (place.x, 2)):
        size, count = place.inputs.shape[axis], place.output.shape[axis]
        regions.append(list(range(at * size // count, -(-(at + 1) * size // count))))
    rows, columns = regions
    return _mean(place, rows, columns, len(rows) * len(columns))

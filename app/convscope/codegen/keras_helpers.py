"""Functions that generated Keras code brings along, each only where a layer calls it."""

from typing import Final

HELPERS: Final[dict[str, str]] = {
    "pad_with_lowest": '''def pad_with_lowest(maps, rows: int, columns: int):
    """Padding that never wins a maximum, as PyTorch has it before max-pooling."""
    width = ((0, 0), (rows, rows), (columns, columns), (0, 0))
    return keras.ops.pad(maps, width, constant_values=float("-inf"))''',
    "mean_inside": '''def mean_inside(maps, size: tuple, strides: tuple, padding: tuple):
    """The mean of what lies under each window and inside the maps, padding left out."""

    def mean(values):
        width = ((0, 0), *((side, side) for side in padding), (0, 0))
        return keras.ops.average_pool(keras.ops.pad(values, width), size, strides, "valid")

    return mean(maps) / mean(keras.ops.ones_like(maps))''',
    "adaptive_mean": '''def regions(size: int, count: int):
    """A matrix (count, size) that takes the mean of each region, as PyTorch cuts them."""
    matrix = np.zeros((count, size), "float32")
    for place in range(count):
        first, end = place * size // count, -(-(place + 1) * size // count)
        matrix[place, first:end] = 1 / (end - first)
    return matrix


def adaptive_mean(maps, rows: int, columns: int):
    """The mean of each of rows × columns regions, which may overlap by a row or a column."""
    down, across = regions(maps.shape[1], rows), regions(maps.shape[2], columns)
    return keras.ops.einsum("bhwc,yh,xw->byxc", maps, down, across)''',
}


def needed(code: str) -> list[str]:
    """The helpers that a piece of code calls."""
    return [text for name, text in HELPERS.items() if f"{name}(" in code]

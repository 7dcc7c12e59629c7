"""A tensor as labelled tiles: which numbers are in which tile, and how large."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

BUDGET = 1600  # px a side, for all the tiles together
GAP = 5  # px between two tiles
CAPTION = 14  # px above a tile that bears its own number
_MAX_ACROSS = 64  # tiles in a row or a column
_MAX_MAPS = 256
_MAX_CELL = 24  # px
_MAX_UNEVEN = 8  # how many times as high as wide a cell may be, or the reverse
_AXES = {
    4: ("filter", "channel", "y", "x"),
    3: ("channel", "y", "x"),
    2: ("row", "column"),
    1: ("place",),
}


@dataclass(frozen=True, eq=False)
class Grid:
    """Tiles (h, w) in rows, all of one size, and the numbers to be written beside them."""

    rows: list[list[Numbers]]  # the last row may be shorter
    cell: tuple[int, int]  # height and width of one number, px
    row_numbers: Sequence[int]  # beside each row of tiles, or of cells where there is one tile
    column_numbers: Sequence[int]
    captioned: bool  # each tile bears its own number instead, counted through the rows
    axes: tuple[str, str]  # what goes down, and what goes across
    notes: tuple[str, ...]  # what is left out, and what is hatched

    @property
    def tile_px(self) -> tuple[int, int]:
        """Height and width of one tile."""
        height, width = self.rows[0][0].shape
        return height * self.cell[0], width * self.cell[1]

    @property
    def pitch_px(self) -> tuple[int, int]:
        """From one tile to the next, down and across."""
        height, width = self.tile_px
        return height + GAP + CAPTION * self.captioned, width + GAP

    @property
    def label_pitch_px(self) -> tuple[int, int]:
        """From one numbered thing to the next: tiles, or the cells of the only tile."""
        return self.cell if len(self.rows) == len(self.rows[0]) == 1 else self.pitch_px

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of all the tiles."""
        down, across = self.pitch_px
        return len(self.rows) * down - GAP, len(self.rows[0]) * across - GAP


def arrange(values: Numbers, axes: tuple[str, ...] | None = None) -> Grid:
    """The grid for a tensor of 1 to 4 dimensions; ValueError for others, or where it is empty."""
    if values.ndim not in _AXES or values.size == 0:
        raise ValueError(f"expected a tensor of 1 to 4 dimensions, got shape {values.shape}")
    names = axes or _AXES[values.ndim]
    arrangement = {4: _matrix_of_tiles, 3: _row_of_maps, 2: _one_tile, 1: _one_row}
    return arrangement[values.ndim](values, names)


def _matrix_of_tiles(values: Numbers, names: tuple[str, ...]) -> Grid:
    shown = values[:_MAX_ACROSS, :_MAX_ACROSS]
    notes = [*_of(shown, values, 0, names), *_of(shown, values, 1, names)]
    shown, merged = _thinned(shown, _room(len(shown)), _room(shown.shape[1]))
    return Grid(
        rows=[list(row) for row in shown],
        cell=_square_cell(shown.shape[2:], (_room(len(shown)), _room(shown.shape[1]))),
        row_numbers=range(len(shown)),
        column_numbers=range(shown.shape[1]),
        captioned=False,
        axes=(names[0], names[1]),
        notes=(*notes, *merged, *_hatched(values)),
    )


def _row_of_maps(values: Numbers, names: tuple[str, ...]) -> Grid:
    shown = values[:_MAX_MAPS]
    notes = _of(shown, values, 0, names)
    across = math.ceil(math.sqrt(len(shown)))
    room = _room(math.ceil(len(shown) / across)) - CAPTION, _room(across)
    shown, merged = _thinned(shown, *room)
    return Grid(
        rows=[list(shown[start : start + across]) for start in range(0, len(shown), across)],
        cell=_square_cell(shown.shape[1:], room),
        row_numbers=(),
        column_numbers=(),
        captioned=True,
        axes=(names[0], names[0]),
        notes=(*notes, *merged, *_hatched(values)),
    )


def _one_tile(values: Numbers, names: tuple[str, ...]) -> Grid:
    steps = [math.ceil(length / BUDGET) for length in values.shape]
    shown = values[:: steps[0], :: steps[1]]
    high, wide = (min(BUDGET // length, _MAX_CELL) for length in shown.shape)
    return Grid(
        rows=[[shown]],
        cell=(min(high, wide * _MAX_UNEVEN), min(wide, high * _MAX_UNEVEN)),
        row_numbers=range(0, len(values), steps[0]),
        column_numbers=range(0, values.shape[1], steps[1]),
        captioned=False,
        axes=(names[0], names[-1]),
        notes=(
            *_every(steps[0], f"{names[0]}s"),
            *_every(steps[1], f"{names[-1]}s"),
            *_hatched(values),
        ),
    )


def _one_row(values: Numbers, names: tuple[str, ...]) -> Grid:
    return replace(_one_tile(values[None], ("", names[0])), row_numbers=())


def _room(tiles: int) -> int:
    """What each of so many tiles in a row or column may take, px."""
    return BUDGET // tiles - GAP


def _thinned(tiles: Numbers, height: int, width: int) -> tuple[Numbers, list[str]]:
    """Tiles (…, h, w) of at most these numbers of values, every so many of them if need be."""
    step = max(math.ceil(tiles.shape[-2] / height), math.ceil(tiles.shape[-1] / width))
    return tiles[..., ::step, ::step], _every(step, "values down and across")


def _square_cell(tile: tuple[int, ...], room: tuple[int, int]) -> tuple[int, int]:
    side = min(room[0] // tile[0], room[1] // tile[1], _MAX_CELL)
    return side, side


def _of(shown: Numbers, values: Numbers, axis: int, names: tuple[str, ...]) -> list[str]:
    some, whole = shown.shape[axis], values.shape[axis]
    return [] if some == whole else [f"the first {some} of {whole} {names[axis]}s"]


def _every(step: int, what: str) -> list[str]:
    return [] if step == 1 else [f"one in {step} {what}"]


def _hatched(values: Numbers) -> list[str]:
    broken = int(values.size - np.isfinite(values).sum())
    return [f"{broken} not finite, hatched"] if broken else []

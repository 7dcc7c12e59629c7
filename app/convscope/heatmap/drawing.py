"""A grid of tiles as a picture: heading, index labels, tiles, colour bar."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from convscope.heatmap.colour import PAPER, limit_of, paint
from convscope.heatmap.tiles import CAPTION, Grid

_INK, _FAINT, _EDGE = (32, 36, 42), (95, 101, 112), (200, 204, 210)
_MARGIN, _HEADING = 12, 40  # px
_BAR_WIDTH, _BAR_LEAST, _BAR_MOST = 14, 60, 240  # px
_BAR_TEXT = 64  # px beside the bar
_LONGEST = 160  # letters of a title
_APART = 5  # px between two labels
_LETTERS, _SMALL = 14, 11  # px

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Point = tuple[float, float]


def draw(grid: Grid, title: str, *, shared: bool, limit: float | None = None) -> Image.Image:
    """The whole picture; with `shared` one scale for all tiles, up to `limit` or the largest of
    them, else each tile has its own."""
    title = title[:_LONGEST] + (f" ({'; '.join(grid.notes)})" if grid.notes else "")
    if limit is None:
        limit = max(limit_of(tile) for row in grid.rows for tile in row)
    sketch = _Sketch(grid, title, _said(grid, shared=shared))
    sketch.tiles(limit if shared else None)
    sketch.labels()
    largest = (_number(limit), _number(-limit)) if shared else ("+ its largest", "- its largest")
    sketch.bar(*largest)
    return sketch.image


def _said(grid: Grid, *, shared: bool) -> str:
    down, across = grid.axes
    where = f"down: {down}, across: {across}" if down else f"across: {across}"
    scale = "one scale for all" if shared else "each on its own scale"
    return f"{f'one map a {down}' if grid.captioned else where}; {scale}"


def _number(value: float) -> str:
    return f"{value:+.3g}" if value else "0"  # with a hyphen: Pillow's font has no minus sign


class _Sketch:
    """A picture in the making; all places are px from its upper left corner."""

    def __init__(self, grid: Grid, title: str, said: str) -> None:
        self.grid = grid
        self.left = _MARGIN + _beside(grid.row_numbers)
        self.top = _MARGIN + _HEADING + CAPTION
        self.bottom, self.right = self.top + grid.size_px[0], self.left + grid.size_px[1]
        drawn = self.right + _MARGIN + _BAR_WIDTH + _BAR_TEXT
        written = _MARGIN + max(_width(title, _LETTERS), _width(said, _SMALL))
        height = max(self.bottom, self.top + _BAR_LEAST) + _MARGIN
        self.image = Image.new("RGB", (max(drawn, written) + _MARGIN, height), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.pen.text((_MARGIN, _MARGIN), title, fill=_INK, font=_font(_LETTERS))
        self._small((_MARGIN, _MARGIN + 22), said, "la")

    def tiles(self, limit: float | None) -> None:
        """Paint every tile in a thin frame, on this scale or on its own."""
        down, across = self.grid.pitch_px
        height, width = self.grid.tile_px
        for y, row in enumerate(self.grid.rows):
            for x, tile in enumerate(row):
                left, top = self.left + x * across, self.top + y * down + self._caption_px
                pixels = paint(tile, limit_of(tile) if limit is None else limit, self.grid.cell)
                frame = (left - 1, top - 1, left + width, top + height)
                self.pen.rectangle(frame, outline=_EDGE)
                self.image.paste(Image.fromarray(pixels), (left, top))

    def labels(self) -> None:
        """Write the indices: every one where there is room, else as many as there is room for."""
        down, across = self.grid.label_pitch_px
        height, width = self._labelled_px
        rows, columns = self.grid.row_numbers, self.grid.column_numbers
        for place in range(0, len(rows), _stride(down, _SMALL)):
            self._small(
                (self.left - _APART, self.top + place * down + height / 2), rows[place], "rm"
            )
        for place in range(0, len(columns), _stride(across, _beside(columns))):
            x = self.left + place * across + width / 2
            self._small((x, self.top - _APART), columns[place], "mb")
        if self.grid.captioned:
            self._captions()

    def bar(self, highest: str, lowest: str) -> None:
        """The scale from its highest to its lowest end, zero in the middle."""
        height = min(max(self.bottom - self.top, _BAR_LEAST), _BAR_MOST)
        left, top = self.right + _MARGIN, self.top
        shades = np.linspace(1, -1, height)[:, None]
        self.image.paste(Image.fromarray(paint(shades, 1.0, (1, _BAR_WIDTH))), (left, top))
        self.pen.rectangle((left - 1, top - 1, left + _BAR_WIDTH, top + height), outline=_EDGE)
        ends = ((0.0, highest), (0.5, "0"), (1.0, lowest))
        for share, words in ends if highest != "0" else ends[1:2]:
            place = (left + _BAR_WIDTH + _APART, top + share * height)
            self._small(place, words, {0.0: "la", 0.5: "lm", 1.0: "ld"}[share])

    def _captions(self) -> None:
        down, across = self.grid.pitch_px
        numbered = 0
        for y, row in enumerate(self.grid.rows):
            for x in range(len(row)):
                place = (self.left + x * across, self.top + y * down + CAPTION - 2)
                self._small(place, numbered, "ld")
                numbered += 1

    @property
    def _caption_px(self) -> int:
        return CAPTION if self.grid.captioned else 0

    @property
    def _labelled_px(self) -> tuple[int, int]:
        """Height and width of what one label belongs to."""
        one_tile = self.grid.label_pitch_px == self.grid.cell
        return self.grid.cell if one_tile else self.grid.tile_px

    def _small(self, place: Point, words: object, anchor: str) -> None:
        self.pen.text(place, str(words), fill=_FAINT, font=_font(_SMALL), anchor=anchor)


def _beside(numbers: Sequence[int]) -> int:
    """Room for the widest of these numbers, px."""
    return _width(str(numbers[-1]), _SMALL) + _APART if numbers else 0


def _stride(pitch: int, needed: int) -> int:
    """How many places from one label to the next, so that they stay apart: 1, 2, 5, 10, 20 …"""
    fitting = (
        lead * 10**power
        for power in range(5)
        for lead in (1, 2, 5)
        if lead * 10**power * pitch >= needed + _APART
    )
    return next(fitting, 10**5)


def _width(words: str, size: int) -> int:
    return round(_font(size).getlength(words))


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)

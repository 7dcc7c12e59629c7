"""Curves as SVG: polylines over the steps, with axes that say their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 30


@dataclass(frozen=True)
class Line:
    """Points (step, value) of one curve; `dots` are marked, the others joined."""

    name: str
    style: str  # a class of the page's style sheet
    points: Sequence[tuple[float, float]]
    dots: bool = False


def chart(title: str, lines: Sequence[Line], *, percent: bool) -> str:
    """An SVG element; axes begin at 0."""
    every = [point for line in lines for point in line.points]
    last = max((step for step, _ in every), default=1) or 1
    top = 1.0 if percent else nice(max((value for _, value in every), default=1) or 1)
    parts = [_grid(last, top, percent=percent)]
    parts += [_drawn(line, last, top) for line in lines if line.points]
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">{inside}</svg>'


def nice(value: float) -> float:
    """The least of 1, 2, 3, 5 × 10ⁿ that is not below."""
    size = 10.0 ** floor(log10(value))
    return next(size * part for part in (1, 2, 3, 5, 10) if size * part >= value)


def _place(step: float, value: float, last: float, top: float) -> tuple[float, float]:
    x = LEFT + (WIDTH - LEFT - RIGHT) * step / last
    y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value, top) / top
    return round(x, 1), round(y, 1)


def _grid(last: float, top: float, *, percent: bool) -> str:
    found = []
    for part in range(5):
        value, step = top * part / 4, last * part / 4
        x, y = _place(step, value, last, top)
        words = f"{value:.0%}" if percent else f"{value:.3g}"
        found.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        found.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{words}</text>')
        anchor = "end" if part == 4 else "middle"
        below = HEIGHT - BOTTOM + 18
        found.append(f'<text x="{x}" y="{below}" text-anchor="{anchor}">{round(step):,}</text>')
    return "".join(found)


def _drawn(line: Line, last: float, top: float) -> str:
    places = [_place(step, value, last, top) for step, value in line.points]
    if line.dots:
        marks = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in places)
        return f'<g class="{line.style}">{marks}</g>'
    points = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline class="{line.style}" points="{points}"/>'

"""Pieces of Python code as text."""

from collections.abc import Iterable
from typing import Any

WIDTH = 96
STEP = "    "


def spell(value: Any) -> str:
    """A literal; a pair of equal numbers as one of them."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return repr(value[0])
    return repr(value)


def call(function: str, *arguments: str, **named: str) -> str:
    """A call on one line; arguments are code already."""
    listed = [*arguments, *(f"{name}={code}" for name, code in named.items())]
    return f"{function}({', '.join(listed)})"


def indented(lines: Iterable[str], depth: int) -> str:
    """Lines below one another, each at a depth; long calls over several lines."""
    return "\n".join(part for line in lines for part in _fitted(line, STEP * depth))


def _fitted(line: str, margin: str) -> list[str]:
    if len(margin) + len(line) <= WIDTH or not line.endswith(("),", ")")) or "(" not in line:
        return [margin + line]
    head, _, rest = line.partition("(")
    body, _, tail = rest.rpartition(")")
    inside = f"{margin}{STEP}{body}"
    lines = [inside] if len(inside) <= WIDTH else [f"{margin}{STEP}{p}," for p in _split(body)]
    return [f"{margin}{head}(", *lines, f"{margin}){tail}"]


def _split(arguments: str) -> list[str]:
    """Arguments apart, at the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(arguments):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            parts.append(arguments[start:place].strip())
            start = place + 1
    return [*parts, arguments[start:].strip()]

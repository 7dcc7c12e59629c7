"""Writes `step-blocks.json`: of which steps a page's curve has points, by the definition alone.

For some lengths of a run, `[steps of a point, how many such in a row]`; Python and JavaScript are
both held to it.
"""

import json
from itertools import count, groupby
from pathlib import Path

MOST, HEAD = 4096, 64
LENGTHS = (1, 100, 4096, 4097, 10_000, 100_000, 1_234_567)


def _sizes(steps: int, longest: int) -> list[int]:
    """Each block as long as the steps before it, its beginning and `longest` allow."""
    sizes, before = [], 0
    while before < steps:
        size = 1
        while size < longest and before >= 2 * size * HEAD and before % (2 * size) == 0:
            size *= 2
        sizes.append(min(size, steps - before))
        before += size
    return sizes


def _points(steps: int) -> list[tuple[int, int]]:
    every = (_sizes(steps, 2**widest) for widest in count())
    fitting = next(sizes for sizes in every if len(sizes) <= MOST)
    return [(size, len(list(alike))) for size, alike in groupby(fitting)]


if __name__ == "__main__":
    found = [{"steps": steps, "points": _points(steps)} for steps in LENGTHS]
    path = Path(__file__).parent / "step-blocks.json"
    path.write_text(json.dumps(found) + "\n", encoding="utf-8")

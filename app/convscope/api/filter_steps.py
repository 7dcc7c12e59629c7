"""A filter's weights at several steps, as the routes ask for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from fastapi import Request

from convscope.api.tensor_responses import Floats, floats
from convscope.errors import InvalidError
from convscope.ipc.commands import Tensor
from convscope.runs.base_run import AnyRun

MOST_STEPS = 64


@dataclass(frozen=True)
class FilterSteps:
    """At each of these steps (N,) its weights, (N, in, kh, kw), and why their last digits may
    differ from those that were."""

    steps: list[int]
    weights: Floats
    recomputed: str | None


async def over_steps(
    request: Request, run: AnyRun, layer: str, number: int, steps: Sequence[int]
) -> FilterSteps:
    """In their order, since from one to the next is a short way; the rest is left out where the
    run begins anew, or nobody waits for it."""
    found: list[Floats] = []
    mark, restarts = None, run.restarts
    for step in steps:
        if found and (run.restarts != restarts or await request.is_disconnected()):
            break
        looked = await run.look(step, Tensor(layer=layer, tensor="weight"))
        found.append(floats(looked.reply)[number])
        mark = looked.recomputed or mark
    return FilterSteps(list(steps[: len(found)]), np.stack(found), mark)


def listed_steps(text: str) -> list[int]:
    """Ascending, each once; InvalidError for what are no steps, or too many."""
    parts = {part.strip() for part in text.split(",")}
    if not all(part.isascii() and part.isdecimal() and len(part) < 17 for part in parts):
        raise InvalidError(f"steps: expected whole numbers such as 0,1,2,4, got {text!r}.")
    steps = sorted({int(part) for part in parts})
    if len(steps) > MOST_STEPS:
        raise InvalidError(f"steps: expected at most {MOST_STEPS}, got {len(steps)}.")
    return steps


def doubling_steps(last: int) -> Iterator[int]:
    """0, 1, 2, 4, 8, … and the last."""
    yield 0
    step = 1
    while step < last:
        yield step
        step *= 2
    if last:
        yield last


def slowing_steps(last: int, count: int = 33) -> list[int]:
    """At most so many from 0 to the last, closer together at first, where most happens: by squares
    of equal parts."""
    return sorted({round(last * (part / (count - 1)) ** 2) for part in range(count)})

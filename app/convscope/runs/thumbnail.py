"""What a run's thumbnail shows: its first weight, read from its file without a worker."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from convscope.errors import ConflictError
from convscope.runs.base_run import AnyRun
from convscope.storage.newest_weights import newest_mark, newest_tensor
from convscope.storage.records import nearest_record
from convscope.types import Of, RunKind

STARTING = "Nothing is saved of this run yet: it is still starting."


async def thumbnail_mark(run: AnyRun) -> str:
    """A word that changes with the thumbnail; waits for a run that is starting."""
    mark = await asyncio.to_thread(newest_mark, run.file.path)
    if mark is None:
        await run.up()
        await run.file.durable()
        mark = await asyncio.to_thread(newest_mark, run.file.path)
    if mark is None:
        raise ConflictError(STARTING)
    return mark


def first_weight(run: AnyRun) -> NDArray[np.float32]:
    """The newest saved weight of the first convolution, (out, in, kh, kw), or of the first linear
    layer, (out, in), where there is none; ConflictError while nothing is saved. Reads a file."""
    plans = [plan for plan in run.spec.plans if "weight" in plan.tensors]
    convolutions = [plan for plan in plans if plan.type == "Conv2d"]
    weighted = convolutions or [plan for plan in plans if plan.type == "Linear"]
    if not weighted:
        raise ConflictError("This network has neither a convolution nor a linear layer.")
    first = weighted[0]
    weight = _newest(run, first.name)
    if weight is None:  # it goes back to step 0 just now
        raise ConflictError(STARTING)
    return weight


def _newest(run: AnyRun, layer: str) -> NDArray[np.float32] | None:
    if run.kind is RunKind.TRAINED:
        return newest_tensor(run.file.path, f"{layer}.weight")
    record = nearest_record(run.file.path, run.steps)
    section = record and record.section(layer, "weight", Of.VALUE)
    return section.values if section else None

"""What a run's thumbnail shows: its first weight, read from its file without a worker."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from convscope.errors import ConflictError
from convscope.runs.run import Run
from convscope.storage.newest_weights import newest_mark, newest_tensor

STARTING = "Nothing is saved of this run yet: it is still starting."


async def thumbnail_mark(run: Run) -> str:
    """A word that changes with the thumbnail; waits for a run that is starting."""
    mark = await asyncio.to_thread(newest_mark, run.file.path)
    if mark is None:
        await run.up()
        await run.file.durable()
        mark = await asyncio.to_thread(newest_mark, run.file.path)
    if mark is None:
        raise ConflictError(STARTING)
    return mark


def first_weight(run: Run) -> NDArray[np.float32]:
    """The newest saved weight of the first convolution, (out, in, kh, kw), or of the first linear
    layer, (out, in), where there is none; ConflictError while nothing is saved. Reads a file."""
    plans = [plan for plan in run.spec.plans if "weight" in plan.tensors]
    convolutions = [plan for plan in plans if plan.type == "Conv2d"]
    first = (convolutions or [plan for plan in plans if plan.type == "Linear"])[0]
    weight = newest_tensor(run.file.path, f"{first.name}.weight")
    if weight is None:  # it goes back to step 0 just now
        raise ConflictError(STARTING)
    return weight

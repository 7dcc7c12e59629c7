"""What is done for a server's runs now and then, without being asked."""

import asyncio
import contextlib
import logging
from time import monotonic

from convscope.runs.base_run import AnyRun
from convscope.runs.registry import Registry
from convscope.settings import Settings

log = logging.getLogger("convscope")
LOOK_EVERY_S = 5.0
EMPTY_TRASH_EVERY_S = 60.0
UNTOUCHED_S = 3600.0  # a run in which nobody did anything is deleted after this


async def keep_house(registry: Registry, settings: Settings) -> None:
    """For ever: pause what plays and nobody watches, suspend what nobody has touched."""
    emptied_s = monotonic()
    while True:
        await asyncio.sleep(min(LOOK_EVERY_S, settings.unwatched_pause_s / 4))
        if monotonic() - emptied_s > EMPTY_TRASH_EVERY_S:
            emptied_s = monotonic()
            with contextlib.suppress(OSError):  # the disk fails: later, then
                await registry.empty_trash()
        for run in list(registry.runs):
            try:
                await _look_after(run, registry, settings.unwatched_pause_s)
            except Exception:  # one run's failure is not the others'
                log.exception("run %s could not be paused", run.id)


async def _look_after(run: AnyRun, registry: Registry, patience_s: float) -> None:
    if len(run.viewers):
        run.touch()
    untouched_s = monotonic() - run.touched_s
    if run.is_untouched and untouched_s > UNTOUCHED_S:
        await registry.delete(run.id)
    elif untouched_s <= patience_s:
        return
    elif run.state.is_training:
        await run.pause_unwatched()
    elif run.may_suspend:
        await run.suspend()

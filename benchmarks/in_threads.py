"""`convscope` whose route dependencies are plain functions, to measure what their threads cost."""

import sys
from collections.abc import Callable
from typing import Any

from fastapi.dependencies import utils
from starlette.concurrency import run_in_threadpool

from convscope.__main__ import main

WAITS = ("_awake",)  # what really waits stays a coroutine


def _is_coroutine(call: Callable[..., Any]) -> bool:
    return call.__name__ in WAITS


async def _in_thread(call: Callable[..., Any], **values: Any) -> Any:
    return await run_in_threadpool(_result, call, values)


def _result(call: Callable[..., Any], values: dict[str, Any]) -> Any:
    """What a coroutine that waits for nothing returns."""
    try:
        call(**values).send(None)
    except StopIteration as ended:
        return ended.value
    raise RuntimeError(f"Expected {call.__name__} to wait for nothing, and it waits.")


if __name__ == "__main__":
    vars(utils).update(_is_coroutine_callable=_is_coroutine, run_in_threadpool=_in_thread)
    sys.exit(main())

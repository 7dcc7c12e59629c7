"""Waiting for what is true sooner or later, however loaded the machine is."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 60.0
PAUSE_S = 0.02


def wait_until(condition: Callable[[], Any], what: str = "it") -> None:
    """Ask again and again; AssertionError says what was waited for in vain."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE_S} s"
        time.sleep(PAUSE_S)


async def comes_true(condition: Callable[[], Any], what: str = "it") -> None:
    """The same, while the event loop goes on."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE_S} s"
        await asyncio.sleep(PAUSE_S)

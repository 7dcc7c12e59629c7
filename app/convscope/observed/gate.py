"""Where a loop waits while it is paused from the page."""

import threading
from collections.abc import Callable

LOOK_EVERY_S = 0.02


class Gate:
    """Closed, a loop stands before it after each step, but for some that are let through."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self._until = 0  # steps up to this pass all the same
        self.is_closed = False

    def set(self, *, closed: bool) -> None:
        """Close it, or let everything through."""
        self._until, self.is_closed = 0, closed
        (self._open.clear if closed else self._open.set)()

    def open_until(self, step: int) -> None:
        """Closed, but for the steps up to this one."""
        self._until, self.is_closed = step, True
        self._open.clear()

    def wait(self, step: int, meanwhile: Callable[[], None]) -> None:
        """After a step: until the next may be made; `meanwhile` is done now and then."""
        while not self._open.is_set() and step >= self._until:
            meanwhile()
            self._open.wait(LOOK_EVERY_S)

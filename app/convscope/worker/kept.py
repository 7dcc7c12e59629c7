"""An answer that took long, for as long as it stays true."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The last one, and of what it is."""

    def __init__(self) -> None:
        self._last: tuple[Hashable, T] | None = None

    def of(self, key: Hashable) -> T | None:
        """What was kept of just this, if that was the last."""
        return self._last[1] if self._last and self._last[0] == key else None

    def keep(self, key: Hashable, value: T) -> T:
        """In place of what was kept before."""
        self._last = key, value
        return value

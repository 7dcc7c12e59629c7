"""The pool of workers: at most the limit; the run longest untouched is suspended first."""

import asyncio
from time import monotonic
from typing import Protocol

from convscope.errors import UnavailableError

RETRY_AFTER_S = 30
PATIENCE_S = 10.0  # how long a run waits for a worker while others are only asked something
LOOK_EVERY_S = 0.02
MOST_WAITING = 256  # runs; each is one somebody asks for


class Member(Protocol):
    """A run's supervisor, as the pool sees it."""

    touched_s: float  # when somebody last asked or watched

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""

    @property
    def may_suspend(self) -> bool:
        """Whether it has a worker that nobody would miss."""

    @property
    def may_suspend_soon(self) -> bool:
        """Whether that is so once the questions under way are answered."""

    async def suspend(self) -> None:
        """End the worker; all that the run was is in the file."""


class Pool:
    """All supervisors of a server; at most `most` of them are awake."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._members: set[Member] = set()
        self._waiting: set[Member] = set()  # which have no worker yet
        self._turn = asyncio.Lock()  # first come, first served

    def add(self, member: Member) -> None:
        """From now on it counts while it is awake."""
        self._members.add(member)

    def discard(self, member: Member) -> None:
        """It is gone for good."""
        self._members.discard(member)

    async def make_room(self, comer: Member) -> None:
        """Suspend the one longest untouched while too many are awake beside `comer`; where all are
        asked something, wait for a moment, after those that came before.

        UnavailableError where all of them train or are watched, or too many wait.
        """
        if comer in self._waiting or len(self._waiting) >= MOST_WAITING:
            raise self._is_full()
        self._waiting.add(comer)
        try:
            async with self._turn:
                await self._wait_for_room(monotonic() + PATIENCE_S)
        finally:
            self._waiting.discard(comer)

    async def _wait_for_room(self, deadline: float) -> None:
        while len(awake := self._awake()) >= self._most:
            idle = [member for member in awake if member.may_suspend]
            if idle:
                await min(idle, key=lambda member: member.touched_s).suspend()
            elif monotonic() < deadline and any(member.may_suspend_soon for member in awake):
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                raise self._is_full()

    def _awake(self) -> list[Member]:
        return [member for member in self._members - self._waiting if member.is_awake]

    def _is_full(self) -> UnavailableError:
        return UnavailableError(
            f"This server may have {self._most} run{'s' * (self._most > 1)} with a worker, "
            "and all of them train or are watched: pause one, or try again later.",
            retry_after=RETRY_AFTER_S,
        )

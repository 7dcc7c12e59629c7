"""The pool of workers: at most the limit; the run longest untouched is suspended first."""

from typing import Protocol

from convscope.errors import UnavailableError

RETRY_AFTER_S = 30


class Member(Protocol):
    """A run's supervisor, as the pool sees it."""

    touched_s: float  # when somebody last asked or watched

    @property
    def is_awake(self) -> bool:
        """Whether it has a worker, or is about to."""

    @property
    def may_suspend(self) -> bool:
        """Whether it has a worker that nobody would miss."""

    async def suspend(self) -> None:
        """End the worker; all that the run was is in the file."""


class Pool:
    """All supervisors of a server; at most `most` of them are awake."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._members: set[Member] = set()

    def add(self, member: Member) -> None:
        """From now on it counts while it is awake."""
        self._members.add(member)

    def discard(self, member: Member) -> None:
        """It is gone for good."""
        self._members.discard(member)

    async def make_room(self, comer: Member) -> None:
        """Suspend the one longest untouched while too many are awake beside `comer`.

        UnavailableError where all of them train or are looked at.
        """
        while sum(member.is_awake for member in self._members - {comer}) >= self._most:
            idle = [member for member in self._members - {comer} if member.may_suspend]
            if not idle:
                raise UnavailableError(
                    f"This server may have {self._most} run{'s' * (self._most > 1)} with a worker, "
                    "and all of them train or are watched: pause one, or try again later.",
                    retry_after=RETRY_AFTER_S,
                )
            await min(idle, key=lambda member: member.touched_s).suspend()

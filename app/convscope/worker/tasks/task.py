"""Work that takes long, done piece by piece, between which other requests are served."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from convscope.errors import ConflictError, ConvscopeError
from convscope.ipc.replies import Done, Reply
from convscope.worker.refusals import refusal

T = TypeVar("T")


@dataclass(frozen=True)
class Task(Generic[T]):
    """An iterator that yields None after each piece and at last its result, and who hears of it."""

    pieces: Iterator[T | None]
    on_result: Callable[[T], None]
    on_error: Callable[[ConvscopeError], None]  # also where another takes its place


class TaskRunner(Generic[T]):
    """One task at a time; a new one takes the place of the one under way."""

    def __init__(self) -> None:
        self._task: Task[T] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is a piece to do."""
        return self._task is not None

    def begin(self, task: Task[T]) -> None:
        """Begin one; another that was under way is dropped."""
        self.drop()
        self._task = task

    def drop(self) -> None:
        """Do no more of it."""
        task, self._task = self._task, None
        if task:
            task.on_error(ConflictError("Another step was asked for."))

    def piece(self) -> None:
        """Do one piece; after the last, tell the result."""
        task = self._task
        assert task is not None
        try:
            result = next(task.pieces)
        except Exception as error:
            self._task = None
            task.on_error(refusal(error, "a piece of work"))
            return
        if result is not None:
            self._task = None
            task.on_result(result)


def replied(pieces: Iterator[Reply | None]) -> Iterator[Reply | None]:
    """The same pieces, whose end is a reply too."""
    yield from pieces
    yield Done()

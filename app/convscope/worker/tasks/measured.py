"""What is measured piece by piece of one state of a run."""

from collections.abc import Generator, Iterator
from typing import TypeVar

from convscope.errors import ConflictError
from convscope.worker.session import Session

T = TypeVar("T")


def measured(session: Session, pieces: Iterator[T | None]) -> Generator[None, None, T]:
    """Yields after each piece and returns what comes at last; ConflictError where an intervention,
    a traced step or a reset comes in between."""
    began = session.state
    for found in pieces:
        if session.state != began:
            raise ConflictError("The run changed while it was measured: ask again.")
        if found is not None:
            return found
        yield
    raise AssertionError("pieces that end without a result")

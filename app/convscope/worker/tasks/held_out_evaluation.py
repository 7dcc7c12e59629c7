"""Measuring the held-out accuracy in pieces, between which requests are served."""

from collections.abc import Callable, Iterator

from convscope.worker.session import Session

Then = Callable[[float | None], None]


class HeldOutEvaluation:
    """One measurement at a time, and who waits for it."""

    def __init__(self) -> None:
        self._pieces: Iterator[float | None] | None = None
        self._owed: Then | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is a piece to do."""
        return self._pieces is not None

    def begin(self, session: Session, then: Then | None) -> None:
        """Measure this state, unless that has been done.

        `then` is called with it at once or when it is known, or with None where it never will be:
        the state is another before, or there is nothing to measure.
        """
        self.drop()
        measured = session.held_out
        if measured and measured[0] == session.trainer.step:
            _tell(then, measured[1])
        elif not session.trainable:
            _tell(then, None)
        else:
            self._pieces, self._owed = session.evaluation(), then

    def drop(self) -> None:
        """The weights are about to be others."""
        owed, self._owed, self._pieces = self._owed, None, None
        _tell(owed, None)

    def piece(self) -> tuple[float, Then] | None:
        """Do one piece; at the end the accuracy, and what to tell it to."""
        assert self._pieces is not None
        accuracy = next(self._pieces)
        if accuracy is None:
            return None
        owed, self._owed, self._pieces = self._owed, None, None
        return accuracy, lambda value: _tell(owed, value)


def _tell(then: Then | None, accuracy: float | None) -> None:
    if then:
        then(accuracy)

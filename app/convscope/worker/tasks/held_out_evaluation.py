"""Measuring the held-out accuracy in pieces, between which requests are served."""

from collections.abc import Callable

from convscope.worker.session import Session
from convscope.worker.tasks.task import Task, TaskRunner

Then = Callable[[float | None], None]


class HeldOutEvaluation(TaskRunner[float]):
    """One measurement at a time, and who waits for it."""

    def __init__(self, on_measured: Callable[[float], None]) -> None:
        """`on_measured` hears each accuracy before whoever waits for it."""
        super().__init__()
        self._on_measured = on_measured

    def measure(self, session: Session, then: Then | None) -> None:
        """Measure this state, unless that has been done.

        `then` is called with the accuracy at once or when it is known, or with None where it never
        will be: the weights change before, or there is nothing to measure.
        """
        tell = then or (lambda accuracy: None)
        self.drop()
        measured = session.held_out
        if measured and measured[0] == session.trainer.step:
            tell(measured[1])
        elif not session.trainable:
            tell(None)
        else:
            self.begin(
                Task(
                    session.evaluation(),
                    lambda found: self._found(found, tell),
                    lambda _: tell(None),
                )
            )

    def _found(self, accuracy: float, tell: Then) -> None:
        self._on_measured(accuracy)
        tell(accuracy)

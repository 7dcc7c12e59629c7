"""Metrics that the server has not had yet; they go with the next message."""

from math import isfinite

from convscope.ipc.reports import Metrics


class MetricsBuffer:
    """The history since the last message, gathered step by step and taken all at once."""

    def __init__(self) -> None:
        self._clear(restarted=False)

    def _clear(self, *, restarted: bool) -> None:
        self._restarted = restarted
        self._steps: list[int] = []
        self._loss: list[float | None] = []
        self._accuracy: list[float | None] = []
        self._held_out: list[tuple[int, float, float | None]] = []

    def restart(self) -> None:
        """The run is at step 0 again: what was gathered is void."""
        self._clear(restarted=True)

    def step(self, step: int, loss: float | None, accuracy: float | None) -> None:
        """One trained step; `accuracy` is the running mean over the last batches."""
        self._steps.append(step)
        self._loss.append(loss)
        self._accuracy.append(accuracy)

    def held_out(self, step: int, accuracy: float, balanced: float | None) -> None:
        """One measurement of the held-out accuracy, and of the balanced one where there is one."""
        self._held_out.append((step, accuracy, balanced))

    def back_to(self, step: int) -> None:
        """Steps after `step` are taken back."""
        while self._steps and self._steps[-1] > step:
            for values in (self._steps, self._loss, self._accuracy):
                values.pop()
        self._held_out = [measured for measured in self._held_out if measured[0] <= step]

    def waiting(self) -> Metrics:
        """All of it."""
        return Metrics(
            restarted=self._restarted,
            step=self._steps,
            loss=self._loss,
            accuracy=self._accuracy,
            held_out=self._held_out,
        )

    def told(self) -> None:
        """It has been sent."""
        self._clear(restarted=False)


def number(value: float | None) -> float | None:
    """A number that JSON can hold, or None."""
    return value if value is not None and isfinite(value) else None

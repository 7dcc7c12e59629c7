"""The loss and accuracy of each step, until the server has them."""

from collections import deque

from convscope.ipc.reports import Metrics
from convscope.worker.metrics import number

MOST_KEPT = 200_000  # steps, for a server that comes back


class Curves:
    """What the loop logged, step by step; a step is told once it is over."""

    def __init__(self) -> None:
        self.step = 0  # the last that was made
        self.loss: float | None = None  # logged of it
        self.accuracy: float | None = None
        self.last_loss: float | None = None  # the last that was logged at all
        self.last_accuracy: float | None = None
        self._kept: deque[tuple[float | None, float | None]] = deque(maxlen=MOST_KEPT)
        self.held_out: tuple[int, float] | None = None  # step and accuracy, the last measured
        self._held_out: list[tuple[int, float, float | None]] = []
        self._told = 0  # steps that the server has
        self.closed = 0  # steps that are over

    def made_step(self) -> None:
        """One more; the one before is over."""
        self.close_step()
        self.step += 1

    def close_step(self) -> None:
        """What is logged from here on is of the next step."""
        if self.closed < self.step:
            self._kept.append((self.loss, self.accuracy))
            self.closed += 1
            self.loss = self.accuracy = None

    def log(self, loss: float | None, accuracy: float | None, held_out: float | None) -> None:
        """What the loop says of the step that was made last."""
        if loss is not None:
            self.loss = self.last_loss = number(loss)
        if accuracy is not None:
            self.accuracy = self.last_accuracy = number(accuracy)
        if held_out is not None:
            self.held_out = (self.step, held_out)
            self._held_out.append((self.step, held_out, None))

    @property
    def has_news(self) -> bool:
        """Whether there is something that the server does not have."""
        return self._told < self.closed or bool(self._due(self.closed))

    def _due(self, last: int) -> list[tuple[int, float, float | None]]:
        return [one for one in self._held_out if one[0] <= last]

    def take(self, last: int) -> Metrics:
        """All up to this step that the server does not have; None for what is not kept any more."""
        steps = list(range(self._told + 1, last + 1))
        values = [self._of(step) for step in steps]
        held_out = self._due(last)
        self._held_out = self._held_out[len(held_out) :]
        self._told = max(last, self._told)
        return Metrics(
            step=steps,
            loss=[loss for loss, _ in values],
            accuracy=[accuracy for _, accuracy in values],
            held_out=held_out,
        )

    def _of(self, step: int) -> tuple[float | None, float | None]:
        place = step - self.closed + len(self._kept) - 1
        return self._kept[place] if place >= 0 else (None, None)

    def server_has(self, steps: int) -> None:
        """A server that came back has so many."""
        self._told = min(steps, self.closed)

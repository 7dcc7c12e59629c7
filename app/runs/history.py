"""What a run has been through: loss and accuracy of each step, and each held-out accuracy."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from app.types import JsonObject


class History:
    """Step k's numbers lie at k-1, so that a span of steps is a slice; float32, as they came."""

    def __init__(self) -> None:
        self._loss = array("f")
        self._accuracy = array("f")
        self._held_out_step = array("q")
        self._held_out = array("f")

    def __len__(self) -> int:
        return len(self._loss)

    def apply(self, news: JsonObject) -> None:
        """Take in what a worker's message brought; a step that was taken back is overwritten."""
        if news["step"]:
            self.back_to(news["step"][0] - 1)
        self._loss.extend(news["loss"])
        self._accuracy.extend(news["accuracy"])
        for step, accuracy in news["held_out"]:
            self._held_out_step.append(step)
            self._held_out.append(accuracy)

    def back_to(self, step: int) -> None:
        """Forget the steps after `step`."""
        del self._loss[step:]
        del self._accuracy[step:]
        measured = bisect_right(self._held_out_step, step)
        del self._held_out_step[measured:]
        del self._held_out[measured:]

    def span(self, first: int, last: int, max_points: int) -> JsonObject:
        """Steps `first` to `last` in at most `max_points` points (at least 1).

        Where a point stands for several steps, it is named by the last of them; its loss is their
        mean, and its accuracy, itself a running mean, is the last one's.
        """
        first, last = max(first, 1), min(last, len(self))
        count = max(last - first + 1, 0)
        width = max(-(-count // max_points), 1)
        ends = [min(start + width - 1, last) for start in range(first, last + 1, width)]
        starts = [first, *(end + 1 for end in ends[:-1])]
        losses = [
            sum(self._loss[a - 1 : b]) / (b - a + 1) for a, b in zip(starts, ends, strict=False)
        ]
        accuracies = [self._accuracy[end - 1] for end in ends]
        held_out = self._held_out_span(first - 1 if first == 1 else first, last)
        return {"step": ends, "loss": losses, "accuracy": accuracies, "held_out": held_out}

    def _held_out_span(self, first: int, last: int) -> JsonObject:
        low = bisect_left(self._held_out_step, first)
        high = bisect_right(self._held_out_step, last)
        return {
            "step": self._held_out_step[low:high].tolist(),
            "accuracy": self._held_out[low:high].tolist(),
        }

    def rows(
        self, first: int, last: int
    ) -> Iterator[tuple[int, float | None, float | None, float | None]]:
        """(step, loss, accuracy, held-out accuracy) of each step from `first` to `last`; step 0 has
        neither loss nor accuracy, and few steps the third."""
        held_out = dict(zip(self._held_out_step, self._held_out, strict=True))
        for step in range(first, min(last, len(self)) + 1):
            loss, accuracy = (v[step - 1] if step else None for v in (self._loss, self._accuracy))
            yield step, loss, accuracy, held_out.get(step)

    def held_out_at(self, step: int) -> tuple[int | None, float | None]:
        """The last held-out accuracy up to a step, and the step that it was measured at."""
        count = bisect_right(self._held_out_step, step)
        return (
            (self._held_out_step[count - 1], self._held_out[count - 1]) if count else (None, None)
        )

    @property
    def held_out_count(self) -> int:
        """How many held-out accuracies there are."""
        return len(self._held_out)

    def held_out_since(self, count: int) -> JsonObject:
        """The held-out accuracies after the first `count`."""
        return {
            "step": self._held_out_step[count:].tolist(),
            "accuracy": self._held_out[count:].tolist(),
        }

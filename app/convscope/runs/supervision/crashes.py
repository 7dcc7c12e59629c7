"""How often a run's worker died of late."""

from time import monotonic

IN_A_ROW_S = 30.0  # a worker that lived for so long after a crash had got over it
MOST = 3


class Crashes:
    """Counts those that follow on each other."""

    def __init__(self) -> None:
        self._count = 0
        self._last_s = float("-inf")

    def too_many(self) -> bool:
        """One more; whether it is the third in a row."""
        now = monotonic()
        self._count = self._count + 1 if now - self._last_s < IN_A_ROW_S else 1
        self._last_s = now
        return self._count >= MOST

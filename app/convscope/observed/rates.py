"""How often something happens, over the last seconds."""

from collections import deque

WINDOW_S = 2.0
MOST = 512  # moments that are kept


class Rate:
    """A mean over the last moments."""

    def __init__(self) -> None:
        self._moments: deque[float] = deque(maxlen=MOST)

    def tick(self, now: float) -> None:
        """It happened."""
        moments = self._moments
        moments.append(now)
        while len(moments) > 2 and now - moments[0] > WINDOW_S:
            moments.popleft()

    @property
    def interval_s(self) -> float:
        """Between two; 0 before there are two."""
        if len(self._moments) < 2:
            return 0.0
        return (self._moments[-1] - self._moments[0]) / (len(self._moments) - 1)

    @property
    def per_second(self) -> float:
        """How often; 0 before it happened twice."""
        return 1 / self.interval_s if self.interval_s else 0.0

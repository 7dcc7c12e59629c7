"""How often a frame may be taken, so that all of it costs no more than a share of the time."""

from collections.abc import Callable
from time import perf_counter

SMOOTHING = 0.3  # of the newest frame in the mean cost
WINDOW_S = 10.0  # of the share that is told


class Pace:
    """After each frame as much time must pass as makes its cost that share of both."""

    def __init__(self, share: float, clock: Callable[[], float] = perf_counter) -> None:
        """`share`: 0.05 is a twentieth; ValueError for one that is not between 0 and 1."""
        if not 0 < share <= 1:
            raise ValueError(f"Expected max_overhead between 0 and 1, got {share}.")
        self.share = share
        self._clock = clock
        self.next_s = 0.0  # when there is time for another
        self._cost_s = 0.0
        self._window = (clock(), 0.0)  # since when, and what was spent
        self._before = 0.0  # the share of the window before

    @property
    def is_due(self) -> bool:
        """Whether there is time for another frame."""
        return self._clock() >= self.next_s

    def spent(self, seconds: float, interval_s: float = 0.0, *, paced: bool = True) -> None:
        """So long was spent; on a frame (`paced`) the next waits for it, and not before
        `interval_s` have passed."""
        now = self._clock()
        began, spent = self._window
        self._window = began, spent + seconds
        if now - began > WINDOW_S:
            self._before = (spent + seconds) / (now - began)
            self._window = now, 0.0
        if paced:
            self._cost_s += (seconds - self._cost_s) * (SMOOTHING if self._cost_s else 1.0)
            cost_s = max(seconds, self._cost_s)
            self.next_s = now + max(cost_s * (1 / self.share - 1), interval_s - seconds)

    @property
    def overhead(self) -> float:
        """The share of the last ten seconds or so that was spent."""
        began, spent = self._window
        age_s = self._clock() - began
        rest = max(0.0, WINDOW_S - age_s) if self._before else 0.0
        return (spent + self._before * rest) / max(age_s + rest, 1e-9)

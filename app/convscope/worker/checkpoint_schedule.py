"""When a checkpoint is due: often enough to come back quickly, seldom enough to stay small."""

NEAR_S = 0.1  # of training that is computed again at most, where the bytes allow it
FAR_S = 0.5  # … and at most, whatever the bytes
BYTES_PER_STEP = 2400  # 10,000 steps in 24 MB


class CheckpointSchedule:
    """Counts the work since the last checkpoint."""

    def __init__(self) -> None:
        self._steps = 0
        self._spent_s = 0.0
        self._apart = 1  # steps that the last checkpoint's bytes are worth

    def stepped(self, spent_s: float) -> bool:
        """One more step, that took so long; whether a checkpoint is due after it."""
        self._steps += 1
        self._spent_s += spent_s
        near = self._spent_s >= NEAR_S and self._steps >= self._apart
        return near or self._spent_s >= FAR_S

    def kept(self, size: int) -> None:
        """A checkpoint of so many bytes was made."""
        self._steps, self._spent_s = 0, 0.0
        self._apart = -(-size // BYTES_PER_STEP)

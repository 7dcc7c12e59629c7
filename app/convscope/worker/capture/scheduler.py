"""What the viewers are shown, and when: as often as they have room, and always after a change."""

from time import perf_counter, time

from convscope.types import JsonObject
from convscope.worker.capture.recorder import Recorder, Wanted
from convscope.worker.session import Session


class FrameScheduler:
    """The next frame: whether one is wanted, when it is due, and why it must come."""

    def __init__(self) -> None:
        self.wanted = Wanted()
        self.credit = True  # whether the server has room for another frame
        self.reason: str | None = None  # why the next frame must come, whatever the pace
        self.next_s = 0.0  # when it may come, on the clock of `perf_counter`
        self._recorder = Recorder()
        self._changed = False  # since the last frame
        self._sequence = 0
        self._stepped_at = 0.0

    def watch(self, wanted: Wanted) -> None:
        """Somebody wants to see something else."""
        self.wanted, self.credit, self.reason = wanted, True, "watch"

    def stepped(self) -> None:
        """There is something new to see."""
        self._changed = True
        self._stepped_at = time()

    @property
    def is_wanted(self) -> bool:
        """Whether a frame is to come as soon as its time has come."""
        return self._changed and self.credit and self.wanted.watched

    def is_due(self, now: float) -> bool:
        """Whether a frame is to come now."""
        return self.reason is not None or (self.is_wanted and now >= self.next_s)

    def take(self, session: Session) -> tuple[JsonObject, bytes | bytearray] | None:
        """The frame as a message, or None where nobody watches."""
        reason, self.reason = self.reason or "train", None
        if not self.wanted.watched:
            return None
        snapshot = self._recorder.take(session, self.wanted)
        self._sequence += 1
        self._changed = self.credit = False
        # a late frame does not make the next ones hurry
        interval_s = self.wanted.interval_s
        self.next_s = max(self.next_s, perf_counter() - interval_s) + interval_s
        header = {"event": "frame", "reason": reason, "seq": self._sequence}
        return header | snapshot.header() | {"time": self._stepped_at}, snapshot.payload

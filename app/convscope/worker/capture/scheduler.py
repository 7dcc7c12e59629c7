"""Decides when a frame is captured: as often as viewers have room, and always after a change."""

from time import perf_counter, time

from convscope.ipc.commands import Watch
from convscope.ipc.reports import FrameNotice
from convscope.worker.capture.recorder import Recorder
from convscope.worker.capture.subject import Subject


class FrameScheduler:
    """The next frame: whether one is wanted, when it is due, and why it must come."""

    def __init__(self) -> None:
        self.watched = Watch()  # what the viewers together want to see
        self.credit = True  # whether the server has room for another frame
        self.reason: str | None = None  # why the next frame must come, whatever the pace
        self.next_s = 0.0  # when it may come, on the clock of `perf_counter`
        self._recorder = Recorder()
        self._changed = False  # since the last frame
        self._sequence = 0
        self._stepped_at = 0.0

    def watch(self, watched: Watch) -> None:
        """Somebody wants to see something else."""
        self.watched, self.credit, self.reason = watched, True, "watch"

    def stepped(self) -> None:
        """There is something new to see."""
        self._changed = True
        self._stepped_at = time()

    @property
    def is_wanted(self) -> bool:
        """Whether a frame is to come as soon as its time has come."""
        return self._changed and self.credit and self.watched.watched

    def is_due(self, now: float) -> bool:
        """Whether a frame is to come now."""
        return self.reason is not None or (self.is_wanted and now >= self.next_s)

    def take(self, subject: Subject) -> FrameNotice | None:
        """The frame, or None where nobody watches."""
        reason, self.reason = self.reason or "train", None
        if not self.watched.watched:
            return None
        snapshot = self._recorder.take(subject, self.watched.wanted)
        self._sequence += 1
        self._changed = self.credit = False
        # a late frame does not make the next ones hurry
        interval_s = self.watched.interval_s
        self.next_s = max(self.next_s, perf_counter() - interval_s) + interval_s
        return FrameNotice(
            seq=self._sequence,
            reason=reason,
            time=self._stepped_at,
            layout=snapshot.layout,
            sections=snapshot.entries,
            predictions=snapshot.predictions,
            payload=bytes(snapshot.payload),
        )

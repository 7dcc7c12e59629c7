"""What a server's runs have done since it began, as plain numbers that only grow."""

from dataclasses import dataclass


@dataclass
class Counts:
    """One for all runs of a server; each is added to where it happens."""

    steps: int = 0  # that workers trained; those made again after a crash count again
    frames_sent: int = 0  # one for each viewer that got it
    frames_dropped: int = 0  # for a viewer that had not taken the one before
    frame_bytes: int = 0  # of frames that were sent
    worker_restarts: int = 0  # after a worker died

    def frame_sent(self, size_bytes: int) -> None:
        """A viewer got a frame."""
        self.frames_sent += 1
        self.frame_bytes += size_bytes

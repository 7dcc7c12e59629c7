"""Windows of time in which a network trains: unwatched, watched, and in a plain loop."""

from collections import defaultdict
from collections.abc import Callable

from benchmarks.app_run import rest, trained
from benchmarks.helper import Helper
from benchmarks.measure import Effort
from tests.support.server import LiveRun

FPS = 30


class Windows:
    """What a network's worker is measured in, and its plain loop."""

    def __init__(
        self, effort: Effort, run: LiveRun, worker: int, plain: Helper, viewer: Helper
    ) -> None:
        self.effort = effort
        self.run = run
        self.plain_loop = plain
        self.viewer = viewer
        self.worker = worker
        self.frame_rates: list[float] = []
        self.step_ms: dict[str, list[float]] = defaultdict(list)  # processor time of the trainer

    def parts(self) -> dict[str, Callable[[], float]]:
        """All three, by name."""
        return {"plain": self.plain, "unwatched": self.unwatched, "watched": self.watched}

    def speed(self, part: str) -> float:
        """Steps a second of the worker, from its own counter, after a warm-up."""
        speed, step_ms = trained(self.run, self.worker, self.effort)
        self.step_ms[part].append(step_ms)
        return speed

    def playing(self, window: Callable[[], float]) -> float:
        """A window in which the worker trains."""
        self.run.post("/play")
        try:
            return window()
        finally:
            rest(self.run)

    def unwatched(self) -> float:
        """Nobody watches."""
        return self.playing(lambda: self.speed("unwatched"))

    def watched(self) -> float:
        """A client in a process of its own reads every frame."""
        self.viewer.ask("watch", max_fps=FPS)
        try:
            return self.playing(self._counted)
        finally:
            self.viewer.ask("leave")

    def _counted(self) -> float:
        self.viewer.ask("count")
        speed = self.speed("watched")
        self.frame_rates.append(self.viewer.ask("count")["fps"])
        return speed

    def plain(self) -> float:
        """The plain loop, while the worker rests."""
        self.plain_loop.ask("train", seconds=self.effort.warm_s)
        answer = self.plain_loop.ask("train", seconds=self.effort.window_s)
        self.step_ms["plain"].append(answer["step_ms"])
        return float(answer["steps_per_second"])

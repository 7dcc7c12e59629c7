"""What `convscope.watch` costs a plain loop.

By turns alone, watched by nobody, and by a client that reads everything; beside the histograms of
TensorBoard and wandb, where those are installed.
"""

from collections import defaultdict
from collections.abc import Callable
from importlib.util import find_spec

from benchmarks.app_run import folder, server
from benchmarks.helper import Helper, helper
from benchmarks.measure import Bar, Effort, Figure, alternate, ratios
from tests.support.server import Server

FPS = 30
MAX_OVERHEAD = 0.05  # as `watch` has it if nobody says another
UNWATCHED_BAR = Bar(0.997, at_least=True)
WATCHED_BAR = Bar(1 - MAX_OVERHEAD - 0.01, at_least=True)
OTHERS = {
    "tensorboard": "TensorBoard's histograms every 10 steps",
    "wandb": "wandb.watch every 10 steps",
}


class Windows:
    """Windows of time in which one loop trains."""

    def __init__(self, effort: Effort, started: Server, loop: Helper) -> None:
        self.effort = effort
        self.server = started
        self.loop = loop
        self.step_ms: dict[str, list[float]] = defaultdict(list)  # processor time
        self.frame_rates: list[float] = []
        self.told: list[float] = []  # by the loop, of its overhead

    def parts(self) -> dict[str, Callable[[], float]]:
        """All of them, by name."""
        found = [name for name in OTHERS if find_spec(name)]
        others = {name: lambda name=name: self.train(name, by=name) for name in found}
        return {
            "plain": lambda: self.train("plain"),
            "unwatched": self.unwatched,
            "watched": self.watched,
            **others,
        }

    def train(self, part: str, by: str = "") -> float:
        """Steps a second, after a warm-up."""
        if not by:
            self.loop.ask("train", seconds=self.effort.warm_s)
        answer = self.loop.ask("train", seconds=self.effort.window_s, by=by)
        self.step_ms[part].append(answer["step_ms"])
        return float(answer["steps_per_second"])

    def _watch(self) -> str:
        """The address of its stream."""
        run = self.loop.ask("watch", server=self.server.url, token="")["run"]
        return f"{self.server.url}/api/v1/runs/{run}/stream".replace("http", "ws", 1)

    def unwatched(self) -> float:
        """Nobody looks."""
        self._watch()
        try:
            return self.train("unwatched")
        finally:
            self.loop.ask("leave")

    def watched(self) -> float:
        """A client in a process of its own reads every frame."""
        try:
            with helper("viewer", self._watch()) as viewer:
                viewer.ask("watch", max_fps=FPS)
                self.loop.ask("train", seconds=self.effort.warm_s)
                viewer.ask("count")
                answer = self.loop.ask("train", seconds=self.effort.window_s)
                self.frame_rates.append(viewer.ask("count")["fps"])
                self.told.append(100 * self.loop.ask("overhead")["overhead"])
                viewer.ask("leave")
        finally:
            self.loop.ask("leave")
        self.step_ms["watched"].append(answer["step_ms"])
        return float(answer["steps_per_second"])


def measure(effort: Effort) -> list[Figure]:
    """The figures of each network."""
    networks = (*effort.networks, *(["resnet18"] if len(effort.networks) > 1 else []))
    with folder() as home, server(home) as started:
        return [
            figure
            for network in networks
            for figure in _network(network, started, str(home / "cache"), effort)
        ]


def _network(name: str, started: Server, cache: str, effort: Effort) -> list[Figure]:
    with helper("watching_helper", name, cache) as loop:
        windows = Windows(effort, started, loop)
        speeds = alternate(windows.parts(), effort.rounds)
    return [*_costs(name, speeds, windows), *_alone(name, speeds, windows)]


def _costs(name: str, speeds: dict[str, list[float]], windows: Windows) -> list[Figure]:
    """What is left of the loop's speed, by time and by processor time."""
    bars = {"unwatched": UNWATCHED_BAR, "watched": WATCHED_BAR}
    parts = [part for part in speeds if part != "plain"]
    found = []
    for part in parts:
        label = OTHERS.get(part, part)
        by_time = ratios(speeds[part], speeds["plain"])
        by_processor = ratios(windows.step_ms["plain"], windows.step_ms[part])
        found.append(Figure(f"{name}: {label} ÷ plain loop", "×", by_time, bars.get(part)))
        found.append(Figure(f"{name}: by processor time, {label} ÷ plain loop", "×", by_processor))
    return found


def _alone(name: str, speeds: dict[str, list[float]], windows: Windows) -> list[Figure]:
    return [
        Figure(f"{name}: frames that the client read", "frames/s", windows.frame_rates),
        Figure(f"{name}: cost that the loop tells", "%", windows.told),
        Figure(f"{name}: plain loop", "steps/s", speeds["plain"]),
    ]

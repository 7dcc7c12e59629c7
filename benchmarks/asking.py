"""How often a second the state of a run can be asked for, with and without threads for it."""

import http.client
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.app_run import folder, processor_s
from benchmarks.measure import Bar, Effort, Figure, alternate, ratios
from tests.support.server import LiveRun, Server

BAR = Bar(1.25, at_least=True)
NAME = "GET /runs/{id}"


class Asked:
    """A server with a run that does nothing, which one client asks for by turns with another."""

    def __init__(self, home: Path, module: str, stack: ExitStack) -> None:
        self.run: LiveRun = stack.enter_context(Server(home, module=module)).run()
        self.run.wait_for("ready")
        self.cost_ms: list[float] = []  # of the server's process, for one answer

    def round(self, effort: Effort) -> float:
        """Answers in a second, to a client that asks again as soon as it has one."""
        host = urlsplit(self.run.server.url).netloc
        with closing(http.client.HTTPConnection(host)) as connection:

            def ask() -> None:
                connection.request("GET", f"/api/v1/runs/{self.run.id}")
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200, answer.status

            _during(effort.warm_s, ask)
            began, spent = perf_counter(), processor_s(self.run.server.process.pid)
            count = _during(effort.window_s, ask)
            spent = processor_s(self.run.server.process.pid) - spent
            self.cost_ms.append(spent / count * 1e3)
            return count / (perf_counter() - began)


def measure(effort: Effort) -> list[Figure]:
    """Two servers in turn: the app, and one that runs every dependency in a thread."""
    with ExitStack() as stack:
        home = stack.enter_context(folder())
        plain = Asked(home / "plain", "convscope", stack)
        threads = Asked(home / "threads", "benchmarks.in_threads", stack)
        parts: dict[str, Callable[[], float]] = {
            "plain": lambda: plain.round(effort),
            "threads": lambda: threads.round(effort),
        }
        found = alternate(parts, effort.rounds)
    saved = ratios(threads.cost_ms, plain.cost_ms)
    gained = ratios(found["plain"], found["threads"])
    return [
        Figure(f"{NAME}: processor time in threads ÷ as it is", "×", saved, BAR),
        Figure(f"{NAME}: answers a second as it is ÷ in threads", "×", gained),
        Figure(f"{NAME}: processor time as it is", "ms", plain.cost_ms),
        Figure(f"{NAME}: answers a second as it is", "/s", found["plain"]),
        Figure(f"{NAME}: answers a second in threads", "/s", found["threads"]),
    ]


def _during(window_s: float, ask: Callable[[], None]) -> int:
    """How many answers came."""
    count, end = 0, perf_counter() + window_s
    while perf_counter() < end:
        ask()
        count += 1
    return count

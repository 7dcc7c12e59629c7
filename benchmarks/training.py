"""How fast a network trains in the app, watched and not, beside a plain PyTorch loop.

One worker, one window after the other: unwatched, watched by a client at 30 frames a second,
watched by a page that paints, and, while the worker is paused, the plain loop.
"""

from playwright.sync_api import Browser

from benchmarks.app_run import flat_out_run, folder, server, stream_address
from benchmarks.browser import chromium, page_of
from benchmarks.helper import helper
from benchmarks.measure import Bar, Effort, Figure, alternate, ratios
from benchmarks.windows import Windows
from tests.support.processes import children, worker_of
from tests.support.server import Server

WATCHED_BARS = {"default": Bar(0.95, at_least=True)}
PLAIN_BARS = {"default": Bar(1.25, at_least=True), "tinyvgg": Bar(1.4, at_least=True)}


def painted(windows: Windows, browser: Browser) -> float:
    """A page paints."""
    run = windows.run
    with page_of(browser, f"{run.server.url}/?run={run.id}"):
        return windows.playing(lambda: windows.speed("painted"))


def measure(effort: Effort) -> list[Figure]:
    """The figures of each network."""
    with folder() as home, server(home) as started, chromium() as browser:
        cache = str(home / "cache")
        return [
            f for name in effort.networks for f in _network(started, browser, name, cache, effort)
        ]


def _network(
    started: Server, browser: Browser, name: str, cache: str, effort: Effort
) -> list[Figure]:
    before = children(started.process.pid)
    run = flat_out_run(started, name)
    worker = worker_of(started, run, before)
    with (
        helper("pytorch_baseline", name, cache) as plain,
        helper("viewer", stream_address(run)) as viewer,
    ):
        windows = Windows(effort, run, worker, plain, viewer)
        parts = {**windows.parts(), "painted": lambda: painted(windows, browser)}
        speeds = alternate(parts, effort.rounds)
    run.delete()
    return [*_figures(name, speeds, windows.frame_rates), *_costs(name, windows.step_ms)]


def _figures(name: str, speeds: dict[str, list[float]], frame_rates: list[float]) -> list[Figure]:
    plain, unwatched, watched = (speeds[key] for key in ("plain", "unwatched", "watched"))
    painted = speeds["painted"]
    label = f"{name}: watched"
    return [
        Figure(f"{label} ÷ unwatched", "×", ratios(watched, unwatched), WATCHED_BARS.get(name)),
        Figure(f"{label} ÷ plain loop", "×", ratios(watched, plain), PLAIN_BARS[name]),
        Figure(f"{name}: page painting ÷ unwatched", "×", ratios(painted, unwatched)),
        Figure(f"{name}: page painting ÷ plain loop", "×", ratios(painted, plain)),
        Figure(f"{name}: unwatched", "steps/s", unwatched),
        Figure(f"{name}: watched", "steps/s", watched),
        Figure(f"{name}: page painting", "steps/s", painted),
        Figure(f"{name}: plain loop", "steps/s", plain),
        Figure(f"{name}: frames that the client read", "frames/s", frame_rates),
    ]


def _costs(name: str, step_ms: dict[str, list[float]]) -> list[Figure]:
    """The same ratios by processor time, which what else runs here disturbs less."""
    label = f"{name}: by processor time,"
    shown = {"watched": step_ms["watched"], "page painting": step_ms["painted"]}
    each = {"unwatched": step_ms["unwatched"], **shown, "plain loop": step_ms["plain"]}
    return [
        *(
            Figure(f"{label} {part} ÷ {other}", "×", ratios(each[other], cost))
            for part, cost in shown.items()
            for other in ("unwatched", "plain loop")
        ),
        *(Figure(f"{name}: processor time of a step, {part}", "ms", each[part]) for part in each),
    ]

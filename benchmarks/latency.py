"""From the end of a training step to its pixels in a page, and how many frames a page paints.

A frame's header has the time at which its step ended, by the clock of the machine; the page notes
in `window.convscope.painted` when it had written that frame's pixels (`drawn`) and when the browser
had done its own work for that frame (`shown`). Both processes are on one machine, so it is one
clock; what the page's has drifted from it since the page was loaded is measured and taken off.
"""

from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.app_run import flat_out_run, folder, server
from benchmarks.browser import chromium, page_of
from benchmarks.measure import Bar, Effort, Figure, percentile
from tests.support.server import LiveRun

LATENCY_BAR = Bar(60)
FPS_BAR = Bar(30, at_least=True)
LONGEST_S = 10.0  # the page remembers 512 frames
CLEAR = "() => window.convscope.painted.splice(0).length"
READ = "() => window.convscope.painted.filter((frame) => frame.shown)"
AHEAD_S = """() => {
  const behind = () => Date.now() / 1000 - (performance.timeOrigin + performance.now()) / 1000;
  return Math.max(...Array.from({ length: 5000 }, behind)); // Date.now() is cut to milliseconds
}"""

Window = dict[str, float]


def measure(effort: Effort) -> list[Figure]:
    """The default network trains flat out while a page shows all of its maps and kernels."""
    with folder() as home, server(home) as started, chromium() as browser:
        run = flat_out_run(started, "default")
        run.post("/play")
        windows = [_window(browser, run, effort) for _ in range(effort.rounds)]
    pick = {key: [window[key] for window in windows] for key in windows[0]}
    return [
        Figure("step to painted pixel, 95th percentile", "ms", pick["p95"], LATENCY_BAR),
        Figure("step to painted pixel, median", "ms", pick["p50"]),
        Figure("step to pixels written by the page, 95th percentile", "ms", pick["drawn"]),
        Figure("frames painted", "frames/s", pick["fps"], FPS_BAR),
        Figure("speed meanwhile", "images/s", pick["speed"]),
    ]


def _window(browser: Browser, run: LiveRun, effort: Effort) -> Window:
    with page_of(browser, f"{run.server.url}/?run={run.id}") as page:
        page.wait_for_timeout(1000 * effort.warm_s)
        page.evaluate(CLEAR)
        page.wait_for_timeout(1000 * min(effort.window_s, LONGEST_S))
        painted = page.evaluate(READ)
        return _summary(painted, _drift_s(page)) | {"speed": run.get()["images_per_second"]}


def _drift_s(page: Page) -> float:
    """What the page's clock lags behind the machine's."""
    return float(page.evaluate(AHEAD_S))


def _summary(painted: list[dict[str, Any]], drift_s: float) -> Window:
    """`painted` as the page noted it, in seconds."""
    shown = [1000 * (frame["shown"] + drift_s - frame["time"]) for frame in painted]
    drawn = [1000 * (frame["drawn"] + drift_s - frame["time"]) for frame in painted]
    span_s = painted[-1]["shown"] - painted[0]["shown"]
    return {
        "p95": percentile(shown, 95),
        "p50": median(shown),
        "drawn": percentile(drawn, 95),
        "fps": (len(painted) - 1) / span_s,
    }

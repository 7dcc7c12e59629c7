"""What a frame of everything on screen costs, beside TensorBoard's summaries of the same."""

from benchmarks.helper import Helper, helper
from benchmarks.measure import Bar, Effort, Figure, alternate, ratios
from convscope.ipc.forkserver import ENVIRONMENT

BAR = Bar(1 / 20)
PER_SECOND = 100  # frames timed for each second of a window; summaries take a twentieth as often
RARER = 10


def measure(effort: Effort) -> list[Figure]:
    """In one process with a worker's environment, by turns."""
    with helper("frame_helper", **ENVIRONMENT) as process:
        often = max(2, round(PER_SECOND * effort.window_s))
        for work in ("frame", "summaries"):
            time_ms(process, work, max(2, often // RARER))
        parts = {
            "frame": lambda: time_ms(process, "frame", often),
            "in_worker": lambda: time_ms(process, "in_worker", often),
            "summaries": lambda: time_ms(process, "summaries", max(2, often // RARER)),
        }
        found = alternate(parts, effort.rounds)
        size = process.ask("time", work="in_worker", times=1)["bytes"]
    return [
        Figure(
            "frame ÷ TensorBoard's summaries", "×", ratios(found["frame"], found["summaries"]), BAR
        ),
        Figure("frame: captured, encoded, sent", "ms", found["frame"]),
        Figure("of it in the worker: captured, encoded", "ms", found["in_worker"]),
        Figure("TensorBoard: add_histogram, add_images", "ms", found["summaries"]),
        Figure("size of the frame", "KB", [size / 1000]),
    ]


def time_ms(process: Helper, work: str, times: int) -> float:
    """Milliseconds that one of them takes."""
    return float(process.ask("time", work=work, times=times)["ms"])

"""How fast a network trains on a GPU in the app, watched and not, beside a plain loop there.

Where there is no GPU, all of it is on the CPU, and the figures say so.
"""

from benchmarks.app_run import flat_out_run, folder, server, stream_address
from benchmarks.helper import helper
from benchmarks.measure import Effort, Figure, alternate, ratios
from benchmarks.windows import Windows
from convscope.ipc.forkserver import pick_device
from tests.support.processes import children, worker_of
from tests.support.server import Server

DEVICE = pick_device("auto")


def measure(effort: Effort) -> list[Figure]:
    """The figures of each network."""
    with folder() as home, server(home, DEVICE) as started:
        cache = str(home / "cache")
        return [f for name in effort.networks for f in _network(started, name, cache, effort)]


def _network(started: Server, name: str, cache: str, effort: Effort) -> list[Figure]:
    before = children(started.process.pid)
    run = flat_out_run(started, name)
    worker = worker_of(started, run, before)
    with (
        helper("pytorch_baseline", name, cache, DEVICE) as plain,
        helper("viewer", stream_address(run)) as viewer,
    ):
        windows = Windows(effort, run, worker, plain, viewer)
        speeds = alternate(windows.parts(), effort.rounds)
    run.delete()
    return _figures(f"{name} on {DEVICE}", speeds, windows.frame_rates)


def _figures(label: str, speeds: dict[str, list[float]], frame_rates: list[float]) -> list[Figure]:
    plain, unwatched, watched = (speeds[key] for key in ("plain", "unwatched", "watched"))
    return [
        Figure(f"{label}: watched ÷ unwatched", "×", ratios(watched, unwatched)),
        Figure(f"{label}: unwatched ÷ plain loop", "×", ratios(unwatched, plain)),
        Figure(f"{label}: watched ÷ plain loop", "×", ratios(watched, plain)),
        Figure(f"{label}: unwatched", "steps/s", unwatched),
        Figure(f"{label}: watched", "steps/s", watched),
        Figure(f"{label}: plain loop", "steps/s", plain),
        Figure(f"{label}: frames that the client read", "frames/s", frame_rates),
    ]

"""How soon a new run has trained its first step, and what memory a run costs."""

from pathlib import Path
from time import perf_counter, sleep

from benchmarks.app_run import folder, server
from benchmarks.measure import Bar, Effort, Figure, percentile
from tests.support.server import LiveRun, Server

FIRST_STEP_BAR = Bar(300)
MEMORY_BAR = Bar(40)
MIB = 2**20


def measure(effort: Effort) -> list[Figure]:
    """One server; each round makes its runs one after the other, and then ends them.

    The memory of a round is that of its largest run.
    """
    with folder() as home, server(home) as started:
        rounds = [_round(started, effort) for _ in range(effort.rounds)]
        trained = [_trained_mib(started, effort) for _ in range(effort.rounds)]
    times = [times for times, _ in rounds]
    return [
        Figure(
            "POST /runs to first step, 95th percentile",
            "ms",
            [percentile(each, 95) for each in times],
            FIRST_STEP_BAR,
        ),
        Figure("POST /runs to first step, median", "ms", [percentile(each, 50) for each in times]),
        Figure(
            "private memory of an idle run",
            "MiB",
            [max(sizes) for _, sizes in rounds],
            MEMORY_BAR,
        ),
        Figure("… of a run that has trained flat out, paused", "MiB", trained),
    ]


def _round(started: Server, effort: Effort) -> tuple[list[float], list[float]]:
    """Milliseconds to the first step of each new run, and MiB of each, all of them idle."""
    before = set(descendants(started.process.pid))
    timed = [_first_step_ms(started) for _ in range(effort.starts)]
    sleep(effort.warm_s)
    sizes = [private_mib(pid) for pid in descendants(started.process.pid) - before]
    assert len(sizes) == len(timed), "one process a run"
    for run, _ in timed:
        run.delete()
    return [took for _, took in timed], sizes


def _first_step_ms(started: Server) -> tuple[LiveRun, float]:
    began = perf_counter()
    run = started.run()
    run.post("/step", steps=1)
    return run, (perf_counter() - began) * 1e3


def _trained_mib(started: Server, effort: Effort) -> float:
    before = descendants(started.process.pid)
    run = started.run()
    run.send("PATCH", json={"steps_per_second": None})
    run.post("/play")
    sleep(effort.window_s)
    run.post("/pause")
    sleep(effort.warm_s)
    (worker,) = descendants(started.process.pid) - before
    size = private_mib(worker)
    run.delete()
    return size


def descendants(pid: int) -> set[int]:
    """The children of a process, and theirs."""
    children = {
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    }
    return children.union(*map(descendants, children))


def private_mib(pid: int) -> float:
    """Memory that would be free if a process ended, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kib = [int(line.split()[1]) for line in lines if line.startswith("Private_")]
    return sum(kib) * 1024 / MIB

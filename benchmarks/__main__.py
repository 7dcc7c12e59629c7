"""`python -m benchmarks [name …] [--write]`: measure, and say whether each bar was reached."""

import argparse
import sys
from importlib import import_module
from time import monotonic

from benchmarks.measure import TINY, Effort, Figure
from benchmarks.report import Report, busy_processors, write

NAMES = (
    "training",
    "watching",
    "peers",
    "frames",
    "latency",
    "starting",
    "asking",
    "explaining",
    "answering",
    "seek",
    "page",
    "own_data",
    "gpu",
)
ELSEWHERE = ("gpu",)  # only where it is named: it takes another machine
QUIET = 0.25  # processors busy with other work that `--patience` still takes for quiet


def measure(name: str, effort: Effort) -> list[Figure]:
    """The figures of one benchmark."""
    figures: list[Figure] = import_module(f"benchmarks.{name}").measure(effort)
    return figures


def wait_for_quiet(patience_s: float) -> float:
    """Until little else is running here, or the patience ends; how many processors are busy."""
    end = monotonic() + patience_s
    while (busy := busy_processors()) > QUIET and monotonic() < end:
        pass
    return busy


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser("python -m benchmarks", description="Measure Convscope.")
    command.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    command.add_argument("--write", action="store_true", help="put the tables in BENCHMARKS.md")
    command.add_argument("--tiny", action="store_true", help="see that they run; measures little")
    command.add_argument(
        "--patience", type=float, default=0, metavar="S", help="seconds to wait for a quiet machine"
    )
    return command


def main() -> int:
    """Exit status 1 when a bar was missed."""
    options = parser().parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser().error(f"there is no {min(unknown)!r}: expected some of {', '.join(NAMES)}")
    missed = 0
    usual = [name for name in NAMES if name not in ELSEWHERE]
    for name in options.names or usual:
        busy = wait_for_quiet(options.patience)
        report = Report(name, measure(name, TINY if options.tiny else Effort()), busy)
        print(f"\n{name}: {report.text()}", flush=True)
        if options.write:
            write(report)
        missed += sum(figure.verdict == "missed" for figure in report.figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

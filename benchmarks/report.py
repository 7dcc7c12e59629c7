"""What was measured, where and when, as text for a terminal and for BENCHMARKS.md."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import sleep

from benchmarks.measure import Figure, markdown
from convscope.worker.cpu_name import processor

PAGE = Path(__file__).resolve().parents[1] / "BENCHMARKS.md"
LOOK_S = 2.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Report:
    """One benchmark's figures; `busy` is how many processors had other work just before."""

    name: str
    figures: Sequence[Figure]
    busy: float

    def text(self) -> str:
        """Command, circumstances, table."""
        today = datetime.now(UTC).date().isoformat()
        return "\n".join(
            (
                f"`make bench ARGS={self.name}`, {today}; {machine()}; "
                f"busy with other work before it began: {self.busy:.2f} processors.",
                "",
                markdown(self.figures),
            )
        )


def machine() -> str:
    """Words for this machine and what runs on it, without any name of it."""
    memory_gib = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES / 2**30
    return (
        f"{os.cpu_count()} × {processor()}, {memory_gib:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, torch {version('torch')}"
    )


def busy_processors(look_s: float = LOOK_S) -> float:
    """How many processors are busy at present, while this process sleeps."""
    total, idle = _ticks()
    sleep(look_s)
    total_after, idle_after = _ticks()
    share = 1 - (idle_after - idle) / max(1, total_after - total)
    return share * (os.cpu_count() or 1)


def _ticks() -> tuple[int, int]:
    """Of all processors since they started: all, and those with nothing to do."""
    line = Path("/proc/stat").read_text().splitlines()[0]
    ticks = [int(word) for word in line.split()[1:9]]  # what guests use is in user and nice
    return sum(ticks), ticks[3] + ticks[4]


def write(report: Report, page: Path = PAGE) -> None:
    """Put a report between its two marks in BENCHMARKS.md; ValueError where they are missing."""
    begin, end = f"<!-- {report.name} -->", f"<!-- end of {report.name} -->"
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"{page.name} has no place for {report.name}: expected {begin} … {end}")
    page.write_text(f"{before}{begin}\n{report.text()}\n{end}{after}", encoding="utf-8")

"""Figures, the bars they are held to, and the table that shows both."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, sleep


@dataclass(frozen=True)
class Effort:
    """How much is measured: `rounds` of everything in turn, each part for `window_s` seconds."""

    rounds: int = 7
    window_s: float = 4.0
    warm_s: float = 1.0  # before a window begins
    networks: tuple[str, ...] = ("default", "tinyvgg")
    starts: int = 20  # new runs a round
    history: int = 10_000  # steps of a run that is gone back in


TINY = Effort(rounds=1, window_s=0.4, warm_s=0.1, networks=("default",), starts=2, history=300)


@dataclass(frozen=True)
class Bar:
    """What a figure must reach."""

    limit: float
    at_least: bool = False  # else: at most

    def holds(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.limit if self.at_least else value <= self.limit

    def words(self, unit: str) -> str:
        """Such as `at least 0.95 ×`."""
        return f"at {'least' if self.at_least else 'most'} {self.limit:g} {unit}"


@dataclass(frozen=True)
class Figure:
    """One thing that was measured, once a round; its median is what counts."""

    name: str
    unit: str
    values: Sequence[float]
    bar: Bar | None = None

    @property
    def median(self) -> float:
        """The figure."""
        return median(self.values)

    @property
    def verdict(self) -> str:
        """`passed`, `missed`, or nothing where there is no bar."""
        if self.bar is None:
            return ""
        return "passed" if self.bar.holds(self.median) else "missed"

    def row(self) -> tuple[str, str, str, str, str]:
        """Name, median, smallest and largest, bar, verdict: as words."""
        spread = f"{number(min(self.values))} … {number(max(self.values))}"
        bar = self.bar.words(self.unit) if self.bar else ""
        return self.name, f"{number(self.median)} {self.unit}".strip(), spread, bar, self.verdict


HEAD = ("figure", "median", "min … max", "bar", "")


def number(value: float) -> str:
    """Three digits that count, and never an exponent."""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f}"


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round, so that what slows a whole round cancels."""
    return [a / b for a, b in zip(above, below, strict=True)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of some values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def alternate(parts: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run all parts in turn, `rounds` times, every second time in the opposite order."""
    found: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(rounds):
        for name in list(parts)[:: -1 if turn % 2 else 1]:
            found[name].append(parts[name]())
    return found


def rate(counter: Callable[[], int], window_s: float) -> float:
    """How much a counter gains in a second, over a window; the counter is read when it answers."""
    first, began = counter(), perf_counter()
    sleep(window_s)
    last, ended = counter(), perf_counter()
    return (last - first) / (ended - began)


def milliseconds(
    work: Callable[[], object], times: int, settle: Callable[[], object] | None = None
) -> float:
    """The median time of one call, in ms, over some calls; `settle` comes after each, untimed."""
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append((perf_counter() - began) * 1e3)
        if settle:
            settle()
    return median(found)


def markdown(figures: Sequence[Figure]) -> str:
    """A Markdown table, its columns aligned for a terminal too."""
    rows = [HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)

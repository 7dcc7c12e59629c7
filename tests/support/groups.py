"""Which tests are run beside others, and which of them one worker process takes together."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

PARTS = ("together", "alone")
DURATIONS = Path(__file__).with_name("durations.json")  # seconds of each file, as last measured
UNKNOWN_S = 10.0  # of a file that was not measured


def file_of(nodeid: str) -> str:
    """The file that a test is in."""
    return nodeid.partition("::")[0]


def keep_part(config: pytest.Config, items: list[pytest.Item], part: str | None) -> None:
    """Leave out the tests that belong to the other part of a whole run; None: none."""
    if part is None:
        return
    alone = part == "alone"
    others = [item for item in items if (item.get_closest_marker("alone") is not None) != alone]
    config.hook.pytest_deselected(items=others)
    kept = set(items) - set(others)
    items[:] = [item for item in items if item in kept]


def group(items: list[pytest.Item]) -> None:
    """A file's tests share servers and runs, so one process takes them all, longest file first;
    those with a browser go before the others, so that each process has to start few of them."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(file_of(item.nodeid)))
    visiting = {file_of(item.nodeid) for item in items if "browser" in _fixtures(item)}
    lasts = measured()

    def place(item: pytest.Item) -> tuple[bool, float, str]:
        file = file_of(item.nodeid)
        return file not in visiting, -lasts.get(file, UNKNOWN_S), file

    items.sort(key=place)


def _fixtures(item: pytest.Item) -> Iterable[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else ()


def measured() -> dict[str, float]:
    """Seconds of each file; empty where nothing was ever measured."""
    found: dict[str, float] = json.loads(DURATIONS.read_text()) if DURATIONS.is_file() else {}
    return found


def measure(reports: Iterable[pytest.TestReport]) -> None:
    """Keep how long each file's tests took, with what they set up and tore down."""
    took: dict[str, float] = {}
    for report in reports:
        file = file_of(report.nodeid)
        took[file] = took.get(file, 0.0) + report.duration
    known = {file: seconds for file, seconds in measured().items() if Path(file).is_file()}
    known |= {file: round(seconds, 1) for file, seconds in took.items()}
    DURATIONS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")

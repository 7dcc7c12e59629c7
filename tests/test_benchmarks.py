"""The benchmarks run, and their arithmetic is right; what they measure is in BENCHMARKS.md."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest

from benchmarks import peers
from benchmarks.__main__ import NAMES, measure
from benchmarks.explaining import outputs_of, weights_of
from benchmarks.measure import (
    TINY,
    Bar,
    Figure,
    alternate,
    markdown,
    number,
    percentile,
    rate,
    ratios,
)
from benchmarks.report import PAGE, Report, write
from convscope.recipe import plan
from convscope.types import JsonObject
from tests.support.networks import DEFAULT, network
from tests.support.server import LiveRun

FIGURES: dict[str, set[str]] = {
    "training": {"default: watched ÷ unwatched", "default: watched ÷ plain loop"},
    "watching": {"default: unwatched ÷ plain loop", "default: watched ÷ plain loop"},
    "peers": {"unwatched ÷ tf.function"},
    "frames": {"frame ÷ TensorBoard's summaries"},
    "latency": {"step to painted pixel, 95th percentile", "frames painted"},
    "starting": {"POST /runs to first step, 95th percentile", "private memory of an idle run"},
    "asking": {"GET /runs/{id}: processor time in threads ÷ as it is"},
    "answering": {
        "why, 95th percentile",
        "patches, 95th percentile",
        "health, 95th percentile",
        "confusion, 95th percentile",
        "maps, 95th percentile",
    },
    "explaining": {"explain/output, 95th percentile", "explain/weight, 95th percentile"},
    "seek": {
        "a step shown while dragging, 95th percentile",
        "any step shown at a click, 95th percentile",
        "10,000 steps on the disk",
        "speed kept ÷ not kept",
    },
    "page": {
        "moved by the first load, heads and API included",
        "from the command to the first answer of /",
    },
    "own_data": {
        "300 photographs of a phone, to the first step",
        "60,000 pictures of 28 × 28 in a zip, to the first step",
        "memory of the reading process and the server, at most",
    },
    "gpu": set(),
}


@pytest.mark.bench
@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_gives_each_figure_that_has_a_bar(name: str) -> None:
    if name == "frames" and find_spec("tensorboard") is None:
        pytest.skip("TensorBoard is not installed: pip install '.[benchmarks]'")
    if name == "peers" and not peers.is_installed():
        pytest.skip("TensorFlow is not installed: make bench ARGS=peers")
    figures = measure(name, TINY)
    assert {figure.name for figure in figures if figure.bar} == FIGURES[name]
    for figure in figures:
        assert figure.values, figure.name
        assert all(value > 0 for value in figure.values), figure


class Asked:
    """A run of the default network that only notes what it is asked."""

    def __init__(self) -> None:
        self.of: list[JsonObject] = []

    def get(self, path: str, **parameters: Any) -> JsonObject:
        """Its layers, as the API tells them; of the rest, the question."""
        if path == "/layers":
            return {"layers": [one.describe() for one in plan(network(**DEFAULT))]}
        self.of.append(parameters)
        return {}


def test_numbers_of_every_kind_that_the_network_has_are_opened() -> None:
    run = Asked()
    outputs, weights = (ask(cast(LiveRun, run)) for ask in (outputs_of, weights_of))
    for turn in range(10):
        outputs(turn)
    names = [one.name for one in plan(network(**DEFAULT))]
    assert {one["layer"] for one in run.of} == {*names, "softmax"}
    run.of.clear()
    for turn in range(10):
        weights(turn)
    assert {(one["layer"], one["tensor"], len(one) - 2) for one in run.of} == {
        *((layer, "weight", 4) for layer in ("conv1", "conv2")),
        ("linear1", "weight", 2),
        *((layer, "bias", 1) for layer in ("conv1", "conv2", "linear1")),
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_on_the_page_stand_beside_the_command_that_gives_them(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, begin, rest = page.partition(f"<!-- {name} -->\n")
    told, end, _ = rest.partition(f"\n<!-- end of {name} -->")
    assert begin, name
    assert end, name
    assert told.startswith(f"`make bench ARGS={name}`, ")
    rows = {line.split("|")[1].strip(): line for line in told.splitlines() if line[0:1] == "|"}
    for figure in FIGURES[name]:
        assert rows[figure].rstrip(" |").endswith(("passed", "missed")), figure


def test_every_table_of_the_page_is_one_of_a_benchmark() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^<!-- (?!end of)(.+) -->$", page, re.MULTILINE) == list(NAMES)
    outside = re.sub(r"<!-- (\w+) -->.*?<!-- end of \1 -->", "", page, flags=re.DOTALL)
    assert "\n|" not in outside


def test_a_bar_is_held_against_the_median() -> None:
    assert Figure("a", "×", [0.9, 0.95, 2.0], Bar(0.95, at_least=True)).verdict == "passed"
    assert Figure("a", "×", [0.9, 0.94, 2.0], Bar(0.95, at_least=True)).verdict == "missed"
    assert Figure("a", "ms", [10, 60, 400], Bar(60)).verdict == "passed"
    assert Figure("a", "ms", [10, 61, 400], Bar(60)).verdict == "missed"
    assert Figure("a", "ms", [10]).verdict == ""


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile(range(1, 101), 95) == 95
    assert percentile([3, 1, 2], 95) == 3
    assert percentile([3, 1, 2], 50) == 2


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([2, 30], [1, 10]) == [2, 3]
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])


def test_parts_take_turns_and_every_second_round_goes_backwards() -> None:
    order: list[str] = []

    def part(name: str) -> float:
        order.append(name)
        return len(order)

    found = alternate({"a": lambda: part("a"), "b": lambda: part("b")}, 3)
    assert "".join(order) == "abbaab"
    assert found == {"a": [1, 4, 5], "b": [2, 3, 6]}


def test_a_rate_is_what_a_counter_gains_in_a_second() -> None:
    counts = iter([100, 150])
    assert rate(lambda: next(counts), 0.1) == pytest.approx(500, rel=0.3)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.05234, "0.0523"), (1.256, "1.26"), (45.23, "45.2"), (1297.4, "1,297"), (0, "0")],
)
def test_a_number_has_three_digits_that_count(value: float, words: str) -> None:
    assert number(value) == words


def test_a_table_shows_median_spread_bar_and_verdict() -> None:
    table = markdown([Figure("speed", "×", [1.2, 1.3, 1.9], Bar(1.25, at_least=True))])
    cells = [cell.strip() for cell in table.splitlines()[2].strip("|").split("|")]
    assert cells == ["speed", "1.30 ×", "1.20 … 1.90", "at least 1.25 ×", "passed"]


def test_a_report_is_written_between_its_marks_and_nothing_else_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- page -->\nold\n<!-- end of page -->\nbelow\n", encoding="utf-8")
    write(Report("page", [Figure("size", "KB", [1])], 0.5), page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("above\n<!-- page -->\n")
    assert text.endswith("\n<!-- end of page -->\nbelow\n")
    assert "old" not in text
    assert "| size" in text
    with pytest.raises(ValueError, match="no place for frames"):
        write(Report("frames", [], 0.5), page)


def test_benchmarks_md_has_a_place_for_each_benchmark() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in NAMES:
        assert f"<!-- {name} -->\n" in text
        assert f"\n<!-- end of {name} -->" in text

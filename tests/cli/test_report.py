"""The report: its curves, and the real command's page, which needs nothing beside it."""

import re
from pathlib import Path

import pytest

from convscope.cli.report.curves import Line, chart, nice
from convscope.cli.report.page import alike, figures
from tests.cli.test_commands import Machine
from tests.support.server import Server


@pytest.mark.parametrize(
    ("value", "top"), [(2.6, 3), (0.04, 0.05), (1, 1), (4.1, 5), (7, 10), (120, 200), (1e-3, 1e-3)]
)
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert nice(value) == pytest.approx(top)


def test_a_curve_goes_from_its_first_point_to_its_last() -> None:
    svg = chart("Loss", [Line("loss", "loss", [(0, 2.0), (50, 1.0), (100, 0.0)])], percent=False)
    [points] = re.findall(r'points="([^"]+)"', svg)
    places = [tuple(map(float, pair.split(","))) for pair in points.split()]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert places[0][1] < places[1][1] < places[2][1]
    assert chart("Loss", [Line("none", "loss", [])], percent=True).count("<polyline") == 0


def test_pictures_that_are_like_their_control_are_said_to_show_little() -> None:
    assert alike(0.8) == "0.80 alike: much the same before it learned"
    assert alike(-0.1) == "-0.10 alike: it was learned"
    assert alike(None) == "How alike the two are cannot be said"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0000804, "0.00008"), (0.0123, "0.012"), (0.0, "0"), (None, "–")]
)
def test_sizes_have_two_figures(value: float | None, text: str) -> None:
    assert figures(value) == text


@pytest.mark.slow
def test_a_report_is_one_page_that_needs_nothing_and_says_what_the_server_says(
    tmp_path: Path,
) -> None:
    with Server(tmp_path) as server:
        run = server.run()
        run.send("PATCH", "", json={"name": "<b>mine</b>"}).raise_for_status()
        run.post("/step", steps=60)
        machine = Machine(tmp_path)
        target = tmp_path / "report.html"
        machine.do("report", run.id, "-o", target)
        text = target.read_text()
        confusion = run.get("/confusion")
        assert f"{confusion['accuracy']:.1%}" in text
        for one in confusion["classes"]:
            assert f"<td>{one['recall']:.1%}</td>" in text
            assert one["precision"] is None or f"<td>{one['precision']:.1%}</td>" in text
        for layer in run.get("/health")["layers"]:
            assert f"<td>{figures(layer['ratio'])}</td>" in text
        control = run.get("/layers/conv2/filters/3/patches")["control"]
        assert f"Before: {control['of']}" in text
        assert f"{alike(control['correlation'])}.</p>" in text
    assert "&lt;b&gt;mine&lt;/b&gt;" in text
    assert "<b>mine" not in text
    assert "<script" not in text
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", text)
    assert not re.findall(r"https?://", text)
    assert text.count('class="strip"') == 24
    assert text.count("A picture that it answers to") == 24 * 6
    assert text.count("A picture that it answered to") == 24 * 6


@pytest.mark.slow
def test_an_untrained_run_has_a_report_too_and_no_file_is_written_over(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.do("train", "--recipe", "conv2d-12", "--steps", 0, "--name", "viewed")
    target = tmp_path / "r.html"
    machine.do("report", "viewed", "-o", target)
    text = target.read_text()
    assert text.count('class="strip"') == 12
    assert "<polyline" not in text
    _, said = machine.do("report", "viewed", "-o", target, status=1)
    assert "already exists" in said
    machine.do("report", "viewed", "-o", target, "--force")

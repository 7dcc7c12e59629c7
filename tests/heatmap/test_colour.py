"""The diverging scale."""

import re
from pathlib import Path

import numpy as np
import pytest

from convscope.heatmap import colour
from convscope.settings import resources


def colours(values: list[float], limit: float = 1.0) -> list[tuple[int, ...]]:
    return [tuple(pixel) for pixel in colour.paint(np.array([values]), limit, (1, 1))[0].tolist()]


def test_zero_is_paper_and_the_ends_are_the_last_stops() -> None:
    assert colours([0.0, 1.0, -1.0]) == [colour.PAPER, colour.POSITIVE[-1], colour.NEGATIVE[-1]]


def test_the_stops_are_passed_sooner_than_a_third_of_the_way_on() -> None:
    thirds = [(share / 3) ** (1 / 0.7) for share in (1, 2)]
    for stops, sign in ((colour.POSITIVE, 1), (colour.NEGATIVE, -1)):
        passed = np.array(colours([sign * at for at in thirds]), dtype=int)
        assert np.abs(passed - np.array(stops[:2])).max() <= 2


def test_positive_is_bluer_and_negative_redder_and_both_only_darken() -> None:
    positive = np.array(colours(np.linspace(0.01, 1, 100).tolist()), dtype=int)
    negative = np.array(colours(np.linspace(-0.01, -1, 100).tolist()), dtype=int)
    assert (positive[:, 2] >= positive[:, 0]).all()
    assert (negative[:, 0] >= negative[:, 2]).all()
    for side in (positive, negative):
        assert (np.diff(side.sum(axis=1)) <= 0).all()


def test_a_scale_of_nothing_divides_by_nothing() -> None:
    assert colours([0.0, -0.0], limit=0.0) == [colour.PAPER] * 2
    assert colours([5e-324, -5e-324], limit=5e-324)[0] == colour.POSITIVE[-1]


def test_values_beyond_the_scale_are_its_ends() -> None:
    assert colours([7.0, -7.0]) == colours([1.0, -1.0])
    assert colours([1e308, -1e308], limit=1e-300) == colours([1.0, -1.0])


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_hatched_and_spoils_no_other(broken: float) -> None:
    painted = colour.paint(np.array([[broken, 1.0]]), 1.0, (12, 12))
    assert {tuple(pixel) for pixel in painted[:, :12].reshape(-1, 3).tolist()} == {
        colour.BROKEN,
        colour.PAPER,
    }
    assert (painted[:, 12:] == colour.POSITIVE[-1]).all()
    assert colour.limit_of(np.array([broken, -3.0, 2.0])) == 3.0
    assert colour.limit_of(np.array([broken])) == 0.0


def test_each_number_is_one_cell_without_smoothing() -> None:
    painted = colour.paint(np.array([[1.0, -1.0], [0.0, 1.0]]), 1.0, (3, 2))
    assert painted.shape == (6, 4, 3)
    assert (painted[:3, 2:] == colour.NEGATIVE[-1]).all()
    assert (painted[3:, :2] == colour.PAPER).all()


def test_the_page_has_the_same_stops() -> None:
    script = resources("static") / "js" / "shared" / "heatmap" / "colour.js"
    light = _light_theme(script)
    assert light == {"positive": _hex(colour.POSITIVE), "negative": _hex(colour.NEGATIVE)}
    assert f"const FAINT = {colour._FAINT};" in script.read_text()


def _light_theme(script: Path) -> dict[str, list[str]]:
    part = script.read_text().split("light: {")[1].split("}")[0]
    return {
        name: re.findall(r"#[0-9a-f]{6}", stops)
        for name, stops in re.findall(r"(positive|negative): \[(.*?)\]", part)
    }


def _hex(stops: tuple[colour.Rgb, ...]) -> list[str]:
    return ["#" + bytes(stop).hex() for stop in stops]

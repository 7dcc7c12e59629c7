"""The curves beside the network."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.support.screen import Pixels, Screen, pixels
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

NEAR = 24  # of 255, for each channel
COLUMNS = 0.25  # of a chart's width that its line crosses; labels and axes are fainter than it
INK = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim();
  return pen.fillStyle }"""


def inked(painted: Pixels, ink: str) -> float:
    """The share of a chart's columns with a pixel in the colour of its line (#rrggbb)."""
    colour = np.array([int(ink[at : at + 2], 16) for at in (1, 3, 5)] + [255])
    near = (np.abs(painted.astype(int) - colour) <= NEAR).all(axis=2)
    return float(near.any(axis=0).mean())


def charts(visited: Locator, ink: str) -> list[float]:
    """How much of each chart its line crosses."""
    return [inked(pixels(chart), ink) for chart in visited.all()]


def test_the_curves_have_ink_once_there_is_something_to_show(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    drawn = screen.page.locator(".uplot canvas")
    ink = screen.page.evaluate(INK)
    run.post("/step", steps=60)
    screen.expect_step(60)
    expect(drawn.first).to_be_visible()
    screen.until(lambda: max(charts(drawn, ink)) > COLUMNS)
    screen.reset.click()
    screen.expect_step(0)
    screen.until(lambda: max(charts(drawn, ink), default=0.0) < COLUMNS / 5)


LABELS_PX = 20  # of the chart's foot
FILLS = "canvas => canvas.clientWidth === canvas.closest('.chart').clientWidth"


def test_the_label_under_the_end_of_a_curve_is_whole(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    run.post("/step", until=600)  # which is where the last label stands
    screen.expect_step(600)
    drawn = screen.page.locator(".uplot canvas")
    for width in (1280, 1440, 1920):
        screen.page.set_viewport_size({"width": width, "height": 900})
        for chart in drawn.all():
            screen.until(partial(fills_its_place, chart))
            screen.until(partial(whole_label, chart))


def fills_its_place(chart: Locator) -> bool:
    """Whether it was drawn for the width that it has now."""
    return bool(chart.evaluate(FILLS))


def whole_label(chart: Locator) -> bool:
    """Whether a label stands under the chart's end, and is not cut off."""
    foot = pixels(chart)[-LABELS_PX:]
    return bool(foot[:, -30:, 3].any() and not foot[:, -1, 3].any())


CURVE = """async () => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const { history } = await import(loaded.find((name) => name.endsWith("/network/state.js")));
  return { ...history.points, fetching: history.fetching !== null } }"""
MOST_POINTS = 4096  # of a curve
SMALL: dict[str, Any] = {
    "network": {
        "input": [1, 28, 28],
        "layers": [
            {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "stride": 9},
            {"type": "Flatten"},
            {"type": "Linear", "out_features": 10},
        ],
    },
    "data": {"dataset": "fashion-mnist-10k"},
    "optimizer": {"type": "SGD", "learning_rate": 0.001},
    "batch_size": 1,
}


def curve_of(screen: Screen) -> dict[str, Any]:
    """The points that the page has, once nothing is on its way and they are whole."""

    found: dict[str, Any] = {}

    def settled() -> bool:
        found.update(screen.page.evaluate(CURVE))
        return not (found["fetching"] or found["stale"])

    screen.until(settled)
    return found


def test_a_long_run_has_the_same_curve_on_a_page_that_was_there_and_on_one_loaded_anew(
    visit: Visitors, server: Server
) -> None:
    run = server.run(**SMALL)
    run.post("/step", until=MOST_POINTS - 40)
    there = visit(run)
    run.post("/step", steps=30)
    run.post("/step", steps=300)
    run.post("/step", steps=7)
    there.expect_step(MOST_POINTS + 297)
    live, fresh = curve_of(there), curve_of(visit(run))
    assert live["widest"] > 0
    for column in ("step", "steps", "lowest", "highest", "held_out"):
        assert live[column] == fresh[column]
    for column in ("loss", "mean_accuracy"):
        assert live[column] == pytest.approx(fresh[column], rel=1e-9)
    expect(there.page.get_by_text("lowest to highest")).to_be_visible()


def test_logarithmic_axes_are_kept_and_a_press_leads_to_the_step_under_it(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", until=99)
    screen = visit(run)
    screen.expect_step(99)
    switch = screen.page.get_by_role("switch", name="logarithmic axes")
    expect(switch).not_to_be_checked()
    switch.check()
    screen.page.reload()
    expect(switch).to_be_checked()
    for name in ("Loss per step", "Accuracy per step"):
        press_the_middle(screen, name)
        screen.until(lambda: screen.steps() in (8, 9, 10))  # log10(9 + 1) is half of 2
    switch.uncheck()
    press_the_middle(screen, "Loss per step")
    screen.until(lambda: screen.steps() in (49, 50))


def press_the_middle(screen: Screen, chart: str) -> None:
    """A click where a chart's own area has its middle."""
    screen.page.get_by_label(chart).locator(".u-over").click()

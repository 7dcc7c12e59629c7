"""The colour bars under the columns: their numbers are those of the scales in force."""

import re

from playwright.sync_api import expect

from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

IN_FORCE = """async () => {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const {scales} = await import(loaded.find((name) => name.endsWith("/drawing/painter.js")));
  return ["conv1", "linear1"].map((name) => scales.limit("kernels", "value", name));
}"""


def bar(screen: Screen, layer: str) -> str:
    """What a layer's first bar says."""
    return screen.page.locator(f'[data-column="{layer}"] .column-scale').first.inner_text()


def ends(screen: Screen) -> list[float]:
    """Upper ends of the bars of the first and the last weights."""
    said = (re.findall(r"\d[\d.]*", bar(screen, layer)) for layer in ("conv1", "linear1"))
    return [float(numbers[-1]) for numbers in said if numbers]  # none before the first frame


def test_bars_follow_the_scales_while_it_trains_and_say_what_they_were(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    screen.until(lambda: ends(screen) == screen.page.evaluate(IN_FORCE))
    first = ends(screen)
    run.post("/step", steps=109)
    expect(screen.page.locator('[data-column="conv1"]')).to_contain_text("was ±1")
    screen.expect_step(109)
    screen.until(lambda: ends(screen) == screen.page.evaluate(IN_FORCE) != first)
    screen.page.reload()
    screen.expect_step(109)
    screen.until(lambda: ends(screen) == screen.page.evaluate(IN_FORCE))
    expect(screen.page.locator('[data-column="conv1"]')).not_to_contain_text("was")

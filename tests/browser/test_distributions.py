"""Distributions: how a layer's numbers are spread, over the steps and at one of them."""

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.browser.test_inspect import KILL, asked, opened, panel_of, saved
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TRAINED = 100
ASKED = [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 100]


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has come some way."""
    run.post("/step", steps=TRAINED)
    return run


def complete(screen: Screen) -> Locator:
    """The panel, once all steps that are asked for are there."""
    panel = panel_of(screen)
    expect(panel.locator("[data-test=spread-all]")).to_have_attribute("aria-busy", "false")
    return panel


def truth(run: LiveRun, step: int, layer: str, tensor: str, of: str = "value") -> Any:
    for one in run.get("/distributions", step=step)["distributions"]:
        if (one["layer"], one["tensor"], one["of"]) == (layer, tensor, of):
            return one["histogram"]
    return None


def steps_asked(screen: Screen) -> list[int]:
    urls = asked(screen, "/distributions")
    return [int(re.findall(r"step=(\d+)", url)[0]) for url in urls]


def choose(panel: Locator, label: str, option: str) -> None:
    panel.get_by_role("combobox", name=label).select_option(option)


def test_a_layers_numbers_are_seen_over_the_steps_and_exactly_at_each(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    assert not [url for url in screen.watch.asked if "distributions" in url]
    opened(screen, "Distributions")
    panel = complete(screen)
    assert sorted(steps_asked(screen)) == ASKED  # each once
    assert steps_asked(screen)[0] == TRAINED
    choose(panel, "Layer", "conv2")
    choose(panel, "What", "gradients of weights")
    expect(panel.get_by_role("img", name="The gradients of weights of conv2 at 13")).to_be_visible()
    slider = panel.get_by_role("slider", name="Step of the distribution")
    slider.focus()
    slider.press("Home")
    says = panel.locator("[data-test=spread]")
    expect(panel.locator("[data-test=spread-step]")).to_have_text("8")  # none led to the first
    gradients = truth(trained, 8, "conv2", "weight", "gradient")
    expect(says).to_contain_text(f"{gradients['count']:,} numbers")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step 8: 1,152 numbers from −"))
    choose(panel, "Layer", "relu1")
    slider.press("Home")
    maps = truth(trained, 0, "relu1", "output")
    expect(says).to_contain_text(f"{maps['count']:,} numbers from 0 to")
    band = panel.get_by_role("img", name=re.compile("^The maps of relu1 at 14 steps"))
    box = band.bounding_box()
    assert box
    band.click(position={"x": 52 + 0.48 * (box["width"] - 66), "y": 60})
    expect(panel.locator("[data-test=spread-step]")).to_have_text("48")
    screen.expect_step(TRAINED)  # the page has not moved
    panel.get_by_role("button", name="Show step 48").click()
    screen.expect_step(48)
    rows = list(csv.DictReader(io.StringIO(saved(panel, "Download CSV").read_text())))
    counts = [int(row["count"]) for row in rows if row["step"] == "100"]
    assert counts == truth(trained, 100, "relu1", "output")["counts"]
    assert {int(row["step"]) for row in rows} == set(ASKED)
    assert sorted(steps_asked(screen)) == ASKED
    screen.page.reload()  # the address has what was chosen
    complete(screen)
    expect(
        panel.get_by_role("img", name=re.compile("^The maps of relu1 at 14 steps"))
    ).to_be_visible()


def test_it_grows_with_the_run_and_asks_for_no_step_twice(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=20)
    screen = visit(f"/?run={run.id}&inspect=distributions")
    complete(screen)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 33)
    screen.pause.click()
    run.wait_for("ready")
    panel = complete(screen)
    expect(panel.locator("[data-test=spread-step]")).to_have_text(f"{screen.steps():,}")
    found = steps_asked(screen)
    assert len(found) == len(set(found))
    run.post("/interventions", **KILL)
    screen.until(lambda: len(steps_asked(screen)) > len(found))


def test_what_goes_wrong_is_a_sentence_and_what_is_left_is_not_waited_for(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(f"/?run={trained.id}&step=40&inspect=health", **PHONE)
    panel = panel_of(screen)
    left: list[str] = []
    screen.page.on("requestfailed", lambda request: left.append(request.url))
    screen.watch.allow("409", "it is refused here")
    sentence = "These numbers were refused."

    def refuse(route: Route) -> None:
        route.fulfill(status=409, json={"detail": sentence})

    anywhere = re.compile("/api/v1/runs/.*/distributions")
    screen.page.route(anywhere, refuse)
    panel.get_by_role("tab", name="Distributions").click()
    expect(panel.get_by_role("status")).to_have_text(sentence)
    screen.page.unroute(anywhere)
    panel.get_by_role("tab", name="Health").click()
    panel.get_by_role("tab", name="Distributions").click()
    expect(complete(screen).locator("[data-test=spread-step]")).to_have_text("40")
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    assert violations(screen) == []
    panel.get_by_role("tab", name="Health").click()
    screen.page.route(anywhere, lambda _: None)
    with screen.page.expect_request(anywhere):
        panel.get_by_role("tab", name="Distributions").click()
    panel.get_by_role("button", name="Close").click()
    screen.until(lambda: any("/distributions" in url for url in left))

"""One weight: what pulled it, and the update that followed."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.card import figure, read
from tests.browser.screen import Screen
from tests.browser.test_training import weights
from tests.browser.visitors import Visitors
from tests.live.server import LiveRun


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run that has learned a little."""
    run.post("/step", steps=5)
    shown = visit(run)
    shown.expect_step(5)
    return shown


def dock(screen: Screen) -> Locator:
    """The foot of the filter view."""
    return screen.page.get_by_role("region", name="How this weight changed")


def hover_weight(screen: Screen, row: int, column: int) -> None:
    """Points at a weight of the only kernel of the filter that is open."""
    label = re.compile(rf"^weight, for input, row {row}, column {column}: ")
    screen.filter.get_by_role("button", name=label).hover()


def test_a_weights_pull_and_its_update_are_the_optimisers_own(screen: Screen, run: LiveRun) -> None:
    after = weights(run, "conv1")
    screen.open_filter("conv1", 3)
    hover_weight(screen, 0, 2)
    foot = dock(screen)
    expect(foot.get_by_role("heading", level=2)).to_have_text("conv1, weight (3, 0, 0, 2)")
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=0, kx=2)
    expect(foot.locator("[data-test=before]")).to_be_visible()
    assert figure(foot, "before").says(truth["update"]["before"])
    assert figure(foot, "after").says(truth["update"]["after"])
    assert figure(foot, "after").says(after[3, 0, 0, 2])
    assert figure(foot, "total").says(truth["gradient"]["total"])
    gradient = run.get("/layers/conv1/weight", of="gradient")["values"][3][0][0][2]
    assert figure(foot, "value").says(gradient)
    moved = figure(foot, "after").number - figure(foot, "before").number
    assert moved == pytest.approx(truth["update"]["change"], abs=2e-6)


def test_each_picture_of_the_batch_shows_its_own_pull(screen: Screen, run: LiveRun) -> None:
    screen.open_filter("conv1", 3)
    label = re.compile("^weight, for input, row 1, column 1: ")
    screen.filter.get_by_role("button", name=label).click()  # held
    foot = dock(screen)
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=1, kx=1, picture=4)
    pictures = foot.get_by_role("group", name=re.compile("^Pictures of the batch")).get_by_role(
        "button"
    )
    expect(pictures).to_have_count(len(truth["gradient"]["picture_sums"]))
    sums = [
        read((name.get_attribute("aria-label") or "").rpartition(": ")[2]).number
        for name in pictures.all()
    ]
    assert sums == pytest.approx(truth["gradient"]["picture_sums"], rel=1e-4, abs=1e-8)
    assert sum(sums) == pytest.approx(figure(foot, "total").number, rel=1e-4, abs=1e-6)


def test_at_step_0_a_weight_says_that_there_is_no_gradient_and_offers_a_step(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    screen.open_filter("conv1", 3)
    hover_weight(screen, 1, 1)
    foot = dock(screen)
    expect(foot.get_by_text("There is no gradient yet: step 0")).to_be_visible()
    expect(foot.locator("[data-test=before]")).to_have_count(0)
    hover_weight(screen, 1, 1)
    screen.page.keyboard.press("ArrowRight")
    screen.expect_step(1)
    expect(foot.locator("[data-test=before]")).to_be_visible()
    assert figure(foot, "after").says(weights(run, "conv1")[3, 0, 1, 1])

"""The timeline: any step since 0, exactly, while the run goes on."""

import io
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_display_preferences import OBSERVE_SHIFTS, SHIFTS
from tests.browser.test_filter import numbers
from tests.support.card import figure, point
from tests.support.screen import Pixels, Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

LENGTH = 300
PAINTED_STEP = "() => window.convscope.painted.at(-1).step"


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has come some way, with new settings and an intervention on it."""
    run.post("/step", until=100)
    assert run.send("PATCH", json={"learning_rate": 0.02}).is_success
    run.post("/interventions", type="silence", layer="conv1", filter=2, on=True)
    run.post("/step", until=LENGTH)
    return run


def slider(screen: Screen) -> Locator:
    """The timeline's."""
    return screen.page.get_by_role("slider", name="Step shown")


def look(screen: Screen, step: int) -> None:
    """Goes to a step of the past by the timeline, and waits until it is on the page."""
    slider(screen).fill(str(step))
    screen.expect_step(step)


def back(screen: Screen) -> None:
    """The way to the present."""
    screen.page.get_by_role("button", name="Back to now").click()


def weights_at(run: LiveRun, layer: str, step: int) -> np.ndarray[Any, Any]:
    """As another tool reads them."""
    parameters = {"format": "npy", "step": step}
    answer = run.send("GET", f"/layers/{layer}/tensors/weight", params=parameters)
    found: np.ndarray[Any, Any] = np.load(io.BytesIO(answer.content))
    return found


def expect_numbers_of(screen: Screen, then: Any) -> None:
    """The stats and the dials are those of a run as it was."""
    screen.expect_step(then["step"])
    expect(screen.stat("Loss")).to_have_text(f"{then['loss']:.3f}")
    expect(screen.stat("Training acc.")).to_have_text(f"{100 * then['accuracy']:.1f}%")
    expect(screen.stat("Held-out acc.")).to_contain_text(f"{100 * then['held_out_accuracy']:.1f}%")
    rate = screen.page.get_by_label("Learning rate, as a number")
    expect(rate).to_have_value(f"{then['learning_rate']:g}")
    silenced = screen.page.get_by_role("button", name=re.compile("^conv1, filter 2.*silenced"))
    expect(silenced).to_have_count(len(then["silenced"]))


def test_dragging_shows_the_numbers_of_that_step(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.expect_step(LENGTH)
    page, box = screen.page, slider(screen).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 8, y)
    page.mouse.down()
    for share in (0.9, 0.6, 0.5, 0.2):
        page.mouse.move(box["x"] + share * box["width"], y, steps=4)
    page.mouse.up()
    step = int(slider(screen).input_value())
    assert abs(step - 0.2 * LENGTH) < 0.03 * LENGTH
    expect_numbers_of(screen, trained.get(step=step))
    for other in (100, 137, 0, 299):  # 100: before and after both
        look(screen, other)
        then = trained.get(step=other)
        assert bool(then["silenced"]) == (other >= 100)
        if other:
            expect_numbers_of(screen, then)
    back(screen)
    expect_numbers_of(screen, trained.get())


def test_kernels_and_bars_are_those_of_the_step(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv2", 3)
    for step in (7, 250):
        look(screen, step)
        truth = weights_at(trained, "conv2", step)[3, 0].ravel()
        table = screen.filter.get_by_role("table", name="weight, for pool1, map 0")
        screen.until(partial(fits, table, truth))
        top = trained.get("/predictions", step=step)["top"]
        bar = screen.page.locator(".class").filter(has_text=top["class"])
        expect(bar).to_contain_text(f"{100 * top['probability']:.0f}%")


def fits(table: Locator, truth: np.ndarray[Any, Any]) -> bool:
    """Whether a kernel's written numbers are these."""
    written, half_digit = numbers(table)
    return bool(np.abs(written - truth).max() <= half_digit * 1.01)


def test_a_number_opened_in_the_past_is_that_steps_number(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained).in_full()
    look(screen, 137)
    card = point(screen, "conv1, map 0", (7, 6), (28, 28))
    place = {"layer": "conv1", "channel": 0, "y": 7, "x": 6}
    truth = trained.get("/explain/output", **place, step=137)["value"]
    assert figure(card, "total").says(truth)
    assert not figure(card, "total").says(trained.get("/explain/output", **place)["value"])
    assert any("explain/output" in url and "step=137" in url for url in screen.watch.asked)


def test_the_run_goes_on_while_its_past_is_looked_at(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.play.click()
    screen.until(lambda: screen.steps() > LENGTH)
    look(screen, 50)
    there = trained.get()["step"]
    timeline = screen.page.get_by_role("region", name="Timeline")
    longest = int(slider(screen).get_attribute("max") or 0)
    screen.until(lambda: trained.get()["step"] > there + 10)
    screen.until(lambda: int(slider(screen).get_attribute("max") or 0) > longest + 10)
    expect(timeline).to_contain_text("playing")
    screen.expect_step(50)
    assert trained.get()["state"] == "playing"
    expect_numbers_of(screen, trained.get(step=50))
    back(screen)
    screen.until(lambda: screen.steps() > there + 10)
    expect(screen.pause).to_be_visible()


def test_the_keyboard_goes_through_time(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    track = slider(screen)
    expect(track).to_have_attribute("aria-valuetext", f"step {LENGTH}, now")
    track.press("ArrowLeft")
    screen.expect_step(LENGTH - 1)
    expect(track).to_have_attribute("aria-valuetext", re.compile(f"^step {LENGTH - 1}, the past"))
    track.press("PageDown")
    screen.until(lambda: screen.steps() < LENGTH - 2)
    track.press("Home")
    screen.expect_step(0)
    track.press("ArrowRight")
    screen.expect_step(1)
    track.blur()
    screen.page.keyboard.press("ArrowRight")  # through what was recorded, not beyond it
    screen.expect_step(2)
    assert trained.get()["step"] == LENGTH
    track.press("End")
    screen.expect_step(LENGTH)
    expect(screen.page).not_to_have_url(re.compile("step="))
    track.press("Home")
    screen.expect_step(0)
    screen.page.keyboard.press("Escape")
    screen.expect_step(LENGTH)


def test_a_reload_comes_back_to_the_same_step(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    look(screen, 137)
    expect(screen.page).to_have_url(re.compile("step=137"))
    screen.open(screen.page.url)
    expect_numbers_of(screen, trained.get(step=137))
    expect(slider(screen)).to_have_value("137")
    back(screen)
    expect(screen.page).not_to_have_url(re.compile("step="))


def test_what_is_drawn_in_the_past_is_seen_by_that_steps_network(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    look(screen, 137)
    before = pixels(screen.canvas("conv1: "))
    screen.page.get_by_role("tab", name="Draw").click()
    pad = screen.canvas("Drawing pad")
    for reach in (40, 100):  # the first stroke uploads the drawing, the second replaces it
        pad.hover(position={"x": 30, "y": 30})
        screen.page.mouse.down()
        pad.hover(position={"x": 30 + reach, "y": 120})
        screen.page.mouse.up()
        screen.until(partial(differs, screen, before))
        screen.page.wait_for_timeout(500)
        before = pixels(screen.canvas("conv1: "))
        screen.expect_step(137)


def differs(screen: Screen, before: Pixels) -> bool:
    """Whether conv1 is painted otherwise now."""
    return bool((pixels(screen.canvas("conv1: ")) != before).any())


def test_another_viewer_stays_in_the_present(visit: Visitors, trained: LiveRun) -> None:
    one, other = visit(trained), visit(trained)
    look(one, 20)
    trained.post("/step", steps=1)
    other.expect_step(LENGTH + 1)
    one.expect_step(20)


def test_entering_and_leaving_the_past_moves_nothing_and_resting_there_asks_nothing_more(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    screen.page.evaluate(OBSERVE_SHIFTS)
    look(screen, 137)
    expect(screen.page.get_by_text("Past: step 137")).to_be_visible()
    screen.until(lambda: screen.page.evaluate(PAINTED_STEP) == 137)
    painted = "() => window.convscope.painted.length"
    before = screen.page.evaluate(painted)
    screen.page.wait_for_timeout(500)
    assert screen.page.evaluate(painted) == before
    back(screen)
    screen.expect_step(LENGTH)
    screen.page.wait_for_timeout(300)
    assert screen.page.evaluate(SHIFTS) < 0.01


def test_the_curves_lead_to_a_step_too(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    plot = screen.page.locator(".u-over").first
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    screen.until(lambda: abs(screen.steps() - LENGTH / 2) < LENGTH / 50)
    assert trained.get()["step"] == LENGTH


def test_a_filter_is_shown_over_the_steps(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    strip = screen.filter.get_by_role("region", name="This filter over training")
    steps = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    expect(strip.get_by_role("button")).to_have_count(len(steps))
    for step in steps:
        expect(
            strip.get_by_role("img", name=f"The filter at step {step}", exact=True)
        ).to_be_visible()
    strip.get_by_role("button", name="Go to step 64").click()
    screen.expect_step(64)
    pictures = strip.get_by_role("img", name="The filter at step")
    names = [f"The filter at step {step}" for step in sorted([*steps, 64])]
    screen.until(
        lambda: (
            sorted(one.get_attribute("aria-label") or "" for one in pictures.all()) == sorted(names)
        )
    )
    link = strip.get_by_role("link", name="Download as PNG")
    picture = screen.page.request.get(link.get_attribute("href") or "")
    assert picture.headers["content-type"] == "image/png"
    assert picture.body().startswith(b"\x89PNG")


def test_a_link_to_a_step_that_is_not_there_yet_says_so(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    screen = visit(f"/?run={run.id}&step=999")
    said = screen.page.get_by_text(
        "There is no step 999 yet: this run has come to step 3, which you see."
    )
    expect(said).to_be_visible()
    screen.expect_step(3)
    assert "step=" not in screen.page.url

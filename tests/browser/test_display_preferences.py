"""Phones, darkness, stillness, and nothing that jumps."""

from typing import Literal

import pytest
from playwright.sync_api import Route, expect

from tests.support.screen import colours
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 1,
}
OBSERVE_SHIFTS = """() => { window.shifts = [];
  new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(e => e.value)))
    .observe({ type: "layout-shift" }) }"""
SHIFTS = "() => window.shifts.reduce((sum, shift) => sum + shift, 0)"
PUSH = """() => { const block = document.createElement("div"); block.style.height = "200px";
  document.body.prepend(block) }"""
BACKGROUND = """() => getComputedStyle(document.body).backgroundColor
  .match(/[\\d.]+/g).slice(0, 3).map(Number)"""
MOVING = """() => document.getAnimations().filter(a => a.playState === "running").length"""


def test_nothing_moves_but_data_while_it_trains(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.flat_out()
    screen.page.evaluate(OBSERVE_SHIFTS)
    screen.play.click()
    screen.page.wait_for_timeout(3000)
    screen.until(lambda: screen.steps() > 30)
    assert screen.page.evaluate(SHIFTS) < 0.01
    screen.page.evaluate(PUSH)  # which is seen, where it happens
    screen.until(lambda: screen.page.evaluate(SHIFTS) > 0.01)


def test_a_phone_shows_it_without_scrolling_sideways_and_plays_by_touch(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run, **PHONE)
    page = screen.page
    width = page.evaluate("() => [innerWidth, document.documentElement.scrollWidth]")
    assert width == [390, 390]
    screen.play.tap()
    screen.until(lambda: screen.steps() >= 1)
    screen.pause.tap()
    run.wait_for("ready")
    screen.open_filter("conv1", 0, touch=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    screen.filter.get_by_role("button", name="Close").tap()
    expect(screen.filter).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_as_light_or_dark_as_the_viewer_likes(
    visit: Visitors, run: LiveRun, scheme: Literal["light", "dark"]
) -> None:
    screen = visit(run, color_scheme=scheme)
    background = screen.page.evaluate(BACKGROUND)
    kernels = screen.kernels("conv1")
    assert max(background) < 50 if scheme == "dark" else min(background) > 230
    assert colours(kernels) > 5
    other: Literal["light", "dark"] = "light" if scheme == "dark" else "dark"
    screen.page.emulate_media(color_scheme=other)  # the kernels follow without a reload
    screen.until(lambda: (screen.kernels("conv1") != kernels).any())
    assert screen.page.evaluate(BACKGROUND) != background


COLOURS_FOR_PAPER = """() => addEventListener("beforeprint", () => {
  const colours = canvas => { const { data } = canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height);
    return [...new Set(new Uint32Array(data.buffer))].map(c => (c >>> 0).toString(16)) };
  const all = what => [...document.querySelectorAll(what)].map(colours);
  window.printed = { maps: all(".column.conv canvas"), curves: all(".curves canvas") } })"""
LIGHT_PAPER, DARK_PAPER = "fff7fafb", "ff1b1715"  # as 0xAABBGGRR
LIGHT_INK, DARK_INK = "ff26201c", "ffeceae9"


def test_a_dark_page_is_light_on_paper(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=5)
    screen = visit(run, color_scheme="dark")
    page = screen.page
    expect(page.locator(".curves canvas")).to_have_count(2)
    dark = screen.kernels("conv1")
    page.evaluate(COLOURS_FOR_PAPER)  # heard after the page's own
    page.pdf()
    printed = page.evaluate("() => window.printed")
    assert len(printed["maps"]) == len(printed["curves"]) == 2
    for what, light, other in (
        ("maps", LIGHT_PAPER, DARK_PAPER),
        ("curves", LIGHT_INK, DARK_INK),
    ):
        for colours_of in printed[what]:
            assert light in colours_of
            assert other not in colours_of
    screen.until(lambda: (screen.kernels("conv1") == dark).all())


@pytest.mark.parametrize(("wish", "moving"), [("no-preference", 1), ("reduce", 0)])
def test_who_wants_no_motion_gets_none(
    visit: Visitors, wish: Literal["no-preference", "reduce"], moving: int
) -> None:
    screen = visit.blank(reduced_motion=wish)
    page = screen.page
    waiting: list[Route] = []
    page.route("**/api/v1/runs", lambda route: waiting.append(route))
    page.goto("/")
    expect(page.get_by_role("status").filter(has_text="Creating a new run…")).to_be_visible()
    assert page.evaluate(MOVING) == moving
    waiting[0].continue_()
    expect(screen.play).to_be_enabled()
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1)
    assert page.evaluate(MOVING) == 0

"""The frame of the page: ways to the others, what keys reach, sizes, and what cannot start."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.server import LiveRun
from tests.support.visitors import Visitors

PAGES = ("Live network", "Runs", "Compare", "Data", "Lessons", "API")
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
MOST_STOPS = 12 + 2  # two are the offer of the tour, on a first visit
ACTIVE = "() => document.activeElement.getAttribute('aria-label') ?? ''"
# what can be pressed outside the network's pane and is lower than 24 pixels
SMALL = """() => [...document.querySelectorAll(
    "header :is(a, button, summary), .controls :is(button, input), .settings :is(button, input), "
    + ".recipe :is(button, label), .side :is(button, select, summary, label)")]
  .filter(e => e.checkVisibility() && !e.closest("h2"))
  .filter(e => e.getBoundingClientRect().height < 23.9)
  .map(e => `${e.outerHTML.slice(0, 90)} ${e.getBoundingClientRect().height}`)"""
ONE_ROW = """() => { const boxes = [...document.querySelectorAll(
    ".go > *, .figures, .settings > *")].map(e => e.getBoundingClientRect());
  return Math.max(...boxes.map(b => b.top)) < Math.min(...boxes.map(b => b.bottom)) }"""
CLIPPED = """() => [...document.querySelectorAll(
    "header *, .controls *, .settings *, .recipe *, .side :is(button, p, dt, dd)")]
  .filter(e => e.checkVisibility() && !e.closest("svg, details, .visually-hidden"))
  .filter(e => getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1)
  .map(e => `${e.className} ${e.textContent}`)"""
BACKGROUND = "e => getComputedStyle(e).backgroundColor"


@pytest.mark.parametrize("address", ["/runs", "/compare", "/data", "/lessons", "/docs"])
def test_every_page_leads_to_every_other_on_a_phone_too(visit: Visitors, address: str) -> None:
    page = visit.blank(**PHONE).page
    page.goto(address)
    nav = page.get_by_role("navigation", name="Site")
    for name in PAGES:
        expect(nav.get_by_role("link", name=name)).to_be_in_viewport()
    expect(nav.locator("[aria-current=page]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_network_leads_there_too_by_a_menu_on_a_phone(visit: Visitors, run: LiveRun) -> None:
    nav = visit(run).page.get_by_role("navigation", name="Site")
    for name in PAGES:
        expect(nav.get_by_role("link", name=name)).to_be_in_viewport(ratio=0.99)
    page = visit(run, **PHONE).page
    nav = page.get_by_role("navigation", name="Site")
    expect(nav).to_be_hidden()
    page.get_by_text("Menu", exact=True).tap()
    for name in PAGES:
        expect(nav.get_by_role("link", name=name)).to_be_in_viewport(ratio=0.99)
    page.keyboard.press("Escape")
    expect(nav).to_be_hidden()
    page.get_by_text("Menu", exact=True).tap()
    page.get_by_role("button", name="Weights and code").tap()
    expect(page.get_by_role("dialog", name="Weights and code")).to_be_visible()
    expect(nav).to_be_hidden()


def tabs_to_a_filter(page: Page) -> int:
    """How often Tab is pressed until it comes to a filter."""
    for count in range(1, 60):
        page.keyboard.press("Tab")
        if re.match(r"conv1, filter \d", page.evaluate(ACTIVE)):
            return count
    raise AssertionError("no filter within 60 stops")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_first_filter_is_near_by_keys(visit: Visitors, run: LiveRun, width: int) -> None:
    page = visit(run, viewport={"width": width, "height": 900}).page
    assert tabs_to_a_filter(page) <= MOST_STOPS


def test_the_first_stop_skips_to_the_network(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the network")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert tabs_to_a_filter(page) <= 4
    expect(page).to_have_url(re.compile(run.id))


def test_arrow_keys_go_within_a_group_and_take_no_step(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    nav = page.get_by_role("navigation", name="Site")
    nav.get_by_role("link", name="Live network").focus()
    page.keyboard.press("ArrowRight")
    expect(nav.get_by_role("link", name="Runs")).to_be_focused()
    page.keyboard.press("End")
    expect(nav.get_by_role("link", name="API")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(nav.get_by_role("link", name="Live network")).to_be_focused()
    assert run.get()["step"] == 0


def test_controls_are_large_enough_and_nothing_is_clipped(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    screen = visit(run, viewport={"width": 390, "height": 720})
    page = screen.page
    for width in (390, 820, 1280, 1440, 1920, 2560):
        page.set_viewport_size({"width": width, "height": max(720, width * 9 // 16)})
        screen.until(lambda: page.evaluate(SMALL) == page.evaluate(CLIPPED) == [])
        for large in (screen.play, screen.step):
            box = large.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        if width >= 1280:
            screen.until(lambda: page.evaluate(ONE_ROW))


def test_on_a_large_screen_the_curves_fill_the_side(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    page = visit(run, viewport={"width": 2560, "height": 1440}).page
    expect(page.locator(".curves canvas")).to_have_count(2)
    blank = page.locator(".side").evaluate(
        "aside => aside.getBoundingClientRect().bottom"
        " - aside.lastElementChild.getBoundingClientRect().bottom"
    )
    assert blank < 30


def test_forced_colours_show_what_is_chosen(visit: Visitors, run: LiveRun) -> None:
    page = visit(run, forced_colors="active").page
    group = page.get_by_role("radiogroup", name="Kernels show")
    on, off = (group.locator("label").nth(at) for at in (0, 1))
    assert on.evaluate(BACKGROUND) != off.evaluate(BACKGROUND)
    line = "e => getComputedStyle(e).borderBottomColor"
    tab, other = (page.get_by_role("tab").nth(at) for at in (0, 1))
    assert tab.evaluate(line) != other.evaluate(line)


@pytest.mark.parametrize("address", ["/", "/runs"])
@pytest.mark.parametrize("file", ["main.js", "html.js"])
def test_a_page_whose_modules_do_not_load_says_at_once_what_it_needs(
    visit: Visitors, address: str, file: str
) -> None:
    screen = visit.blank()
    screen.watch.allow(f"{file}|ERR_FAILED", "it is blocked")
    page = screen.page
    page.route(f"**/{file}", lambda route: route.abort())
    page.goto(address)
    page.wait_for_function("document.documentElement.classList.contains('no-start')")
    expect(page.get_by_text("needs a browser from 2023 or later")).to_be_visible(timeout=1000)
    expect(page.get_by_text("Loading the page…")).to_be_hidden()


@pytest.mark.parametrize("address", ["/", "/runs"])
def test_a_page_whose_scripts_do_not_come_says_so_after_three_seconds(
    visit: Visitors, address: str
) -> None:
    page = visit.blank().page
    page.route("**/main.js", lambda route: None)  # no answer comes
    page.goto(address, wait_until="commit")
    expect(page.get_by_text("Loading the page…")).to_be_visible()
    delay = "(part) => getComputedStyle(part).animationDelay"
    assert page.locator(".not-loaded").evaluate(delay) == "3s"
    expect(page.get_by_text("needs a browser from 2023 or later")).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/runs"])
def test_without_scripts_a_page_says_at_once_that_it_needs_them(
    visit: Visitors, address: str
) -> None:
    page = visit.blank(java_script_enabled=False).page
    page.goto(address)
    expect(page.locator("noscript p")).to_be_visible(timeout=1000)
    expect(page.get_by_text("Loading the page…")).to_be_hidden()


def test_on_a_tablet_play_and_the_numbers_stand_in_one_row(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=120)
    screen = visit(run, viewport={"width": 820, "height": 1180})
    screen.expect_step(120)
    page = screen.page
    expect(page.locator(".figures small")).to_contain_text("at step 1")
    play = page.get_by_role("button", name="Play").bounding_box()
    figures = page.locator(".figures").bounding_box()
    assert play
    assert figures
    assert figures["y"] < play["y"] + play["height"]


def test_the_speed_is_as_large_as_what_stands_beside_it(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    for width in (390, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        size = "(part) => parseFloat(getComputedStyle(part).fontSize)"
        speed = page.locator("output[for=speed]")
        assert speed.evaluate(size) >= page.get_by_role("button", name="Play").evaluate(size)
        name = page.locator(".speed .name")
        assert name.evaluate("(part) => part.scrollWidth <= part.clientWidth")
        assert name.evaluate("(part) => part.getClientRects().length") == 1

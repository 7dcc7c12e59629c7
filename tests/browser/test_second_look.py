"""What was seen wrong by fresh eyes: hidden, cut, in the way, or without its colour."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

ZOOMED: dict[str, Any] = {"viewport": {"width": 720, "height": 450}}  # 1440 × 900 at 200 %
MAPS_SEEN = """() => [...document.querySelectorAll(".column button.map")].filter((map) => {
  const {left, right, top, bottom} = map.getBoundingClientRect();
  return map.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}).length"""
TAGS = """() => [...document.querySelectorAll("[data-column^=conv]")].map((column) =>
  [...column.querySelectorAll(".row-tag")].map((tag) => tag.textContent).join(" "))"""
TOUCHING = """() => {  // names of parts that lie over each other
  const boxes = [...document.querySelectorAll(".column.conv .row-tag")]
    .map((tag) => tag.getBoundingClientRect());
  return boxes.filter((a) => boxes.some((b) => a !== b && a.left < b.right && b.left < a.right
    && a.top < b.bottom && b.top < a.bottom)).length;
}"""
LINES = """(part) => new Set([...part.querySelectorAll("span")].flatMap((span) =>
  [...span.getClientRects()].map((box) => Math.round(box.top)))).size"""
PAINTED = """(part) => getComputedStyle(part).forcedColorAdjust"""
HIT = """(part) => {  // how high the part of the page is that is pressed with it
  const {left, right, top, bottom} = part.getBoundingClientRect();
  const hit = (y) => part.contains(document.elementFromPoint((left + right) / 2, y));
  const middle = (top + bottom) / 2;
  return [-11.4, 11.4].every((by) => hit(middle + by));
}"""


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run that has learned a little."""
    run.post("/step", steps=5)
    shown = visit(run)
    shown.expect_step(5)
    return shown


def test_at_a_zoom_of_200_some_of_the_network_is_seen_without_scrolling(
    visit: Visitors, run: LiveRun
) -> None:
    page = visit(run, **ZOOMED).page
    assert page.evaluate(MAPS_SEEN) >= 10
    assert (
        page.evaluate("() => document.documentElement.scrollWidth") <= ZOOMED["viewport"]["width"]
    )
    page.get_by_label("More settings").click()
    expect(page.get_by_role("button", name="Reset")).to_be_visible()
    expect(page.get_by_role("button", name="New run…")).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1280, 1440, 1920])
def test_the_first_rows_parts_are_named_at_every_width(
    visit: Visitors, run: LiveRun, width: int
) -> None:
    page = visit(run, viewport={"width": width, "height": 900}).page
    assert page.evaluate(TAGS) == ["kernel bias map", "kernels bias map"]
    assert page.evaluate(TOUCHING) == 0


def test_a_measurement_of_any_step_takes_two_lines(screen: Screen) -> None:
    measured = screen.stat("Held-out acc.").locator("small")
    for text in ("at step 5, ", "at step 6 006, ", "at step 100 000, "):
        measured.locator("span").first.evaluate("(part, text) => { part.textContent = text }", text)
        assert measured.evaluate(LINES) == 2, text


def test_bars_and_scales_keep_their_colours_where_the_system_sets_them(
    visit: Visitors, run: LiveRun
) -> None:
    page = visit(run, forced_colors="active").page
    for part in (".class-bar i", ".scale-colours"):
        assert page.locator(part).first.evaluate(PAINTED) == "none"
    bar = page.locator(".class-bar").first
    assert bar.evaluate("(part) => parseFloat(getComputedStyle(part).borderTopWidth)") >= 1


def test_words_that_explain_themselves_can_be_hit_by_a_finger(screen: Screen) -> None:
    for name in ("conv1", "pool2", "Now", "Probe"):
        term = screen.page.get_by_role("button", name=name, exact=True)
        assert term.evaluate(HIT), name


def test_a_tip_goes_with_a_press_and_comes_by_pointing_only(screen: Screen) -> None:
    tip, mouse = screen.page.get_by_role("tooltip"), screen.page.mouse
    screen.play.hover()
    expect(tip).to_contain_text("Train step after step")
    screen.play.click()
    expect(tip).to_have_count(0)
    expect(screen.pause).to_be_visible()
    mouse.move(700, 5)
    screen.pause.hover()
    expect(tip).to_contain_text("Pause after this step")
    mouse.move(700, 400)
    expect(tip).to_have_count(0)
    screen.page.evaluate(  # something explained comes under a mouse that rests
        "() => { const word = document.createElement('b'); word.dataset.tip = 'Not asked for';"
        " word.style.cssText = 'position: fixed; inset: 0; z-index: 99';"
        " document.body.append(word); }"
    )
    screen.page.wait_for_timeout(400)
    expect(tip).to_have_count(0)


def test_a_ghosts_half_is_named(screen: Screen) -> None:
    tag = screen.page.locator('[data-column="conv1"] .row-tag').first
    expect(tag).to_have_text("kernel")
    choice = screen.page.get_by_label("Beside each kernel")
    for says, named in (
        ("itself at step 0", "now · step 0"),
        ("itself a step ago", "now · before"),
    ):
        choice.select_option(label=says)
        expect(tag).to_have_text(named)
        expect(tag).to_have_attribute("title", "left: the kernel now; right: as it was")
        assert screen.page.evaluate(TOUCHING) == 0


WINDOW = """() => {  // the place in the card's title, and that of the window, when both are there
  const place = (text) => text?.match(/row (\\d+), column (\\d+)/);
  const title = place(document.querySelector(".explain h2")?.textContent);
  const slider = place(document.querySelector(".sweep input").ariaValueText);
  return title && slider ? [title.slice(1).join(), slider.slice(1).join()] : null;
}"""


def test_while_the_window_slides_the_card_is_where_it_is(screen: Screen) -> None:
    screen.open_filter("conv1", 3)
    screen.filter.get_by_role("button", name="Slide the window").click()
    places = set()

    def together() -> bool:
        seen = screen.page.evaluate(WINDOW)
        if not seen:
            return False
        assert seen[0] == seen[1]
        places.add(seen[0])
        return len(places) > 8

    screen.until(together)
    screen.filter.get_by_role("button", name="Stop").click()


def test_in_an_open_filter_the_card_does_not_offer_to_open_it(screen: Screen) -> None:
    screen.open_filter("conv1", 3)
    screen.filter.get_by_role("button", name="weight, for input, row 1, column 1").hover()
    card = screen.page.get_by_role("region", name="How this number is computed")
    expect(card).to_contain_text("click to change it")

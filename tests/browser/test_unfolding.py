"""A filter unfolds where it is drawn; the rest of the network, faded, and the answers stay."""

import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

PARTS = {  # of the chain, from what is read to what follows
    "what it reads": "canvas[aria-label^='The map that this kernel reads']",
    "its kernel": "table[aria-label^='weight, for']",
    "what the kernel makes": "canvas[aria-label$='alone makes of it']",
    "the sum": ".sum-line",
    "its map": 'canvas[aria-label="The filter\'s map"]',
    "the map after ReLU": "canvas[aria-label^='Its map after']",
}
UNCOVERED = """() => {  // columns that can be seen beside the filter, and on which side
  const view = document.querySelector(".filter").getBoundingClientRect();
  const room = document.querySelector(".scroller").getBoundingClientRect();
  return [...document.querySelectorAll("[data-column]")]
    .filter((column) => column.checkVisibility({ visibilityProperty: true }))
    .map((column) => [column.dataset.column, column.getBoundingClientRect()])
    .filter(([, box]) => box.left >= room.left && box.right <= room.right)
    .filter(([, box]) => box.right <= view.left || box.left >= view.right)
    .map(([name, box]) => [name, box.right <= view.left ? "before" : "after"]);
}"""
OVER = "(part) => part.scrollHeight - part.clientHeight"
SHOWN = "() => !document.getAnimations().some((one) => one.playState === 'running')"


def box_of(part: Locator) -> Any:
    """Where it is; it has a place."""
    box = part.bounding_box()
    assert box
    return box


def inside(part: Locator, whole: Any) -> bool:
    """Whether all of it lies within a box."""
    box = box_of(part)
    return bool(
        box["x"] >= whole["x"] - 3
        and box["y"] >= whole["y"] - 3
        and box["x"] + box["width"] <= whole["x"] + whole["width"] + 3
        and box["y"] + box["height"] <= whole["y"] + whole["height"] + 3
    )


def opened(visit: Visitors, run: LiveRun, place: str, width: int, height: int) -> Screen:
    """A page of a size with a filter open, when nothing moves any more."""
    screen = visit(f"/?run={run.id}&filter={place}", viewport={"width": width, "height": height})
    expect(screen.filter.get_by_role("heading", level=2)).to_be_visible()
    screen.page.wait_for_function(SHOWN)
    return screen


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (2560, 1440)], ids=str)
@pytest.mark.parametrize(("place", "feeds"), [("conv1.3", "input"), ("conv2.5", "pool1")])
def test_beside_an_open_filter_stand_what_feeds_it_what_it_feeds_and_the_answers(
    visit: Visitors, run: LiveRun, place: str, feeds: str, size: tuple[int, int]
) -> None:
    screen = opened(visit, run, place, *size)
    seen: dict[str, Any] = dict(screen.page.evaluate(UNCOVERED))
    if feeds in seen:  # or it stands under the map it was pooled from
        assert seen[feeds] == "before"
    assert {"before", "after"} <= set(seen.values())
    answers = screen.page.get_by_role("complementary", name="The network's answers")
    view = box_of(screen.filter)
    assert box_of(answers)["x"] >= view["x"] + view["width"]
    faded = screen.page.locator(".column .plate").first
    assert float(faded.evaluate("(part) => getComputedStyle(part).opacity")) < 1


def test_the_whole_chain_of_a_first_filter_is_on_one_screen(visit: Visitors, run: LiveRun) -> None:
    screen = opened(visit, run, "conv1.3", 1440, 900)
    view = box_of(screen.filter)
    for name, selector in PARTS.items():
        assert inside(screen.filter.locator(selector).first, view), name
    tools = screen.page.get_by_role("region", name="Interventions on this filter")
    assert inside(tools, view)
    assert screen.filter.evaluate(OVER) == 0  # nothing to scroll


@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (1920, 1080), (2560, 1440)], ids=str)
def test_one_kernel_fills_the_place_that_it_has(
    visit: Visitors, run: LiveRun, size: tuple[int, int]
) -> None:
    screen = opened(visit, run, "conv1.3", *size)
    view, chain = box_of(screen.filter), box_of(screen.filter.locator(".unfolded"))
    channels = box_of(screen.filter.locator(".channels"))
    drawn = box_of(screen.filter.locator(".trio"))
    parts = [box_of(part) for part in screen.filter.locator(".trio > *").all()]
    left, right = min(box["x"] for box in parts), max(box["x"] + box["width"] for box in parts)
    assert right - left > 0.75 * channels["width"]
    assert drawn["height"] > 0.6 * chain["height"]
    tools = box_of(screen.filter.get_by_role("region", name="Interventions on this filter"))
    assert view["y"] + view["height"] - tools["y"] - tools["height"] < 20  # nothing blank below it
    numbers = screen.filter.locator(".trio td").first
    assert float(numbers.evaluate("(cell) => parseFloat(getComputedStyle(cell).fontSize)")) > 14


def test_many_channels_are_scrolled_within_the_chain_and_the_sum_stays_in_sight(
    visit: Visitors, run: LiveRun
) -> None:
    screen = opened(visit, run, "conv2.5", 1440, 900)
    channels = screen.filter.get_by_role("group", name="What each kernel makes of its map")
    tables = screen.filter.get_by_role("table", name="weight, for pool1, map")
    expect(tables).to_have_count(8)
    first, second = box_of(tables.nth(0)), box_of(tables.nth(1))
    assert abs(first["y"] - second["y"]) < 2  # side by side
    assert channels.evaluate("(part) => part.scrollWidth - part.clientWidth") == 0
    pager = screen.filter.get_by_role("group", name="Kernels in sight")
    expect(pager).to_contain_text(re.compile("kernels 0 to [35] of 8"))
    expect(pager.get_by_role("button", name="Kernels before")).to_be_disabled()
    pager.get_by_role("button", name="More kernels").click()
    expect(pager).to_contain_text("to 7 of 8")
    view = box_of(screen.filter)
    assert inside(tables.nth(7), view)
    for part in (".sum-line", 'canvas[aria-label="The filter\'s map"]'):
        assert inside(screen.filter.locator(part), view)
    assert screen.filter.evaluate("(part) => part.scrollTop") == 0


def test_closed_again_every_column_is_back_at_its_place(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    places = (
        "() => [...document.querySelectorAll('.column')].map((c) => c.getBoundingClientRect().x)"
    )
    before = screen.page.evaluate(places)
    screen.open_filter("conv2", 3)
    screen.page.wait_for_function(SHOWN)
    assert screen.page.evaluate(places) != before
    screen.page.keyboard.press("Escape")
    screen.until(lambda: screen.page.evaluate(places) == before)


def test_on_a_phone_the_filter_is_a_sheet_over_the_network(visit: Visitors, run: LiveRun) -> None:
    screen = opened(visit, run, "conv1.3", 390, 844)
    assert box_of(screen.filter)["width"] >= 388
    assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_nothing_that_is_shown_lies_under_the_filter(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.open_filter("conv1", 3)
    screen.page.wait_for_function(SHOWN)
    view = box_of(screen.filter)
    for column in screen.page.locator(".column:not(.away, .conv)").all():
        box = box_of(column)
        outside = box["x"] + box["width"] <= view["x"] or box["x"] >= view["x"] + view["width"]
        assert outside, column.get_attribute("class")


HIDDEN = """() => [...document.querySelectorAll(".step-picture")].filter((tile) => {
  const {left, right, top, bottom} = tile.getBoundingClientRect();
  const row = document.querySelector(".step-row").getBoundingClientRect();
  if (!tile.classList.contains("on") && (left < row.left || right > row.right)) return false;
  return !tile.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}).length"""
OVERLAPS = """() => {  // parts of the chain that lie over each other
  const parts = [...document.querySelectorAll(
    ".unfolded .picture, .unfolded table, .sweep, .strip-of-steps, .made figcaption, .tools")]
    .map((part) => [part, part.getBoundingClientRect()]);
  const view = document.querySelector(".channels").getBoundingClientRect();
  const cut = ([part, box]) => part.closest(".channels") && box.bottom > view.bottom;
  const meet = (x, y) => x.left < y.right - 1 && y.left < x.right - 1
    && x.top < y.bottom - 1 && y.top < x.bottom - 1;
  const seen = parts.filter((one) => !cut(one));
  return seen.flatMap(([a, x]) => seen
    .filter(([b, y]) => a !== b && !a.contains(b) && !b.contains(a) && meet(x, y))
    .map(([b]) => `${a.className || a.tagName} over ${b.className || b.tagName}`));
}"""
STACKED = (
    "(channels) => new Set([...channels.querySelectorAll('.kernel')].map("
    "(kernel) => Math.round(kernel.getBoundingClientRect().left))).size"
)


@pytest.mark.parametrize("place", ["conv1.3", "conv2.5"])
def test_no_part_of_a_chain_lies_over_another(visit: Visitors, run: LiveRun, place: str) -> None:
    run.post("/step", steps=70)
    screen = opened(visit, run, place, 1440, 900)
    screen.expect_step(70)
    for width, height in ((1440, 900), (1280, 800), (820, 1180), (390, 844), (1920, 1080)):
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.page.wait_for_function(SHOWN)
        screen.until(lambda: screen.page.evaluate(OVERLAPS) == [])
    screen.page.set_viewport_size({"width": 1440, "height": 900})
    screen.page.get_by_role("button", name="Show me around").click()
    screen.until(lambda: screen.page.evaluate(OVERLAPS) == [])

    def says_whose() -> bool:
        """Pointed at anew each time: the chain may still be moving to its place beside the tour."""
        screen.page.mouse.move(0, 0)
        screen.filter.get_by_role("button", name="weight, for").first.hover()
        screen.page.wait_for_timeout(500)
        return screen.filter.locator(".whose").is_visible()

    screen.until(says_whose)
    assert screen.page.evaluate(OVERLAPS) == []


def test_in_a_narrow_view_many_kernels_stand_two_by_two(visit: Visitors, run: LiveRun) -> None:
    screen = opened(visit, run, "conv2.5", 1280, 800)
    channels = screen.filter.get_by_role("group", name="What each kernel makes of its map")
    for width in (1280, 820, 390):
        screen.page.set_viewport_size({"width": width, "height": 1000})
        screen.until(lambda: channels.evaluate(STACKED) == 2)


def test_on_a_phone_what_the_filter_makes_is_above_the_fold(visit: Visitors, run: LiveRun) -> None:
    screen = opened(visit, run, "conv2.5", 390, 844)
    foot = box_of(screen.page.locator(".page-foot"))["y"]
    for part in ('canvas[aria-label="The filter\'s map"]', "canvas[aria-label^='Its map after']"):
        box = box_of(screen.filter.locator(part))
        assert box["y"] + box["height"] <= foot


def test_now_covers_no_step_of_the_strip(visit: Visitors, server: Server) -> None:
    run = server.run()
    run.post("/step", steps=700)
    screen = opened(visit, run, "conv2.5", 1440, 900)
    screen.expect_step(700)
    strip = screen.filter.get_by_role("region", name="This filter over training")
    tile = strip.locator(".step-picture canvas").first
    assert tile.get_attribute("width") == "3"  # one kernel, which can be read
    expect(strip.get_by_role("button", name=re.compile("^Go to step"))).to_have_count(11)
    screen.until(lambda: screen.page.evaluate(HIDDEN) == 0)
    screen.page.set_viewport_size({"width": 1280, "height": 800})
    screen.until(lambda: screen.page.evaluate(HIDDEN) == 0)
    strip.get_by_label("Kernel over training").select_option("all 8")
    expect(tile).to_have_attribute("width", "11")  # three beside each other, a cell apart


def test_the_other_filters_of_its_layer_and_more_neighbours_stay_beside_it(
    visit: Visitors, run: LiveRun
) -> None:
    screen = opened(visit, run, "conv1.3", 1440, 900)
    for width, height in ((1440, 900), (1280, 800)):
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.page.wait_for_function(SHOWN)
        screen.until(
            lambda: {"input", "relu1", "pool1"} <= set(dict(screen.page.evaluate(UNCOVERED)))
        )
        view = box_of(screen.filter)
        others = screen.page.get_by_role("button", name=re.compile("^conv1, map "))
        expect(others).to_have_count(8)
        assert all(box_of(one)["x"] >= view["x"] + view["width"] for one in others.all())


def test_names_beside_an_open_filter_lie_over_no_other(visit: Visitors, run: LiveRun) -> None:
    screen = opened(visit, run, "conv2.5", 1920, 1080)
    view = box_of(screen.filter)
    boxes = sorted(
        (box_of(name) for name in screen.page.locator(".column:not(.away) .title").all()),
        key=lambda box: float(box["x"]),
    )
    assert all(one["x"] + one["width"] < other["x"] for one, other in pairwise(boxes))
    assert not any(view["x"] - box["width"] < box["x"] < view["x"] + view["width"] for box in boxes)


def test_a_filter_of_another_layer_is_reached_from_an_open_one(
    visit: Visitors, run: LiveRun
) -> None:
    screen = opened(visit, run, "conv1.3", 1280, 800)
    screen.filter.get_by_label("Layer").select_option("conv2")
    expect(screen.filter.get_by_role("heading", name="conv2, filter 0")).to_be_visible()
    expect(screen.page).to_have_url(re.compile(r"filter=conv2\.0"))

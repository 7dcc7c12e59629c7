"""Small maps are enlarged beside themselves, a path is seen, and Flatten shows what it lists."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.card import expect_title, region
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

LENS = ".map-lens"


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page of a common size on a run that has learned a little."""
    run.post("/step", steps=5)
    shown = visit(run, viewport={"width": 1440, "height": 900})
    shown.expect_step(5)
    return shown


def apart(one: Locator, other: Locator) -> bool:
    """Whether neither covers a part of the other."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a
    assert b
    return (
        a["x"] + a["width"] <= b["x"]
        or b["x"] + b["width"] <= a["x"]
        or a["y"] + a["height"] <= b["y"]
        or b["y"] + b["height"] <= a["y"]
    )


def test_a_small_map_is_enlarged_beside_itself_and_covers_nothing_that_it_came_from(
    screen: Screen,
) -> None:
    page = screen.page
    for name, sources in (("conv2, map 4", "pool1, map"), ("pool2, map 9", "relu2, map 9")):
        own = page.get_by_role("button", name=name)
        own.hover()
        lens = page.locator(LENS)
        expect(lens).to_be_visible()
        size = lens.locator("canvas").bounding_box()
        assert size
        assert size["width"] >= 100
        values = int(lens.locator("canvas").get_attribute("width") or 0)
        assert size["width"] % values == 0  # whole pixels for each value: crisp
        assert apart(lens, own)
        for source in page.get_by_role("button", name=sources).all():
            assert apart(lens, source)
    page.mouse.move(5, 5)
    expect(page.locator(LENS)).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800), (820, 1180)], ids=str)
def test_an_enlarged_map_covers_nothing_that_it_feeds(
    visit: Visitors, run: LiveRun, size: tuple[int, int]
) -> None:
    page = visit(run, viewport={"width": size[0], "height": size[1]}).page
    feeds = {"conv1": ("relu1", "pool1"), "conv2": ("relu2", "pool2"), "relu2": ("pool2",)}
    for layer, next_ones in feeds.items():
        for channel in (0, 3, 7):
            page.get_by_role("button", name=f"{layer}, map {channel}, values").hover()
            lens = page.locator(LENS)
            expect(lens).to_be_visible()
            for one in next_ones:
                fed = page.get_by_role("button", name=f"{one}, map {channel}, values")
                assert apart(lens, fed), f"{layer} {channel} over {one}"


def test_the_keyboard_enlarges_a_map_too(screen: Screen) -> None:
    screen.page.keyboard.press("Tab")  # so that focus is the keyboard's
    screen.page.get_by_role("button", name="conv2, map 4").focus()
    expect(screen.page.locator(LENS)).to_be_visible()


def test_a_map_that_can_be_read_is_not_enlarged(visit: Visitors, run: LiveRun) -> None:
    wide = visit(run, viewport={"width": 2560, "height": 1440})
    wide.page.get_by_role("button", name="conv1, map 4").hover()
    expect(region(wide)).to_be_visible()
    expect(wide.page.locator(LENS)).to_have_count(0)


def test_what_is_not_on_a_maps_path_is_dimmed(screen: Screen) -> None:
    page = screen.page
    veils = page.locator(".edges .veil")
    page.get_by_role("button", name="pool1, map 3").hover()
    # seven of conv1, relu1 and pool1 each, and all that comes after
    expect(veils).to_have_count(3 * 7 + 3 * 16 + 10)
    page.mouse.move(5, 5)
    expect(veils).to_have_count(0)


def test_a_number_of_the_flattened_list_shows_its_pixel(screen: Screen, run: LiveRun) -> None:
    page = screen.page
    listed = page.get_by_role("button", name="flatten1, a list of 784 numbers")
    box = listed.bounding_box()
    assert box
    listed.hover(position={"x": 3, "y": box["height"] * (412 + 0.5) / 784})
    card = region(screen)
    expect(card.get_by_role("heading", level=2)).to_have_text(
        re.compile(r"^flatten1, number 41[123] of the list$")
    )
    title = card.get_by_role("heading", level=2).inner_text()
    number = int(title.split()[2])
    truth = run.get("/explain/output", layer="flatten1", channel=number, y=0, x=0)["source"]
    map_, row, column = truth
    assert [map_, row, column] == [number // 49, number % 49 // 7, number % 7]
    expect(card).to_contain_text(f"map {map_}, row {row}, column {column}")
    source = page.get_by_role("button", name=f"pool2, map {map_},").bounding_box()
    pixel = page.locator(".flatten-link rect.own").first.bounding_box()
    assert source
    assert pixel
    side = source["width"] / 7
    assert pixel["x"] + pixel["width"] / 2 == pytest.approx(
        source["x"] + (column + 0.5) * side, abs=1.5
    )
    assert pixel["y"] + pixel["height"] / 2 == pytest.approx(
        source["y"] + (row + 0.5) * side, abs=1.5
    )
    page.keyboard.press("Escape")


def test_a_pixel_shows_its_number_of_the_list(screen: Screen) -> None:
    page = screen.page
    own = page.get_by_role("button", name="pool2, map 9,")
    own.hover()
    expect_title(screen, "pool2, map 9 · row 3, column 3")
    listed = page.get_by_role("button", name="flatten1, a list").bounding_box()
    mark = page.locator(".flatten-link rect.own").nth(1).bounding_box()
    assert listed
    assert mark
    number = 9 * 49 + 3 * 7 + 3
    middle = mark["y"] + mark["height"] / 2
    assert middle == pytest.approx(listed["y"] + listed["height"] * (number + 0.5) / 784, abs=1.5)
    assert apart(page.locator(LENS), page.get_by_role("button", name="flatten1, a list"))

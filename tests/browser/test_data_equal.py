"""Pictures that are there twice, seen and removed before a set is kept."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.data_page import DataPage, open_data
from tests.support.labelled import png_of, stripes, stripes_zip, zip_of
from tests.support.visitors import Visitors

pytestmark = [pytest.mark.usefixtures("no_own_data"), pytest.mark.slow]


def equal_ones() -> bytes:
    """Two classes of six, one picture of which is in both and one three times in one."""
    pictures = stripes(12)
    files = [(f"s/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(pictures)]
    files.append(("s/standing/wrong.png", png_of(pictures[0][1])))
    files += [(f"s/standing/again {n}.png", png_of(pictures[1][1])) for n in range(2)]
    return zip_of(files)


def test_one_of_two_equal_pictures_in_two_classes_is_removed(data: DataPage) -> None:
    page = data.page
    data.drop("Leaves.zip", equal_ones())
    data.expect_count("standing", 9)
    group = page.get_by_role("group").filter(has_text="there twice")
    group.get_by_text("2 pictures are there twice or more · show").click()
    expect(group).to_contain_text("one of them is probably mislabelled")
    expect(group.get_by_role("listitem")).to_have_count(2)
    both = group.get_by_role("listitem").first
    expect(both.get_by_role("button")).to_have_text(["lying 0.png", "standing wrong.png"])
    both.get_by_role("button", name="standing wrong.png, 2 of 2 equal pictures: remove?").click()
    group.get_by_role("button", name="Remove 1 picture").click()
    data.expect_count("standing", 8)
    data.expect_count("lying", 6)
    expect(group).not_to_contain_text("mislabelled")
    expect(group).to_contain_text("1 picture is there twice or more · hide")
    for number in (2, 3):
        group.get_by_role(
            "button", name=f"standing again {number - 2}.png, {number} of 3 equal"
        ).click()
    group.get_by_role("button", name="Remove 2 pictures").click()
    expect(group).to_have_count(0)
    data.expect_count("standing", 6)


def test_equal_pictures_are_drawn_each_from_its_place_in_one_sheet(data: DataPage) -> None:
    data.drop("Leaves.zip", equal_ones())
    data.expect_count("standing", 9)
    sheets: list[str] = []
    data.page.on("request", lambda request: sheets.append(request.url))
    data.page.get_by_text("there twice").click()
    tiles = data.page.locator(".equal-picture i")
    expect(tiles).to_have_count(5)
    data.screen.until(lambda: any("columns=1&" in url for url in sheets))
    places = tiles.evaluate_all("all => all.map(one => getComputedStyle(one).backgroundPositionY)")
    assert places == ["0%", "0%", "100%", "100%", "100%"]
    assert len({url for url in sheets if "columns=1&" in url}) == 1


def test_nothing_is_said_where_no_picture_is_there_twice(data: DataPage) -> None:
    data.drop("Leaves.zip", stripes_zip(12))
    data.expect_count("lying", 6)
    expect(data.editor).not_to_contain_text("there twice")


def test_axe_finds_nothing_serious_in_equal_pictures_at_either_width(visit: Visitors) -> None:
    data = open_data(visit, **PHONE)
    data.drop("Leaves.zip", equal_ones())
    data.expect_count("standing", 9)
    data.page.get_by_text("there twice").click()
    data.page.get_by_role("button", name=re.compile(r"^lying 0\.png, 1 of 2 equal")).click()
    assert violations(data.screen) == []
    assert data.page.evaluate("document.documentElement.scrollWidth") == 390
    data.page.set_viewport_size({"width": 1440, "height": 900})
    assert violations(data.screen) == []

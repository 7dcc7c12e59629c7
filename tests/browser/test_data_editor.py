"""One screen on own pictures before they are kept."""

import re

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.data_page import DataPage, open_data, own_sets
from tests.support.labelled import png_of, stripes, stripes_zip, zip_of
from tests.support.own_sets import unkept
from tests.support.server import Server
from tests.support.visitors import Visitors

pytestmark = [pytest.mark.usefixtures("no_own_data"), pytest.mark.slow]

CLIPPED = """() => [...document.querySelectorAll("main :is(p, label, button, span, h2, h3)")]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
    && getComputedStyle(e).display !== "inline")
  .map(e => e.outerHTML)"""


def three() -> bytes:
    """Two classes of six, an odd one of one picture, and what is no picture."""
    files = [(f"s/{name}/{n}.png", png_of(p)) for n, (name, p) in enumerate(stripes(12))]
    more = [("s/odd/1.png", png_of(np.zeros((24, 24), np.uint8)))]
    rest = [("s/lying/notes.txt", b"hello"), ("__MACOSX/._1", b"x"), ("s/.DS_Store", b"x")]
    return zip_of(files + more + rest)


def test_what_stands_in_the_way_is_said_and_what_no_picture_came_from(data: DataPage) -> None:
    data.drop("Leaves.zip", three())
    expect(data.editor).to_contain_text("odd: fewer than two pictures")
    expect(data.keep).to_be_disabled()
    data.page.get_by_text("1 file refused").click()
    expect(data.editor).to_contain_text("s/lying/notes.txt: it is no picture")
    expect(data.editor).to_contain_text("2 files passed over")
    data.page.get_by_role("button", name="Leave out odd").click()
    expect(data.keep).to_be_enabled()
    expect(data.editor).to_contain_text("10 pictures to learn from, 2 held out")
    data.page.get_by_role("button", name="Bring back odd").click()
    expect(data.keep).to_be_disabled()
    data.page.get_by_label("Merge odd into another class").select_option("lying")
    expect(data.card("odd")).to_have_count(0)
    data.expect_count("lying", 7)
    expect(data.keep).to_be_enabled()


def test_a_class_is_dragged_onto_another_or_named_as_it(data: DataPage) -> None:
    data.drop("Leaves.zip", three())
    data.expect_count("odd", 1)
    data.card("odd").locator(".class-grip").drag_to(data.card("standing"))
    data.expect_count("standing", 7)
    field = data.page.get_by_label("Name of class standing")
    field.fill("lying")
    field.press("Enter")
    data.expect_count("lying", 13)
    expect(data.editor).to_contain_text("There is one class")


def test_pictures_are_marked_and_removed(data: DataPage) -> None:
    data.drop("Leaves.zip", stripes_zip(12))
    data.expect_count("lying", 6)
    for number in (1, 4):
        data.card("lying").get_by_role("button", name=f"lying, picture {number}:").click()
    data.page.get_by_role("button", name="Remove 2 pictures").click()
    data.expect_count("lying", 4)
    data.expect_count("standing", 6)


def test_samples_change_at_once_with_size_and_fit(data: DataPage) -> None:
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = (200, 100, 50)
    files = [(f"{c}/{n}.png", png_of(np.roll(wide, n))) for c in "ab" for n in range(4)]
    data.drop("wide.zip", zip_of(files))
    sheet = data.card("a").locator("img")
    expect(sheet).to_have_attribute("width", str(8 * 80))
    data.page.get_by_label("Size").select_option("32 × 32 pixels")
    expect(sheet).to_have_attribute("width", str(8 * 32))
    before = sheet.get_attribute("src")
    data.page.get_by_role("radio", name="Pad").check()
    expect(sheet).not_to_have_attribute("src", before or "")
    data.page.get_by_label("Held out, %").fill("50")
    data.page.get_by_label("Held out, %").press("Tab")
    expect(data.editor).to_contain_text("4 pictures to learn from, 4 held out")


def test_a_page_that_was_closed_finds_it_again(data: DataPage, visit: Visitors) -> None:
    data.drop("Leaves.zip", stripes_zip(20))
    data.expect_count("lying", 10)
    field = data.page.get_by_label("Name of class lying")
    field.fill("Flat")
    field.press("Enter")
    data.expect_count("Flat", 10)
    data.page.reload()
    data.expect_count("Flat", 10)
    data.page.get_by_role("button", name="Finish later").click()
    go_on = data.page.get_by_role("button", name="Go on with Leaves, 20 pictures")
    expect(go_on).to_be_visible()
    data.page.goto("/data")
    go_on.click()
    data.expect_count("Flat", 10)
    other = open_data(visit)
    expect(other.page.get_by_text("None yet")).to_be_visible()
    expect(other.editor).to_have_count(0)  # it is another browser's
    expect(other.page.get_by_role("heading", name="Not kept yet")).to_have_count(0)
    other.page.goto(data.page.url)  # who has the link may see it
    other.expect_count("Flat", 10)


def test_one_that_is_gone_is_said_once_and_forgotten(data: DataPage, server: Server) -> None:
    data.screen.watch.allow("status of 404", "it was discarded elsewhere")
    data.drop("Leaves.zip", stripes_zip(20))
    data.expect_count("lying", 10)
    [gone] = unkept(server)
    server.http.delete(f"/datasets/preview/{gone}")
    data.page.reload()
    expect(data.page.get_by_role("alert")).to_contain_text("not there any more")
    expect(data.editor).to_have_count(0)
    data.page.reload()
    expect(data.page.get_by_text("None yet")).to_be_visible()
    expect(data.page.get_by_role("alert")).to_have_count(0)


def test_what_is_sent_can_be_cancelled_and_leaves_nothing(data: DataPage, server: Server) -> None:
    held: list[Route] = []
    data.screen.watch.allow("ERR_ABORTED", "the person cancelled it")
    data.page.route("**/files", lambda route: held.append(route))
    data.drop("Leaves.zip", stripes_zip(20))
    data.screen.until(lambda: bool(held))
    expect(data.page.get_by_role("progressbar", name="Sending the files")).to_be_visible()
    data.page.get_by_role("button", name="Cancel").click()
    expect(data.editor).to_have_count(0)
    held[0].abort()
    data.screen.until(lambda: not unkept(server))


def test_what_is_being_read_can_be_cancelled(data: DataPage, server: Server) -> None:
    data.drop("Leaves.zip", stripes_zip(3000))
    expect(data.page.get_by_role("progressbar", name="Reading the pictures")).to_be_visible()
    data.page.get_by_role("button", name="Cancel").click()
    expect(data.editor).to_have_count(0)
    data.screen.until(lambda: not unkept(server))


def test_where_all_was_refused_the_reasons_are_in_sight(data: DataPage) -> None:
    loose = zip_of([(f"{n}.png", png_of(pixels)) for n, (_, pixels) in enumerate(stripes(2))])
    data.drop("loose.zip", loose)
    expect(data.editor.get_by_text("0.png: it is in no folder")).to_be_visible()
    expect(data.editor).not_to_contain_text("to learn from")


def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(
    data: DataPage, server: Server
) -> None:
    data.drop("Leaves.zip", b"PK\x03\x04 and no more")
    expect(data.page.get_by_role("alert")).to_contain_text("Leaves.zip: Expected a whole")
    expect(data.editor).to_have_count(0)
    data.screen.until(lambda: not unkept(server))


def test_a_set_is_renamed_exported_and_brought_back(data: DataPage, server: Server) -> None:
    page = data.page
    data.drop("Leaves.zip", stripes_zip(20))
    data.expect_count("lying", 10)
    data.keep.click()
    row = data.set_row("Leaves")
    row.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Lines")
    dialog.get_by_label("Class 1").fill("flat")
    dialog.get_by_role("button", name="Save").click()
    expect(data.set_row("Lines")).to_contain_text("flat 10")
    [made] = own_sets(server)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export Lines").click()
    data.drop("back.zip", saved.value.path().read_bytes())
    expect(page.get_by_label("Title", exact=True)).to_have_value("Lines")
    expect(data.keep).to_be_enabled()
    data.keep.click()
    expect(data.set_row("Lines")).to_have_count(2)
    assert {one["sha256"] for one in own_sets(server)} == {made["sha256"]}


def test_a_set_that_runs_use_says_which_before_it_goes(data: DataPage, server: Server) -> None:
    page = data.page
    data.drop("Leaves.zip", stripes_zip(20))
    data.expect_count("lying", 10)
    data.keep.click()
    expect(data.set_row("Leaves")).to_be_visible()
    [made] = own_sets(server)
    run = server.run(**server.http.get(f"/datasets/{made['id']}/recipe").json())
    run.send("PATCH", json={"name": "Learner"})
    page.get_by_role("button", name="Delete Leaves").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 run uses this data set")
    link = dialog.get_by_role("link", name="Learner")
    expect(link).to_have_attribute("href", f"/?run={run.id}")
    assert own_sets(server)
    dialog.get_by_role("button", name="Delete all the same").click()
    expect(data.set_row("Leaves")).to_have_count(0)
    assert not own_sets(server)


def test_sets_that_are_not_here_say_what_to_do(data: DataPage, server: Server) -> None:
    listed = server.http.get("/datasets").json()["datasets"]
    absent = [one for one in listed if not one["available"]]
    assert absent
    for one in absent:
        expect(data.set_row(one["title"])).to_contain_text(one["why"])
        expect(data.set_row(one["title"]).get_by_role("button")).to_have_count(0)


def test_axe_finds_nothing_serious_and_a_phone_cuts_nothing_off(visit: Visitors) -> None:
    data = open_data(visit, **PHONE)
    assert violations(data.screen) == []
    data.drop("Leaves.zip", three())
    data.expect_count("odd", 1)
    data.card("odd").get_by_role("button", name="Draw").click()
    assert violations(data.screen) == []
    assert data.page.evaluate("document.documentElement.scrollWidth") == 390
    data.page.get_by_role("button", name="Leave out odd").click()
    data.card("lying").get_by_role("button", name="Camera").click()
    data.card("lying").get_by_role("button", name="lying, picture 1:").click()
    expect(data.page.get_by_role("button", name=re.compile("^Remove 1 "))).to_be_visible()
    expect(data.page.get_by_role("button", name="Hold to take pictures")).to_be_enabled()
    assert violations(data.screen) == []
    data.page.set_viewport_size({"width": 1440, "height": 900})
    assert violations(data.screen) == []
    expect(data.keep).to_be_enabled()
    data.keep.click()
    data.page.get_by_role("button", name="Rename Leaves").click()
    assert violations(data.screen) == []


def test_a_set_that_is_begun_shows_nothing_wrong_and_on_a_phone_its_settings_closed(
    visit: Visitors,
) -> None:
    data = open_data(visit, **PHONE)
    data.page.get_by_role("button", name="Start with two classes").click()
    expect(data.editor.get_by_text("There is no picture yet.")).to_have_class("muted")
    size = data.page.get_by_label("Size")
    expect(size).to_be_hidden()
    data.page.get_by_text("For all pictures").click()
    expect(size).to_be_visible()
    assert violations(data.screen) == []


def test_nothing_is_cut_off_at_any_width(data: DataPage) -> None:
    data.drop("Leaves.zip", three())
    data.expect_count("odd", 1)
    data.card("odd").get_by_role("button", name="Camera").click()
    for width in (390, 600, 820, 1024, 1440, 2560):
        data.page.set_viewport_size({"width": width, "height": 900})
        data.screen.until(lambda: data.page.evaluate(CLIPPED) == [])
        assert data.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""A set on its way to the disk: how far it is, given up, found again by a page that was closed."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.data_page import DataPage, open_data, own_sets
from tests.support.labelled import stripes_zip
from tests.support.own_sets import unkept
from tests.support.server import Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.usefixtures("no_own_data")

MANY = 6000  # pictures, so that it takes a while


def bar(data: DataPage) -> Locator:
    """How far the keeping is."""
    return data.page.get_by_role("progressbar", name="Keeping")


def kept(data: DataPage) -> Locator:
    """What is said of a set that was just made."""
    return data.page.get_by_role("status", name="Kept", exact=True)


@pytest.fixture
def keeping(visit: Visitors) -> DataPage:
    """On a phone, while many pictures are being kept."""
    data = open_data(visit, **PHONE)
    data.drop("Leaves.zip", stripes_zip(MANY))
    expect(data.keep).to_be_enabled()
    data.keep.click()
    expect(bar(data)).to_be_visible()
    return data


def test_keeping_tells_how_far_it_is_and_can_be_cancelled(
    keeping: DataPage, server: Server
) -> None:
    expect(keeping.editor).to_contain_text("of 6,000 pictures")
    expect(keeping.keep).to_be_disabled()
    expect(keeping.page.locator(".editor-body")).to_have_attribute("inert", "")
    keeping.page.get_by_role("button", name="Cancel").click()
    expect(bar(keeping)).to_have_count(0)
    expect(keeping.keep).to_be_enabled()
    expect(keeping.page.get_by_role("alert")).to_have_count(0)
    keeping.expect_count("lying", 24)
    assert not own_sets(server)
    assert violations(keeping.screen) == []
    keeping.keep.click()
    expect(kept(keeping)).to_contain_text("Leaves is kept")


def test_axe_finds_nothing_serious_while_a_set_is_kept(keeping: DataPage) -> None:
    keeping.page.route("**/datasets/preview/*", lambda route: None)  # it looks no more
    assert violations(keeping.screen) == []
    expect(bar(keeping)).to_be_visible()
    assert keeping.page.evaluate("document.documentElement.scrollWidth") == 390
    keeping.page.unroute_all(behavior="ignoreErrors")
    expect(kept(keeping)).to_be_visible()


def test_a_page_that_is_opened_again_sees_how_far_it_is_and_then_the_set(
    keeping: DataPage, server: Server
) -> None:
    keeping.page.reload()
    expect(bar(keeping)).to_be_visible()
    expect(kept(keeping)).to_contain_text("Leaves is kept")
    expect(keeping.set_row("Leaves")).to_be_visible()
    expect(keeping.editor).to_have_count(0)
    assert "preview=" not in keeping.page.url
    assert len(own_sets(server)) == 1


def test_what_is_being_kept_can_be_discarded(keeping: DataPage, server: Server) -> None:
    keeping.page.get_by_role("button", name="Discard").click()
    expect(keeping.editor).to_have_count(0)
    keeping.screen.until(lambda: not unkept(server))
    assert not own_sets(server)
    expect(keeping.page.get_by_role("alert")).to_have_count(0)


def test_a_page_that_is_left_alone_meanwhile_lists_it(keeping: DataPage) -> None:
    keeping.page.get_by_role("button", name="Finish later").click()
    waiting = keeping.page.get_by_role("region", name="Not kept yet")
    expect(waiting).to_contain_text("Leaves, 6,000 pictures, being kept")
    expect(keeping.set_row("Leaves")).to_be_visible()
    expect(waiting).to_have_count(0)

"""A set on its way to the disk: how far it is, given up, found again by a page that was closed."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.data_page import DataPage, open_data, own_sets
from tests.support.labelled import stripes_zip
from tests.support.own_sets import unkept
from tests.support.processes import children
from tests.support.server import Server
from tests.support.visitors import Visitors
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.usefixtures("no_own_data"), pytest.mark.slow]

GoOn = Callable[[], None]


def bar(data: DataPage) -> Locator:
    """How far the keeping is."""
    return data.page.get_by_role("progressbar", name="Keeping")


def kept(data: DataPage) -> Locator:
    """What is said of a set that was just made."""
    return data.page.get_by_role("status", name="Kept", exact=True)


def reader(server: Server) -> int:
    """The process that makes the set."""
    for pid in children(server.process.pid):
        with contextlib.suppress(OSError):
            if b"own_data.preview.process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    raise AssertionError("nothing is kept")


@pytest.fixture
def data(no_own_data: None, visit: Visitors) -> DataPage:
    """On a phone."""
    return open_data(visit, **PHONE)


@pytest.fixture
def go_on(data: DataPage, server: Server) -> Iterator[GoOn]:
    """A set is being kept, and no further than it is, until this is called."""
    data.drop("Leaves.zip", stripes_zip(4000))
    expect(data.keep).to_be_enabled()
    [preview] = unkept(server)
    address = f"/datasets/preview/{preview}"
    data.keep.click()
    wait_until(lambda: server.http.get(address).json().get("progress", {}).get("of") == 8000)
    pid = reader(server)
    os.kill(pid, signal.SIGSTOP)

    def let() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    yield let
    let()


def test_keeping_tells_how_far_it_is_and_can_be_cancelled(
    data: DataPage, server: Server, go_on: GoOn
) -> None:
    expect(data.editor).to_contain_text("of 4,000 pictures")
    expect(bar(data)).to_be_visible()
    expect(data.keep).to_be_disabled()
    expect(data.page.locator(".editor-body")).to_have_attribute("inert", "")
    assert violations(data.screen) == []
    assert data.page.evaluate("document.documentElement.scrollWidth") == 390
    data.page.get_by_role("button", name="Cancel").click()
    expect(bar(data)).to_have_count(0)
    expect(data.page.get_by_role("alert")).to_have_count(0)
    data.expect_count("lying", 24)
    assert not own_sets(server)
    assert violations(data.screen) == []
    data.keep.click()
    expect(kept(data)).to_contain_text("Leaves is kept: 3,400 pictures")


def test_a_page_that_is_opened_again_sees_how_far_it_is_and_then_the_set(
    data: DataPage, server: Server, go_on: GoOn
) -> None:
    data.page.goto("/runs")
    data.page.goto("/data")
    expect(data.editor).to_contain_text("of 4,000 pictures")
    go_on()
    expect(kept(data)).to_contain_text("Leaves is kept: 3,400 pictures")
    expect(data.set_row("Leaves")).to_be_visible()
    expect(data.editor).to_have_count(0)
    assert "preview=" not in data.page.url
    assert len(own_sets(server)) == 1


def test_a_page_that_is_opened_again_can_cancel_it(
    data: DataPage, server: Server, go_on: GoOn
) -> None:
    data.page.reload()
    expect(bar(data)).to_be_visible()
    data.page.get_by_role("button", name="Cancel").click()
    expect(data.keep).to_be_enabled()
    assert not own_sets(server)


def test_what_is_being_kept_can_be_discarded(data: DataPage, server: Server, go_on: GoOn) -> None:
    data.page.get_by_role("button", name="Discard").click()
    expect(data.editor).to_have_count(0)
    data.screen.until(lambda: not unkept(server))
    assert not own_sets(server)
    expect(data.page.get_by_role("alert")).to_have_count(0)


def test_one_that_is_left_while_it_is_kept_is_listed_until_it_is(
    data: DataPage, go_on: GoOn
) -> None:
    data.page.get_by_role("button", name="Finish later").click()
    waiting = data.page.get_by_role("region", name="Not kept yet")
    expect(waiting).to_contain_text("Leaves, 4,000 pictures, being kept")
    go_on()
    expect(data.set_row("Leaves")).to_be_visible()
    expect(waiting).to_have_count(0)

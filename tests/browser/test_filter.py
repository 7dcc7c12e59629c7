"""The second depth: one filter with its numbers."""

import re
from typing import Any

import numpy as np
from playwright.sync_api import Locator, expect

from tests.browser.test_training import weights
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
FOCUSED = "() => document.activeElement.getAttribute('aria-label') ?? ''"
MOST_TABS = 60
AS_THE_FILTER_GOES = """() => new Promise((done) => {
  new MutationObserver((_, observer) => {
    if (document.querySelector('.filter')) return;
    observer.disconnect();
    done(document.activeElement.getAttribute('aria-label') ?? '');
  }).observe(document.querySelector('.depths'), { childList: true, subtree: true });
  document.querySelector('.filter [aria-keyshortcuts=Escape]').click();
})"""


def numbers(table: Locator) -> tuple[np.ndarray[Any, Any], float]:
    """A kernel's numbers as they are written, and half of their last digit."""
    caption = table.get_by_role("caption").inner_text().translate(SUPERSCRIPTS)
    power = re.search(r"×10(-?\d+)", caption)
    scale = 10.0 ** int(power[1]) if power else 1.0
    texts = [text.translate(SUPERSCRIPTS) for text in table.get_by_role("cell").all_inner_texts()]
    digits = len(texts[0].partition(".")[2])
    return np.array([float(text) for text in texts]) * scale, 0.5 * scale * 10.0**-digits


def test_a_filter_opens_on_all_its_kernels_with_their_numbers(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=3)
    screen = visit(run)
    screen.open_filter("conv2", 3)
    tables = screen.filter.get_by_role("table", name=re.compile("^weight, for "))
    expect(tables).to_have_count(8)
    truth = weights(run, "conv2")[3]
    for k, table in enumerate(tables.all()):
        written, half_digit = numbers(table)
        assert written.shape == (9,)
        assert np.abs(written - truth[k].ravel()).max() <= half_digit * 1.01
        assert half_digit <= 0.0006 * max(1, np.abs(truth).max())
    screen.filter.get_by_role("button", name="Gradient and update").click()
    for kind in ("gradient", "last update"):
        named = screen.filter.get_by_role("table", name=re.compile(f"^{kind}, for "))
        expect(named).to_have_count(8)


def test_its_numbers_follow_the_training(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.open_filter("conv1", 0)
    table = screen.filter.get_by_role("table", name="weight, for input")
    screen.filter.get_by_role("button", name="Gradient and update").click()
    expect(screen.filter.get_by_text("At step 0 there is no gradient")).to_be_visible()
    first, _ = numbers(table)
    run.post("/step", steps=30)
    screen.until(lambda: (numbers(table)[0] != first).all())
    expect(screen.filter.get_by_text("At step 0 there is no gradient")).to_have_count(0)


def test_the_address_holds_the_filter_and_escape_closes_it(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    page = screen.page
    screen.open_filter("conv2", 3)
    expect(page).to_have_url(re.compile(r"filter=conv2\.3"))
    screen.open(page.url)
    expect(screen.filter.get_by_role("heading", name="conv2, filter 3")).to_be_visible()
    page.get_by_role("button", name="Next filter").click()
    expect(screen.filter.get_by_role("heading", name="conv2, filter 4")).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.filter).to_have_count(0)
    expect(page).not_to_have_url(re.compile("filter="))
    page.go_back()
    expect(screen.filter.get_by_role("heading", name="conv2, filter 4")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(screen.filter).to_have_count(0)


def test_the_keyboard_alone_reaches_a_filter_and_comes_back(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    keys = screen.page.keyboard
    for _ in range(MOST_TABS):
        keys.press("Tab")
        if screen.page.evaluate(FOCUSED).startswith("conv2, filter"):
            break
    assert screen.page.evaluate(FOCUSED) == "conv2, filter 0, 8 kernels"
    keys.press("ArrowDown")
    assert screen.page.evaluate(FOCUSED) == "conv2, filter 1, 8 kernels"
    keys.press("Enter")
    expect(screen.filter.get_by_role("heading", name="conv2, filter 1")).to_be_visible()
    expect(screen.filter.get_by_role("button", name="Close")).to_be_focused()
    keys.press("Escape")
    expect(screen.filter).to_have_count(0)
    assert screen.page.evaluate(FOCUSED) == "conv2, filter 1, 8 kernels"


def test_the_focus_is_back_at_the_moment_the_filter_goes(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.filters("conv2").nth(1).focus()
    screen.page.keyboard.press("Enter")
    expect(screen.filter.get_by_role("button", name="Close")).to_be_focused()
    assert screen.page.evaluate(AS_THE_FILTER_GOES) == "conv2, filter 1, 8 kernels"


def test_escape_closes_the_card_first_and_then_the_filter(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run)
    screen.open_filter("conv1", 3)
    screen.page.get_by_role("button", name="relu1, map 3").click()
    card = screen.page.get_by_role("region", name="How this number is computed")
    expect(card.get_by_role("button", name="Unpin")).to_be_visible()
    screen.page.mouse.move(5, 5)
    screen.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(screen.filter).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.filter).to_have_count(0)


def test_a_filter_that_a_link_opens_leaves_space_to_the_run(visit: Visitors, run: LiveRun) -> None:
    screen = visit(f"/?run={run.id}&filter=conv2.3")
    expect(screen.filter).to_be_visible()
    screen.page.keyboard.press("Space")
    expect(screen.pause).to_be_visible()
    expect(screen.filter).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.filter).to_have_count(0)

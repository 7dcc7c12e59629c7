"""What axe finds, and what the API's own page shows."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.test_display_preferences import PHONE
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# What can be pressed has 24 pixels, or as much room around it, but for the bars of a batch, whose
# place and width are what they say (there may be 512), and for what has been scrolled half under a
# part that stays in the window.
RUN_AXE = """async () => {
  const changing = document.getAnimations().filter(a => a instanceof CSSTransition)
  await Promise.allSettled(changing.map(a => a.finished))
  const rules = { "target-size": { enabled: true } }
  const options = { resultTypes: ["violations"], elementRef: true, rules }
  const mayBeSmall = ({ any, element }) => element.closest(".batch")
    || any.some(({ data }) => data?.messageKey === "partiallyObscured")
  return (await axe.run(document, options)).violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.filter(n => id !== "target-size" || !mayBeSmall(n))
      .map(n => `${id}: ${n.html} ${n.failureSummary}`)) }"""
TOO_SMALL = """() => {  // what can be pressed in fewer than 24 × 24 pixels
  const shown = (part) => part.checkVisibility({ visibilityProperty: true })
    && part.getBoundingClientRect().width > 1 && !part.closest(".skip, [inert]");
  const all = [...document.querySelectorAll("button, a, summary, select, input")].filter(shown);
  return all.flatMap((part) => {
    part.scrollIntoView({ block: "center", inline: "center" });
    const { left, right, top, bottom } = part.getBoundingClientRect();
    const mine = (x, y) => {
      const hit = document.elementFromPoint(x, y);
      return hit && [part, ...part.labels ?? []].some((one) => one.contains(hit));
    };
    const inARow = (from, to, hits) => {
      let [most, now] = [0, 0];
      for (let at = Math.floor(from) - 12; at <= to + 12; at++)
        most = Math.max(most, now = hits(at) ? now + 1 : 0);
      return most;
    };
    const [x, y] = [Math.floor((left + right) / 2), Math.floor((top + bottom) / 2)];
    const across = inARow(left, right, (at) => mine(at, y));
    const down = inARow(top, bottom, (at) => mine(x, at));
    const name = part.getAttribute("aria-label") ?? part.textContent.trim();
    return across >= 24 && down >= 24 ? [] : [`${part.className} ${name}: ${across} × ${down}`];
  });
}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(screen: Screen) -> list[str]:
    """What is seriously or critically wrong with what is on screen, by day or by night."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm ci` brings it, and `make test` does that.")
    page, found = screen.page, []
    if page.evaluate("() => !window.axe"):
        page.evaluate(AXE.read_text())  # by the debugger: the page's own policy forbids it
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {text}" for text in page.evaluate(RUN_AXE)]
    return found


def open_weight(screen: Screen) -> None:
    """A weight of a filter, with all of its arithmetic."""
    screen.in_full().open_filter("conv1", 3)
    name = re.compile("^weight, for input, row 1, column 1: ")
    screen.filter.get_by_role("button", name=name).click()
    card = screen.page.get_by_role("region", name="How this number is computed")
    expect(card.locator("[data-test=after]")).to_be_visible()


def test_axe_finds_nothing_serious(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run)
    assert violations(screen) == []
    screen.open_filter("conv2", 0)
    for tab in ("Upload", "Draw"):
        screen.page.get_by_role("tab", name=tab).click()
    assert violations(screen) == []
    screen.page.evaluate("() => document.querySelector('main img').removeAttribute('alt')")
    assert sum(": image-alt: " in text for text in violations(screen)) == 2


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=str)
def test_everything_is_pressed_in_24_pixels_of_its_own(
    visit: Visitors, run: LiveRun, size: tuple[int, int]
) -> None:
    run.post("/step", steps=2)
    screen = visit(run, viewport={"width": size[0], "height": size[1]})
    screen.expect_step(2)
    assert screen.page.evaluate(TOO_SMALL) == []


def test_the_apis_page_lists_every_operation(visit: Visitors) -> None:
    screen = visit.blank()
    page = screen.page
    page.goto("/docs")
    schema = page.request.get("/openapi.json").json()
    operations = [(method, path) for path, methods in schema["paths"].items() for method in methods]
    assert len(operations) > 25
    shown = page.get_by_role("button", name="get /api/v1/health")
    expect(shown.first).to_be_visible()
    texts = page.locator("#swagger").inner_text().replace("\u200b", "")
    for _, path in operations:
        assert path in texts
    shown.first.click()
    expect(page.get_by_text("Responses").first).to_be_visible()


def test_axe_finds_nothing_serious_in_what_opens(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run, reduced_motion="reduce")
    page = screen.page
    page.get_by_role("button", name="conv2, map 5, values 14 by 14").click()
    card = page.get_by_role("region", name="How this number is computed")
    more = card.get_by_role("button", name="Show all of the arithmetic")
    expect(more).to_be_visible()
    assert violations(screen) == []
    more.click()
    expect(card.locator("[data-test=total]")).to_be_visible()
    assert violations(screen) == []
    page.get_by_role("button", name="Unpin").click()
    page.get_by_role("button", name="New run…").click()
    expect(page.get_by_role("dialog", name="New run")).to_be_visible()
    assert violations(screen) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Weights and code").click()
    expect(page.get_by_role("region", name="The code of this network")).to_contain_text("import")
    assert violations(screen) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Slow motion").click()
    bar = page.get_by_role("region", name="One step in slow motion")
    bar.get_by_role("button", name="Backward: conv2").click()
    assert violations(screen) == []


def test_axe_finds_nothing_serious_on_a_phone(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run, **PHONE)
    assert violations(screen) == []
    open_weight(screen)
    assert violations(screen) == []


def test_axe_finds_nothing_serious_in_a_weight(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run)
    open_weight(screen)
    assert violations(screen) == []


def test_axe_finds_nothing_serious_in_the_past(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=9)
    screen = visit(run)
    page = screen.page
    page.get_by_role("slider", name="Step shown").fill("4")
    screen.expect_step(4)
    page.get_by_role("button", name="Fork here").click()
    expect(page.get_by_role("dialog", name="This starts a fork at step 4")).to_be_visible()
    assert violations(screen) == []
    page.keyboard.press("Escape")
    screen.open_filter("conv2", 1)
    page.get_by_text("This run", exact=True).click()
    expect(page.get_by_role("group", name="This run").get_by_label("Name")).to_be_visible()
    assert violations(screen) == []

"""What axe finds, and what the API's own page shows."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen
from tests.browser.visitors import Visitors
from tests.live.server import LiveRun

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter(({ impact }) => ["serious", "critical"].includes(impact))
  .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary}`))"""


def violations(screen: Screen) -> list[str]:
    """What is seriously or critically wrong with what is on screen."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm ci` brings it, and `make test` does that.")
    screen.page.evaluate(AXE.read_text())  # by the debugger: the page's own policy forbids it
    found: list[str] = screen.page.evaluate(RUN_AXE)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    visit: Visitors, run: LiveRun, scheme: Literal["light", "dark"]
) -> None:
    run.post("/step", steps=2)
    screen = visit(run, color_scheme=scheme)
    assert violations(screen) == []
    screen.open_filter("conv2", 0)
    for tab in ("Upload", "Draw"):
        screen.page.get_by_role("tab", name=tab).click()
    assert violations(screen) == []
    screen.page.evaluate("() => document.querySelector('main img').removeAttribute('alt')")
    assert any(text.startswith("image-alt") for text in violations(screen))


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_what_opens(
    visit: Visitors, run: LiveRun, scheme: Literal["light", "dark"]
) -> None:
    run.post("/step", steps=2)
    screen = visit(run, color_scheme=scheme, reduced_motion="reduce")
    page = screen.page
    page.get_by_role("button", name="conv2, map 5, values 14 by 14").click()
    expect(page.locator(".explain.held [data-test=total]")).to_be_visible()
    assert violations(screen) == []
    page.get_by_role("button", name="Let go").click()
    page.get_by_role("button", name="Weights and code").click()
    expect(page.get_by_role("region", name="The code of this network")).to_contain_text("import")
    assert violations(screen) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Slow motion").click()
    bar = page.get_by_role("region", name="One step in slow motion")
    bar.get_by_role("button", name="Backward: conv2").click()
    assert violations(screen) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_past(
    visit: Visitors, run: LiveRun, scheme: Literal["light", "dark"]
) -> None:
    run.post("/step", steps=9)
    screen = visit(run, color_scheme=scheme)
    page = screen.page
    page.get_by_role("slider", name="Step looked at").fill("4")
    screen.expect_step(4)
    page.get_by_role("button", name="Fork here").click()
    expect(page.get_by_role("dialog", name="This starts a fork at step 4")).to_be_visible()
    assert violations(screen) == []
    page.keyboard.press("Escape")
    screen.open_filter("conv2", 1)
    page.get_by_text("This run", exact=True).click()
    expect(page.get_by_role("group", name="This run").get_by_label("Name")).to_be_visible()
    assert violations(screen) == []

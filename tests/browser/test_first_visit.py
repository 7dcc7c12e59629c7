"""What somebody sees who has only typed the address."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, expect

from benchmarks.page import MOVED_BAR, first_load
from tests.support.screen import colours, pixels
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

# boxes that scroll, or would, inside the network's pane
OVERFLOWING = """pane => [pane, ...pane.querySelectorAll("*")]
  .filter(box => /auto|scroll/.test(getComputedStyle(box).overflow))
  .filter(box => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
  .map(box => `${box.className}: ${box.scrollWidth}×${box.scrollHeight} in
    ${box.clientWidth}×${box.clientHeight}`)"""
DOCUMENT = """() => { const { scrollWidth, scrollHeight } = document.documentElement;
  return [scrollWidth - innerWidth, scrollHeight - innerHeight] }"""
UNLABELLED = """() => [...document.querySelectorAll("canvas")]
  .filter(canvas => !canvas.closest("[role=img][aria-label]:not([aria-label=''])"))
  .map(canvas => canvas.outerHTML)"""
NETWORK = "The network, from input to answer"
PARTS = ("Controls", "Recipe", NETWORK, "Curves", "Probe", "Timeline")


def test_it_opens_on_a_network_that_is_ready_to_play(visit: Visitors) -> None:
    screen = visit("/")
    page = screen.page
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(screen.play).to_be_enabled()
    expect(screen.step).to_be_enabled()
    screen.expect_step(0)
    for layer, filters in (("conv1", 8), ("conv2", 16)):
        assert screen.filters(layer).count() == filters
        assert colours(screen.kernels(layer)) > 5
    assert colours(pixels(screen.canvas("The input as the network sees it"))) > 5
    screen.page.keyboard.press("Space")
    expect(screen.pause).to_be_visible()


def test_no_more_is_moved_than_a_first_load_may(browser: Browser, server: Server) -> None:
    load = first_load(browser, server.url)
    assert load.answers > 50
    assert MOVED_BAR.holds(load.moved_kb), load


def test_everything_is_on_one_screen_at_1440_by_900(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    page = visit(run).page
    assert max(page.evaluate(DOCUMENT)) <= 0
    network = page.get_by_role("region", name="The network, from input to answer")
    assert network.evaluate(OVERFLOWING) == []
    for part in PARTS:
        expect(page.get_by_role("region", name=part)).to_be_in_viewport(ratio=0.99)
    for canvas in page.locator("canvas").all():
        expect(canvas).to_be_in_viewport(ratio=0.99)


def test_the_network_and_its_timeline_fit_a_projector(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    page = visit(run, viewport={"width": 1280, "height": 720}).page
    assert max(page.evaluate(DOCUMENT)) <= 0
    assert page.get_by_role("region", name=NETWORK).evaluate(OVERFLOWING) == []
    expect(page.get_by_role("region", name="Timeline")).to_be_in_viewport(ratio=0.99)


def test_every_canvas_has_a_label(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.open_filter("conv2", 0)
    screen.page.get_by_role("tab", name="Draw").click()
    expect(screen.canvas("Drawing pad")).to_be_visible()
    assert screen.page.locator("canvas").count() > 10
    assert screen.page.evaluate(UNLABELLED) == []


def test_nothing_is_asked_of_any_other_address(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    page = screen.page
    screen.open_filter("conv1", 0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show me around").click()
    expect(page.get_by_role("complementary", name="A two-minute tour")).to_be_visible()
    kinds = {urlsplit(url).path.rpartition(".")[2] for url in screen.watch.asked}
    assert {"js", "mjs", "css", "svg"} <= kinds
    assert any(url.endswith("/stream") for url in screen.watch.asked)
    assert {urlsplit(url).netloc for url in screen.watch.asked} == {
        visit.origin.removeprefix("http://")
    }


def test_a_reload_comes_back_to_the_same_run(visit: Visitors) -> None:
    screen = visit("/")
    screen.step.click()
    screen.expect_step(1)
    mine = screen.run_id()
    screen.open(screen.page.url)
    assert screen.run_id() == mine
    screen.expect_step(1)
    screen.open("/")
    expect(screen.page).to_have_url(re.compile(mine))
    screen.expect_step(1)


def test_another_browser_gets_a_run_of_its_own(visit: Visitors) -> None:
    assert visit("/").run_id() != visit("/").run_id()


def test_two_pages_on_one_run_show_the_same_step(visit: Visitors, run: LiveRun) -> None:
    one, other = visit(run), visit(run)
    one.play.click()
    expect(other.pause).to_be_visible()
    other.until(lambda: other.steps() >= 3)
    other.pause.click()
    reached = run.wait_for("ready")["step"]
    for screen in (one, other):
        expect(screen.play).to_be_visible()
        screen.expect_step(reached)
        screen.page.reload()  # what each saw move while it trained is its own
        screen.expect_step(reached)
    assert (one.kernels("conv1") == other.kernels("conv1")).all()

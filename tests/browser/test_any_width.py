"""The network at any width: its answers are in the window, and nothing of it is lost."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

LOW = ((720, 450), (844, 390), (1024, 768), (1366, 650))  # zoomed in, a phone on its side
SIZES = ((390, 844), (820, 1180), (1280, 800), (1440, 900), (1920, 1080), (2560, 1440))
CLASSIFIERS = ("default", "tinyvgg", "color-7x7")  # the shipped networks that end in classes
BARS = """() => [...document.querySelectorAll(".answers .class, .best-answers .class")]
  .filter((bar) => {  // seen, and not only there
    const {left, right, top, bottom} = bar.getBoundingClientRect();
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return left >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1
      && at && (bar.contains(at) || at.contains(bar));
  }).length"""
BLANK = """() => {  // of the pane beside the answers, what no column takes
  const columns = [...document.querySelectorAll(".column")].map((c) => c.getBoundingClientRect());
  const pane = document.querySelector(".scroller").getBoundingClientRect();
  const answers = document.querySelector(".answers")?.getBoundingClientRect();
  const end = answers?.left ?? pane.right;
  const left = Math.min(...columns.map((c) => c.left));
  const used = Math.min(end, Math.max(...columns.map((c) => c.right))) - left;
  return 1 - used / (end - pane.left);
}"""


@pytest.fixture
def runs(server: Server) -> dict[str, LiveRun]:
    """A run of each shipped network that ends in classes."""
    return {name: server.run(network=name) for name in CLASSIFIERS}


def at(visit: Visitors, run: LiveRun, size: tuple[int, int]) -> Screen:
    """The page of a run in a window of a size."""
    options: dict[str, Any] = {"viewport": {"width": size[0], "height": size[1]}}
    return visit(run, **options)


NETWORK_SHARE = """() => {  // of a window's height
  const top = document.querySelector(".depths").getBoundingClientRect().top;
  return (document.querySelector(".page-foot").getBoundingClientRect().top - top) / innerHeight;
}"""


def expect_network_first(screen: Screen, size: tuple[int, int]) -> None:
    """In a small window what is used less is behind a menu, and the network has most of it."""
    more = screen.page.get_by_label("More settings")
    if size[0] > 900:
        expect(more).to_have_count(0)
        return
    rows = "(rows) => rows.map((row) => row.getBoundingClientRect().bottom)"
    told = ".narrator" if size[1] > 700 else ".go"  # in a low window it stands below the network
    above = screen.page.locator(f".go, .figures, {told}").evaluate_all(rows)
    assert max(above) < 220
    if size[1] > 700:
        screen.until(lambda: screen.page.evaluate(NETWORK_SHARE) > 0.58)
    network = screen.page.locator(".depths").bounding_box()
    more.click()
    for name in ("Slow motion", "Reset", "New run…"):
        expect(screen.page.get_by_role("button", name=name, exact=True)).to_be_in_viewport()
    assert screen.page.locator(".depths").bounding_box() == network
    more.click()


def expect_answers(screen: Screen, run: LiveRun, size: tuple[int, int]) -> None:
    """All classes, or in a small window the best three, are seen; nothing scrolls sideways."""
    classes = len(run.get()["classes"])
    small = size[0] < 600 or (size[0] <= 900 and size[1] <= 700)
    bars = min(3, classes) if small else classes
    screen.until(lambda: screen.page.evaluate(BARS) == bars)
    if size == SIZES[0]:
        box = screen.page.locator(".best-answers").bounding_box()
        assert box
        assert box["height"] <= size[1] / 5
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect_network_first(screen, size)


@pytest.mark.parametrize("size", [*SIZES[:2], SIZES[3], LOW[3]], ids=lambda size: str(size[0]))
def test_the_default_networks_answers_are_in_the_window(
    visit: Visitors, run: LiveRun, size: tuple[int, int]
) -> None:
    expect_answers(at(visit, run, size), run, size)


@pytest.mark.parametrize("size", [*SIZES, *LOW], ids=lambda size: "x".join(map(str, size)))
def test_every_networks_answers_are_in_the_window(
    visit: Visitors, runs: dict[str, LiveRun], size: tuple[int, int]
) -> None:
    for name in CLASSIFIERS:
        expect_answers(at(visit, runs[name], size), runs[name], size)


@pytest.mark.parametrize("name", ["default", "tinyvgg"])
def test_no_half_of_the_pane_stays_blank(visit: Visitors, server: Server, name: str) -> None:
    screen = at(visit, server.run(network=name), SIZES[2])
    for width, height in SIZES[2:]:
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.until(lambda: screen.page.evaluate(BLANK) < 0.3)


def test_letters_grow_with_a_large_window(visit: Visitors, run: LiveRun) -> None:
    screen = at(visit, run, SIZES[3])

    def letters() -> float:
        """How high a column's name is."""
        box = screen.page.locator(".column .name").first.bounding_box()
        assert box
        return box["height"]

    small = letters()
    width, height = SIZES[5]
    screen.page.set_viewport_size({"width": width, "height": height})
    screen.until(lambda: letters() > 1.25 * small)


def test_what_does_not_fit_says_so_and_all_of_it_can_be_seen_at_once(
    visit: Visitors, server: Server
) -> None:
    screen = at(visit, server.run(network="tinyvgg"), SIZES[0])
    page = screen.page
    expect(page.locator(".fade.right")).to_be_visible()
    scroller = page.locator(".scroller")
    scroller.evaluate("box => { box.scrollLeft = 200 }")
    expect(page.locator(".fade.left")).to_be_visible()
    page.get_by_role("button", name="Fit all in").click()
    expect(page.locator(".fade")).to_have_count(0)
    assert scroller.evaluate("box => box.scrollWidth <= box.clientWidth")
    page.get_by_role("button", name="Larger").click()
    expect(page.locator(".fade.right")).to_be_visible()


def test_limits_of_a_settled_run_do_not_move_over_200_steps(
    visit: Visitors, server: Server
) -> None:
    run = server.run()
    run.post("/step", steps=1000)
    run.post("/step", steps=500)
    assert run.send("PATCH", json={"learning_rate": 0.005, "steps_per_second": 50}).is_success
    screen = visit(run)
    run.post("/step", steps=100)
    screen.expect_step(1600)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1650)
    scales = screen.page.locator(".column-scale")

    def limits() -> list[str]:
        """What the bars say, without what they said before."""
        return [re.sub(r"was \S+\s*|\S+→", "", text).strip() for text in scales.all_inner_texts()]

    before = limits()
    while screen.steps() < 1850:
        screen.page.wait_for_timeout(100)
        assert limits() == before
    screen.pause.click()

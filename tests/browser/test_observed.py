"""A training loop of somebody's own, on the page."""

import re
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

import convscope
from tests.support.own_loop import OwnLoop, watched
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself


class Trained:
    """A loop that trains in a thread until it is told to stop."""

    def __init__(self, watch: convscope.Watch, loop: OwnLoop) -> None:
        self.watch = watch
        self.loop = loop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._train)
        self._thread.start()

    def _train(self) -> None:
        while not self._over.is_set():
            self.loop.step(self.watch)
            time.sleep(0.01)

    def stop(self) -> None:
        """After the step in hand."""
        self._over.set()
        self.watch._watcher.gate.set(closed=False)
        self._thread.join()


@pytest.fixture
def trained(server: Server) -> Iterator[tuple[Trained, LiveRun]]:
    """A loop that may be paused from the page."""
    loop = OwnLoop()
    named = {"classes": ["cat", "dog", "bird"], "labels": [0, 1, 2], "name": "my own loop"}
    with watched(server, loop, control=True, **named) as (watch, run):
        going = Trained(watch, loop)
        wait_until(lambda: watch.steps > 3)
        try:
            yield going, LiveRun(server, run.id)
        finally:
            going.stop()


def step_of(screen: Screen) -> int:
    """The step on the page."""
    shown = screen.page.locator("[data-test=step]").inner_text()
    return int(re.sub(r"\D", "", shown) or 0)


def test_its_layers_its_steps_and_its_answers_are_on_the_page(
    visit: Visitors, trained: tuple[Trained, LiveRun]
) -> None:
    _, run = trained
    screen = visit(run)
    page = screen.page
    expect(page.get_by_role("textbox", name="Name of this run").first).to_have_value("my own loop")
    expect(page.get_by_text("Your loop trains")).to_be_visible()
    for layer in ("first", "norm", "again", "last"):
        expect(page.locator(f'[data-column="{layer}"]')).to_be_visible()
    began = step_of(screen)
    screen.until(lambda: step_of(screen) > began)
    expect(page.get_by_role("complementary", name="The network's answers")).to_contain_text("bird")
    expect(page.get_by_role("button", name="Slow motion")).to_have_count(0)
    expect(page.get_by_role("button", name="Reset")).to_have_count(0)
    page.get_by_role("button", name="image 2 of the probe").click()
    expect(page.get_by_role("button", name="image 2 of the probe")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_it_can_be_paused_stepped_and_looked_into(
    visit: Visitors, trained: tuple[Trained, LiveRun]
) -> None:
    going, run = trained
    screen = visit(run)
    page = screen.page
    screen.until(lambda: step_of(screen) > 0)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Your loop waits")).to_be_visible()
    screen.until(lambda: step_of(screen) == going.watch.steps)
    stood = going.watch.steps
    page.get_by_role("button", name="Step once").click()
    screen.until(lambda: step_of(screen) == stood + 1)
    page.get_by_role("button", name="first, map 1").first.click(position={"x": 8, "y": 8})
    expect(page.get_by_text("patch × kernel")).to_be_visible()
    page.keyboard.press("Escape")  # or the page goes on asking when the loop is gone
    expect(page.get_by_text("patch × kernel")).to_have_count(0)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("Your loop trains")).to_be_visible()


def test_when_it_is_over_what_was_recorded_is_there(
    visit: Visitors, trained: tuple[Trained, LiveRun]
) -> None:
    going, run = trained
    wait_until(lambda: len(run.get("/recorded-steps")["steps"]) >= 2)
    going.stop()
    going.watch.close()
    screen = visit(run)
    page = screen.page
    expect(page.get_by_text("Your loop has ended")).to_be_visible()
    slider = page.get_by_role("slider", name="Step shown")
    expect(page.get_by_text(re.compile("steps are recorded"))).to_be_visible()
    expect(slider).to_be_enabled()
    slider.fill("0")
    first = run.get("/recorded-steps")["steps"][0]
    screen.until(lambda: step_of(screen) == first)
    expect(page.locator("[data-test=past]")).to_contain_text(str(first))


def test_on_a_phone_the_layers_and_the_kinds_of_kernels_can_be_chosen(
    visit: Visitors, trained: tuple[Trained, LiveRun]
) -> None:
    _, run = trained
    screen = visit(run, viewport={"width": 390, "height": 844})
    screen.page.get_by_text("More", exact=True).click()
    expect(screen.page.get_by_text("Layers")).to_be_visible()
    expect(screen.page.get_by_role("radiogroup", name="Kernels show")).to_be_visible()

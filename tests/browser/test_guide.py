"""The tour: what it does to a live run is real, and what it says of it is true."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_training import weights
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

UNTRAINABLE = {
    "network": {
        "input": [1, 25, 25],
        "layers": [{"type": "Conv2d", "out_channels": 12, "kernel_size": 3}],
    },
    "data": {"dataset": None},
}
FLAT = {
    "network": {
        "input": [1, 28, 28],
        "layers": [{"type": "Flatten"}, {"type": "Linear", "out_features": 10}],
    }
}
NARROW = {"width": 390, "height": 844}
TRAINED = 60
PACE = 10  # steps a second, of a new run
Weights = np.ndarray[Any, Any]


class Tour:
    """The rail, by what it says and what can be pressed."""

    def __init__(self, screen: Screen) -> None:
        """Of a page that shows a run; opens it."""
        self.screen = screen
        self.opener = screen.page.get_by_role("button", name="Show me around")
        menu = screen.page.get_by_text("Menu", exact=True)  # of a narrow window
        if menu.count():
            menu.click()
        self.opener.click()
        self.rail = screen.page.get_by_role("complementary", name="A two-minute tour")
        self.told = self.rail.get_by_role("status")
        expect(self.rail).to_be_visible()

    def chapter(self, title: str) -> "Tour":
        """Goes to a chapter by its title in the list."""
        self.rail.get_by_role("navigation").get_by_role("button", name=title).click()
        expect(self.rail.get_by_role("heading", name=title)).to_be_visible()
        return self

    def press(self, name: str) -> None:
        """A button of the chapter."""
        self.button(name).click()

    def button(self, name: str) -> Locator:
        """A button of the rail."""
        return self.rail.get_by_role("button", name=name, exact=True)

    def noun(self, name: str) -> Locator:
        """A coloured word."""
        return self.rail.locator(".noun").filter(has_text=re.compile(f"^{name}$"))

    def rings(self) -> list[dict[str, float]]:
        """The boxes of what is outlined."""
        boxes: list[dict[str, float]] = self.screen.page.locator(".noun-ring").evaluate_all(
            "rings => rings.map((ring) => ring.getBoundingClientRect().toJSON())"
        )
        return boxes


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has learned a little."""
    run.post("/step", steps=TRAINED)
    return run


def shares(text: str) -> list[float]:
    """The percentages in a sentence."""
    return [float(share) for share in re.findall(r"(\d+\.\d)%", text)]


def test_it_is_offered_once_and_never_opens_by_itself(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    page = screen.page
    offer = page.get_by_role("button", name="A two-minute tour")
    expect(offer).to_be_visible()
    expect(page.get_by_role("complementary", name="A two-minute tour")).to_have_count(0)
    page.get_by_role("button", name="No tour, thanks").click()
    expect(offer).to_have_count(0)
    screen.open(page.url)
    expect(page.get_by_role("button", name="Show me around")).to_be_visible()
    expect(offer).to_have_count(0)


def test_the_offer_opens_it_and_the_keyboard_comes_back(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    page.get_by_role("button", name="A two-minute tour").press("Enter")
    rail = page.get_by_role("complementary", name="A two-minute tour")
    expect(rail.get_by_role("heading", name="A two-minute tour")).to_be_focused()
    page.keyboard.press("Escape")
    expect(rail).to_have_count(0)
    expect(page.get_by_role("button", name="Show me around")).to_be_focused()


def test_all_chapters_on_a_live_run(visit: Visitors, run: LiveRun) -> None:
    tour = Tour(visit(run))
    first = weights(run, "conv1")
    see_and_guess(tour, run)
    learn(tour, run)
    learned = weights(run, "conv1")
    subject = find_the_edge(tour, first, learned)
    slide(tour, subject)
    high = silence(tour, run, subject)
    tour.press("Next")
    tour.press("Take it back")
    expect(tour.told).to_contain_text("takes part again: held-out accuracy is")
    assert shares(tour.told.inner_text()) == [high]
    assert run.get()["silenced"] == []
    assert run.get()["undoable_count"] == 0
    assert weights(run, "conv1").tobytes() == learned.tobytes()
    go_back(tour, run)
    tour.press("Next")
    tour.press("Draw a picture")
    expect(tour.screen.canvas("Drawing pad")).to_be_visible()
    tour.press("Done")
    expect(tour.rail).to_have_count(0)


def see_and_guess(tour: Tour, run: LiveRun) -> None:
    """The first two chapters, at step 0."""
    tour.press("Point them out")
    expect(tour.told).to_contain_text("In this order")
    tour.press("Next")
    expect(tour.told).to_contain_text(re.compile(r"It says “.*”, \d+% sure"))
    shown = tour.screen.page.get_by_role("region", name="Probe").get_by_role("img").first
    tour.press("Show another picture")
    expect(shown).not_to_have_attribute("src", re.compile(f"{run.get()['probe']}/"))
    tour.press("Next")


def learn(tour: Tour, run: LiveRun) -> None:
    """Trains, until it says what was reached."""
    tour.press("Play until 75%")
    expect(tour.rail.locator(".guide-live")).to_contain_text("accuracy")
    expect(tour.told).to_contain_text("Accuracy went from guessing to")
    run.wait_for("ready")
    tour.screen.until(lambda: run.get()["held_out_step"] == run.get()["step"])
    now = run.get()
    assert now["accuracy"] >= 0.75
    expect(tour.told).to_contain_text(f"in {now['step']} steps")
    expect(tour.told).to_contain_text(f"{100 * now['held_out_accuracy']:.1f}%")
    tour.screen.until(lambda: run.get()["steps_per_second"] == PACE)
    tour.press("Next")


def find_the_edge(tour: Tour, first: Weights, learned: Weights) -> int:
    """What it says that a filter is like, and was; which filter."""
    expect(tour.told).to_contain_text(re.compile(r"is \d\.\d\d.*at step 0"))
    said = subject_of(tour)
    figures = [float(one) for one in re.findall(r"\d\.\d\d", tour.told.inner_text())]
    assert figures[0] == pytest.approx(likeness(learned[said, 0]), abs=0.006)
    assert figures[1] == pytest.approx(likeness(first[said, 0]), abs=0.006)
    tour.press("Open it")
    heading = tour.screen.filter.get_by_role("heading", name=f"conv1, filter {said}")
    expect(heading).to_be_visible()
    tour.press("Next")
    return said


def slide(tour: Tour, subject: int) -> None:
    """The window over the picture."""
    assert subject_of(tour) == subject
    tour.press("Slide the window")
    expect(tour.rail.locator(".guide-live")).to_contain_text("the same 9 weights")
    expect(tour.screen.filter.get_by_role("button", name="Stop")).to_be_visible()
    tour.press("Stop")
    tour.press("Next")


def silence(tour: Tour, run: LiveRun, subject: int) -> float:
    """What a filter is worth; the accuracy with it."""
    with_it = run.get()["held_out_accuracy"]
    tour.press("Silence it")
    expect(tour.told).to_contain_text("Held-out accuracy fell")
    high, low = shares(tour.told.inner_text())
    assert low < high
    assert high == pytest.approx(100 * with_it, abs=0.06)
    assert low == pytest.approx(100 * run.get()["held_out_accuracy"], abs=0.06)
    assert run.get()["silenced"] == [{"layer": "conv1", "filter": subject}]
    return high


def go_back(tour: Tour, run: LiveRun) -> None:
    """To step 0 and forth."""
    reached = run.get()["step"]
    tour.press("Next")
    tour.press("Go back to step 0")
    expect(tour.told).to_contain_text(f"step 0 of {reached}")
    tour.screen.expect_step(0)
    tour.press("Back to now")
    tour.screen.expect_step(reached)


def subject_of(tour: Tour) -> int:
    """The filter that the tour speaks of."""
    found = re.search(r"conv1, filter (\d)", tour.rail.locator(".guide-text").inner_text())
    assert found
    return int(found[1])


def likeness(kernel: Weights) -> float:
    """The largest correlation with one of Sobel's kernels."""
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return max(
        abs(float(np.corrcoef(kernel.ravel(), edge.ravel())[0, 1])) for edge in (sobel, sobel.T)
    )


def test_a_noun_outlines_its_parts_and_a_part_lights_its_noun(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    tour, page = Tour(screen), screen.page
    tour.noun("answers").hover()
    screen.until(lambda: len(tour.rings()) == 1)
    place = page.get_by_role("complementary", name="The network's answers").bounding_box()
    assert place
    assert abs(tour.rings()[0]["x"] - place["x"]) < 4
    tour.noun("Kernels").focus()
    screen.until(lambda: len(tour.rings()) == 8 + 16)
    page.mouse.move(5, 5)
    tour.rail.get_by_role("heading", name="A two-minute tour").focus()
    screen.until(lambda: not tour.rings())
    page.get_by_role("button", name="conv2, map 3, values").hover()
    expect(tour.noun("feature maps")).to_have_class(re.compile(r"\blit\b"))
    expect(tour.noun("Kernels")).not_to_have_class(re.compile(r"\blit\b"))
    screen.filters("conv1").nth(0).focus()
    expect(tour.noun("Kernels")).to_have_class(re.compile(r"\blit\b"))
    tour.noun("picture").click()  # holds it
    page.mouse.move(5, 5)
    screen.until(lambda: len(tour.rings()) >= 1)
    tour.chapter("Watch it learn")
    screen.until(lambda: not tour.rings())
    screen.stat("Loss").hover()
    expect(tour.noun("loss")).to_have_class(re.compile(r"\blit\b"))


def test_the_keys_keep_their_meaning(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    Tour(screen)
    screen.page.keyboard.press("ArrowRight")
    screen.expect_step(1)
    screen.page.keyboard.press("Space")
    expect(screen.pause).to_be_visible()


def test_a_run_that_has_learned_already_goes_on_for_a_hundred_steps(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=200)
    tour = Tour(visit(run)).chapter("Watch it learn")
    tour.press("Train 100 more steps")
    expect(tour.told).to_contain_text("Accuracy went from")
    assert run.wait_for("ready")["step"] >= 300
    tour.chapter("It starts by guessing").press("Look at step 0")
    tour.screen.expect_step(0)
    expect(tour.told).to_contain_text("Step 0. It says")


def test_somebody_else_pauses_or_resets_meanwhile(visit: Visitors, run: LiveRun) -> None:
    tour = Tour(visit(run)).chapter("Watch it learn")
    tour.press("Play until 75%")
    tour.screen.until(lambda: tour.screen.steps() > 3)
    run.post("/pause")
    expect(tour.told).to_contain_text("paused there")
    tour.press("Go on")
    expect(tour.button("Pause")).to_be_visible()
    run.post("/reset")
    expect(tour.button("Play until 75%")).to_be_visible()
    expect(tour.told).to_be_empty()
    tour.screen.expect_step(0)


def test_closing_it_pauses_what_it_plays(visit: Visitors, run: LiveRun) -> None:
    tour = Tour(visit(run)).chapter("Watch it learn")
    tour.press("Play until 75%")
    tour.screen.until(lambda: tour.screen.steps() > 3)
    tour.press("Close the tour")
    run.wait_for("ready")
    tour.screen.until(lambda: run.get()["steps_per_second"] == PACE)


def test_what_it_silenced_can_be_taken_back_when_it_is_closed(
    visit: Visitors, trained: LiveRun
) -> None:
    tour = Tour(visit(trained)).chapter("What is it worth?")
    tour.press("Silence it")
    expect(tour.button("Take it back")).to_be_visible()
    trained.post("/step", steps=2)
    tour.press("Close the tour")
    left = tour.screen.page.get_by_role("complementary", name="Left from the tour")
    expect(left).to_contain_text("still silenced")
    left.get_by_role("button", name="Take it back").click()
    expect(left).to_have_count(0)
    assert trained.get()["silenced"] == []


def test_in_the_past_it_leads_back_to_the_present(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(f"/?run={trained.id}&step=4")
    tour = Tour(screen)
    for title in ("Watch it learn", "What is it worth?", "Nothing is lost"):
        tour.chapter(title)
        expect(tour.told).to_contain_text("You are looking at step 4")
        tour.press("Back to now")
        screen.expect_step(TRAINED)
        screen.page.get_by_role("slider", name="Step shown").fill("4")
        screen.expect_step(4)
    assert trained.get()["interventions"] == []


@pytest.mark.parametrize("recipe", [UNTRAINABLE, FLAT], ids=["untrainable", "flat"])
def test_another_network_is_told_of_as_far_as_it_goes(
    visit: Visitors, server: Any, recipe: dict[str, Any]
) -> None:
    made = server.run(**recipe)
    tour = Tour(visit(made))
    titles = tour.rail.get_by_role("navigation").get_by_role("button").all_inner_texts()
    assert len(titles) == 9
    for title in titles:
        tour.chapter(title)
    tour.chapter("Watch it learn" if recipe is UNTRAINABLE else "One kernel, every position")
    tour.press("Start the usual network")
    tour.screen.until(lambda: tour.screen.run_id() != made.id)
    expect(tour.button("Start the usual network")).to_have_count(0)


def test_it_says_that_the_server_is_lost_and_goes_on(visit: Visitors, run: LiveRun) -> None:
    screen = visit.blank()
    sockets: list[Any] = []
    screen.page.route_web_socket(
        "**/stream", lambda socket: sockets.append((socket, socket.connect_to_server()))
    )
    screen.open(f"/?run={run.id}")
    tour = Tour(screen)
    screen.page.route_web_socket("**/stream", lambda socket: socket.close())
    sockets[0][0].close()
    expect(tour.told).to_contain_text("connection to the server is lost")
    screen.page.route_web_socket("**/stream", lambda socket: socket.connect_to_server())
    expect(tour.button("Point them out")).to_be_visible()


def test_in_a_narrow_window_it_is_a_low_sheet(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained, viewport=NARROW, has_touch=True)
    tour = Tour(screen)
    sheet = tour.rail.bounding_box()
    assert sheet
    assert sheet["height"] <= 0.4 * NARROW["height"]
    for title in ("What you see", "A filter finds its job", "Every step is kept"):
        tour.chapter(title)
        for act in tour.rail.locator(".guide-acts button").all():
            expect(act).to_be_in_viewport(ratio=0.9)
    timeline = screen.page.get_by_role("region", name="Timeline").bounding_box()
    assert timeline
    assert timeline["y"] + timeline["height"] <= sheet["y"] + 1
    assert screen.page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]


def test_axe_finds_nothing_serious_in_it(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained, reduced_motion="reduce")
    tour = Tour(screen)
    for title in ("What you see", "Watch it learn", "A filter finds its job", "Your turn"):
        tour.chapter(title)
        assert violations(screen) == []
    tour.chapter("Every step is kept").press("Go back to step 0")
    screen.expect_step(0)
    assert violations(screen) == []

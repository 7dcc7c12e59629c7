"""Two runs side by side: the same step of both, their filters, their difference, their curves."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.api_calls import npy
from tests.support.screen import Screen, coloured, pixels
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

LIGHT_ZERO = (0xFB, 0xFA, 0xF7)
Pair = tuple[LiveRun, LiveRun]


@pytest.fixture
def pair(run: LiveRun) -> Pair:
    """A run of 30 steps, and its fork from step 10 with a smaller rate, which has come to 20."""
    run.send("PATCH", json={"name": "Base"})
    run.post("/step", steps=30)
    recipe = {"optimizer": {"learning_rate": 0.01}}
    fork = LiveRun(run.server, run.post("/fork", step=10, recipe=recipe, name="Slow")["id"])
    fork.post("/step", until=20)
    return run, fork


def compared(visit: Visitors, pair: Pair, query: str = "", **options: Any) -> Screen:
    """The page of both, once both filters are there."""
    screen = visit.blank(**options)
    screen.page.goto(f"/compare?a={pair[0].id}&b={pair[1].id}{query}")
    for letter in "AB":
        expect(panel(screen.page, f"{letter}, ")).to_be_visible()
    return screen


def panel(page: Page, name: str) -> Locator:
    """The canvas of A, of B or of their difference."""
    filters = page.get_by_role("region", name="Filters")
    return filters.get_by_role("img", name=re.compile(f"^{name}"))


def reading(screen: Screen, canvas: Locator, x: float, y: float) -> str:
    """What is read where the pointer is."""
    canvas.hover(position={"x": x, "y": y})
    line = screen.page.locator(".reading")
    expect(line).to_contain_text("filter")
    return line.inner_text()


def numbers(text: str) -> list[float]:
    """What is written as a number, of A, of B and of their difference."""
    found = re.findall(r"[−+]?\d+\.?\d*(?:e−?\d+)?", text.replace("\n", " "))
    return [float(one.replace("−", "-")) for one in found]


def test_both_are_shown_at_the_step_with_exact_weights_and_their_difference(
    visit: Visitors, pair: Pair
) -> None:
    screen = compared(visit, pair, "&step=15&layer=conv1")
    for letter in "AB":
        expect(panel(screen.page, f"{letter}, conv1, step 15")).to_be_visible()
    one, other = (npy(run, "/layers/conv1/tensors/weight", step=15) for run in pair)
    read = numbers(reading(screen, panel(screen.page, "A, "), 6, 6))
    place, values = read[:4], read[4:]
    assert place == [0, 0, 0, 0]
    truth = [one[0, 0, 0, 0], other[0, 0, 0, 0], one[0, 0, 0, 0] - other[0, 0, 0, 0]]
    assert values == pytest.approx(truth, rel=0.05, abs=1e-4)
    assert truth[2] != 0


def test_up_to_where_they_parted_the_difference_is_nought_and_said(
    visit: Visitors, pair: Pair
) -> None:
    screen = compared(visit, pair, "&step=10")
    page = screen.page
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("They are identical up to step 10.")
    minus = panel(page, "A minus B")
    screen.until(lambda: coloured(pixels(minus)) == 0)
    assert coloured(pixels(panel(page, "A, "))) > 0.3
    page.get_by_role("slider", name="Step").press("ArrowRight")
    expect(panel(page, "B, conv1, step 11")).to_be_visible()
    page.get_by_role("checkbox", name="own scale").check()
    screen.until(lambda: coloured(pixels(minus)) > 0.3)


def test_a_fork_that_was_changed_where_it_began_is_not_called_identical_there(
    visit: Visitors, pair: Pair
) -> None:
    index = [0, 0, 0, 0]
    change = {"type": "set", "layer": "conv1", "tensor": "weight", "index": index, "value": 2}
    fork = pair[0].post("/fork", step=10, interventions=[change])
    page = compared(visit, (pair[0], LiveRun(pair[0].server, fork["id"]))).page
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("identical up to step 9: at step 10 B was changed by hand.")
    differ = page.get_by_role("region", name="Differences")
    expect(differ.get_by_role("listitem")).to_have_text(
        re.compile(r"conv1, weight .* became 2 \(in B only, at step 10\)$")
    )


def test_the_same_colour_means_the_same_number_in_both(visit: Visitors, pair: Pair) -> None:
    pair[0].post(
        "/interventions", type="set", layer="conv1", tensor="weight", index=[0, 0, 0, 0], value=90.0
    )
    screen = compared(visit, pair, "&layer=conv1")
    page = screen.page
    bars = page.get_by_role("img", name=re.compile("^Colours from"))
    expect(bars.first).to_have_attribute("aria-label", re.compile("plus 90.0"))
    expect(bars.last).to_have_attribute("aria-label", re.compile("plus 90.0"))
    screen.until(lambda: coloured(pixels(panel(page, "B, "))) < 0.5)  # pale on the scale of A
    shown = pixels(panel(page, "B, "))[..., :3].astype(int)
    assert np.abs(shown - LIGHT_ZERO).max(axis=2).mean() < 60


def test_a_run_that_ended_earlier_stays_at_its_end_and_says_so(visit: Visitors, pair: Pair) -> None:
    page = compared(visit, pair, "&step=27").page
    expect(panel(page, "A, conv1, step 27")).to_be_visible()
    expect(panel(page, "B, conv1, step 20")).to_be_visible()
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("B ends at step 20, which is shown.")
    rows = page.get_by_role("region", name="Curves").get_by_role("row")
    figures = rows.filter(has=page.get_by_role("rowheader", name="Step"))
    expect(figures.get_by_role("cell")).to_have_text(["27", "20"])
    held_out = rows.filter(has=page.get_by_role("rowheader", name="Held out"))
    measured = [re.compile(r"% at step 20$"), re.compile(r"\d%$")]
    expect(held_out.get_by_role("cell")).to_have_text(measured)


def test_the_slider_and_the_address_go_together_by_keyboard(visit: Visitors, pair: Pair) -> None:
    page = compared(visit, pair).page
    slider = page.get_by_role("slider", name="Step")
    expect(slider).to_have_attribute("aria-valuetext", "now, step 30")
    slider.press("Home")
    expect(panel(page, "A, conv1, step 0")).to_be_visible()
    expect(page).to_have_url(re.compile("step=0"))
    page.get_by_role("spinbutton", name="Go to step").fill("12")
    page.keyboard.press("Tab")
    expect(panel(page, "B, conv1, step 12")).to_be_visible()
    page.reload()
    expect(panel(page, "B, conv1, step 12")).to_be_visible()
    page.get_by_role("button", name="Now").click()
    expect(panel(page, "A, conv1, step 30")).to_be_visible()
    expect(page).not_to_have_url(re.compile("step="))


def test_while_dragging_only_the_newest_counts(visit: Visitors, pair: Pair) -> None:
    screen = compared(visit, pair)
    page = screen.page
    asked: list[str] = []

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    page.route(re.compile("/weight"), note)
    drag = """slider => { for (let step = 29; step >= 3; step--) { slider.value = step;
      slider.dispatchEvent(new Event("input", { bubbles: true })) } }"""
    page.get_by_role("slider", name="Step").evaluate(drag)
    for letter in "AB":
        expect(panel(page, f"{letter}, conv1, step 3")).to_be_visible()
    assert 2 <= len(asked) < 12, asked


def test_what_plays_stays_live_at_now(visit: Visitors, pair: Pair) -> None:
    screen = compared(visit, pair)
    page = screen.page
    before = pixels(panel(page, "A, "))
    pair[0].send("PATCH", json={"steps_per_second": 40})
    pair[0].post("/play")
    expect(panel(page, "A, conv1, step [0-9]+, playing")).to_be_visible()
    screen.until(lambda: (pixels(panel(page, "A, ")) != before).any())
    steps = page.get_by_role("region", name="Timeline").get_by_role("slider")
    screen.until(lambda: int(steps.get_attribute("max") or 0) > 60)
    pair[0].post("/pause")


def test_what_differs_is_said_in_words_and_both_can_be_exchanged(
    visit: Visitors, pair: Pair
) -> None:
    page = compared(visit, pair).page
    differ = page.get_by_role("region", name="Differences")
    expect(differ.get_by_role("listitem")).to_have_text(["learning rate 0.05 → 0.01"])
    page.get_by_role("button", name="Swap A and B").click()
    expect(differ.get_by_role("listitem")).to_have_text(["learning rate 0.01 → 0.05"])
    expect(page.get_by_role("combobox", name="Run A")).to_have_value(pair[1].id)


def test_layers_of_other_shapes_are_named_and_not_subtracted(
    visit: Visitors, server: Server, run: LiveRun
) -> None:
    layers = [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 5},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ]
    network = {"input": [1, 28, 28], "layers": layers}
    other = server.run(network=network, dataset="fashion-mnist-10k")
    page = compared(visit, (run, other), "&layer=conv1").page
    filters = page.get_by_role("region", name="Filters")
    expect(filters).to_contain_text("conv1 is 8×1×3×3 in A and 4×1×5×5 in B")
    expect(panel(page, "A minus B")).to_have_count(0)
    filters.get_by_role("combobox", name="Layer").select_option("conv2")
    expect(filters).to_contain_text("B has no layer conv2")
    expect(panel(page, "A, conv2")).to_be_visible()


def test_both_say_what_the_server_says_of_a_picture(visit: Visitors, pair: Pair) -> None:
    page = compared(visit, pair, "&step=15&image=test-7").page
    classes = page.get_by_role("region", name="Predictions for a picture")
    truth = [run.get("/predictions", image="test-7", step=15)["classes"] for run in pair]
    for index, (one, other) in enumerate(zip(*truth, strict=True)):
        cells = classes.get_by_role("row").nth(index + 1).get_by_role("cell")
        expect(cells).to_have_text(
            [f"{round(entry['probability'] * 100)}%" for entry in (one, other)]
        )
    label = pair[0].get("/images/test-7")["class"]
    expect(classes).to_contain_text(f"It is a {label}.")


def test_runs_are_chosen_by_the_menus(visit: Visitors, pair: Pair) -> None:
    page = visit.blank().page
    page.goto("/compare")
    expect(page.get_by_text("Choose two runs")).to_be_visible()
    page.get_by_role("combobox", name="Run A").select_option(label="Base")
    page.get_by_role("combobox", name="Run B").select_option(label="Slow")
    expect(panel(page, "B, conv1, step 20")).to_be_visible()
    expect(page).to_have_url(re.compile(f"a={pair[0].id}&b={pair[1].id}"))


def test_a_run_that_is_gone_is_said_to_be(visit: Visitors, run: LiveRun) -> None:
    screen = visit.blank()
    screen.watch.allow("status of 404", "there is no such run")
    screen.page.goto(f"/compare?a=nosuchrun0&b={run.id}")
    expect(screen.page.get_by_role("alert")).to_contain_text("There is no run 'nosuchrun0'")


def test_axe_finds_nothing_serious_in_a_comparison(visit: Visitors, pair: Pair) -> None:
    screen = compared(visit, pair, "&step=27")
    expect(screen.page.get_by_text("It is a")).to_be_visible()
    assert violations(screen) == []


def test_a_phone_shows_a_comparison_without_scrolling_sideways(visit: Visitors, pair: Pair) -> None:
    page = compared(visit, pair, "&layer=conv2", **PHONE).page
    expect(panel(page, "A minus B")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390

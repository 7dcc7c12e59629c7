"""One weight: what contributed to its gradient, and the update that followed."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_training import weights
from tests.support.card import expect_title, figure, read, region
from tests.support.screen import Pixels, Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

SMALL_WINDOW = {"viewport": {"width": 1280, "height": 720}}
# what must stay where it is, whatever opens over it
PLACES = """() => [...document.querySelectorAll(
    ".column, .column canvas, .strip, .controls, aside > *")]
  .map(e => e.getBoundingClientRect().toJSON())"""
TABLES = """() => [...document
  .querySelectorAll(".filter > *, .filter .facts table, .filter button")]
  .map(e => e.getBoundingClientRect().toJSON())"""


@pytest.fixture
def small(visit: Visitors, run: LiveRun) -> Screen:
    """The same in a small window, where the cells of conv2's kernels are tiny."""
    run.post("/step", steps=5)
    shown = visit(run, **SMALL_WINDOW)
    shown.expect_step(5)
    return shown.in_full()


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run that has learned a little."""
    run.post("/step", steps=5)
    shown = visit(run)
    shown.expect_step(5)
    return shown.in_full()


def in_words(out: int, kernel: int, row: int, column: int) -> str:
    """How a weight of conv2 is called."""
    return f"conv2, weight of filter {out}, kernel {kernel}, row {row}, column {column}"


def hover_weight(screen: Screen, row: int, column: int) -> None:
    """Points at a weight of the only kernel of the filter that is open."""
    label = re.compile(rf"^weight, for input, row {row}, column {column}: ")
    screen.filter.get_by_role("button", name=label).hover()


def test_a_weights_contributions_and_its_update_are_the_optimisers_own(
    screen: Screen, run: LiveRun
) -> None:
    after = weights(run, "conv1")
    screen.open_filter("conv1", 3)
    hover_weight(screen, 0, 2)
    foot = region(screen)
    expect(foot.get_by_role("heading", level=2)).to_have_text(
        "conv1, weight of filter 3, row 0, column 2"
    )
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=0, kx=2)
    expect(foot.locator("[data-test=before]")).to_be_visible()
    assert figure(foot, "before").says(truth["update"]["before"])
    assert figure(foot, "after").says(truth["update"]["after"])
    assert figure(foot, "after").says(after[3, 0, 0, 2])
    assert figure(foot, "total").says(truth["gradient"]["total"])
    gradient = run.get("/layers/conv1/tensors/weight", of="gradient")["values"][3][0][0][2]
    assert figure(foot, "value").says(gradient)
    moved = figure(foot, "after").number - figure(foot, "before").number
    assert moved == pytest.approx(truth["update"]["change"], abs=2e-6)


def test_a_weight_that_is_pressed_shows_its_gradient_when_it_is_asked_for(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=5)
    screen = visit(run)
    screen.open_filter("conv1", 3)
    label = re.compile("^weight, for input, row 1, column 1: ")
    screen.filter.get_by_role("button", name=label).click()
    field = screen.page.get_by_label("New value of this weight")
    card = region(screen)
    card.get_by_role("button", name="Show its gradient and its last update").click()
    expect(card.locator("[data-test=before]")).to_be_visible()
    expect(field).to_have_count(1)
    card.get_by_role("button", name="Unpin").click()
    expect(card).to_have_count(0)
    expect(field).to_have_count(0)


def test_each_picture_of_the_batch_shows_its_own_contribution(screen: Screen, run: LiveRun) -> None:
    screen.open_filter("conv1", 3)
    label = re.compile("^weight, for input, row 1, column 1: ")
    screen.filter.get_by_role("button", name=label).click()  # held
    foot = region(screen)
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=1, kx=1, example=4)
    pictures = foot.get_by_role("group", name=re.compile("^Pictures of the batch")).get_by_role(
        "button"
    )
    expect(pictures).to_have_count(len(truth["gradient"]["example_sums"]))
    sums = [
        read((name.get_attribute("aria-label") or "").rpartition(": ")[2]).number
        for name in pictures.all()
    ]
    assert sums == pytest.approx(truth["gradient"]["example_sums"], rel=1e-4, abs=1e-8)
    assert sum(sums) == pytest.approx(figure(foot, "total").number, rel=1e-4, abs=1e-6)


def test_at_step_0_a_weight_says_that_there_is_no_gradient_and_offers_a_step(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run).in_full()
    screen.open_filter("conv1", 3)
    hover_weight(screen, 1, 1)
    foot = region(screen)
    expect(foot.get_by_text("There is no gradient yet: step 0")).to_be_visible()
    expect(foot.locator("[data-test=before]")).to_have_count(0)
    hover_weight(screen, 1, 1)
    screen.page.keyboard.press("ArrowRight")
    screen.expect_step(1)
    expect(foot.locator("[data-test=before]")).to_be_visible()
    assert figure(foot, "after").says(weights(run, "conv1")[3, 0, 1, 1])


def signs(painted: Pixels) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Of each pixel of the light scale: 1 blue, −1 orange, 0 the paper."""
    rgb = painted[:, :, :3].astype(int)
    away = rgb[:, :, 2] - rgb[:, :, 0]
    paper = np.abs(rgb - [251, 250, 247]).max(axis=2) <= 1
    return np.where(paper, 0, np.sign(away + 4))


def expect_contributions(canvas: Locator, truth: list[list[float]]) -> None:
    """A map is painted with the signs of the contributions."""
    contributions = np.array(truth)
    clear = np.abs(contributions) > 0.05 * np.abs(contributions).max()
    shown = signs(pixels(canvas))
    assert shown.shape == contributions.shape
    assert clear.sum() > 3
    assert (shown[clear] == np.sign(contributions)[clear]).all()
    assert (shown[contributions == 0] == 0).all()


def test_a_weights_contributions_stand_on_its_filters_map_and_go_with_the_pointer(
    small: Screen, run: LiveRun
) -> None:
    page = small.page
    places = page.evaluate(PLACES)
    page.mouse.move(*small.weight_at("conv1", 3, 0, (1, 0)))
    expect_title(small, "conv1, weight of filter 3, row 1, column 0")
    over = page.get_by_role(
        "img", name="Contributions to the gradient of conv1, filter 3, row 1, column 0"
    )
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=1, kx=0)["gradient"]
    expect_contributions(over, truth["example_map"])
    card = region(small)
    expect(card).to_contain_text(f"on picture 0 of the batch ({truth['example_class']})")
    expect(card).to_contain_text("not the probe")
    over_box = over.bounding_box()
    own = page.get_by_role("button", name="conv1, map 3").bounding_box()
    assert over_box
    assert own
    assert over_box["x"] == pytest.approx(own["x"], abs=1)
    assert over_box["width"] == pytest.approx(own["width"], abs=1)
    page.keyboard.press("Escape")
    expect(over).to_have_count(0)
    page.mouse.move(*small.weight_at("conv1", 3, 0, (1, 1)))
    expect(page.locator(".contributions")).to_have_count(1)
    page.mouse.move(5, 5)
    expect(page.locator(".contributions")).to_have_count(0)
    assert page.evaluate(PLACES) == places


def test_in_the_filter_view_the_contributions_take_the_place_of_the_large_map(
    screen: Screen, run: LiveRun
) -> None:
    screen.open_filter("conv1", 3)
    own = screen.filter.get_by_role("img", name="The filter's map")
    expect(own).to_be_visible()
    hover_weight(screen, 2, 1)
    over = screen.filter.get_by_role("img", name="Contributions to the gradient of the weight")
    expect(screen.filter.get_by_text("gradient of row 2, column 1")).to_be_visible()
    truth = run.get("/explain/weight", layer="conv1", out=3, **{"in": 0}, ky=2, kx=1)["gradient"]
    expect_contributions(over, truth["example_map"])
    screen.page.mouse.move(5, 5)
    expect(over).to_have_count(0)
    expect(own).to_be_visible()


def test_every_weight_of_a_small_kernel_is_reached_in_its_enlarged_copy(small: Screen) -> None:
    page = small.page
    places = page.evaluate(PLACES)
    magnifier = page.locator(".magnifier")
    for k in (0, 1, 2, 5):
        page.mouse.move(5, 5)
        page.mouse.move(*small.weight_at("conv2", 3, k, (1, 1)))
        expect(magnifier).to_be_visible()
        place = magnifier.bounding_box()
        assert place
        assert place["width"] / 3 >= 12
        for row in range(3):
            for column in range(3):
                across, down = (column + 0.5) / 3, (row + 0.5) / 3
                page.mouse.move(
                    place["x"] + across * place["width"], place["y"] + down * place["height"]
                )
                expect_title(small, in_words(3, k, row, column))
    assert page.evaluate(PLACES) == places
    page.mouse.down()
    page.mouse.up()
    expect(small.filter.get_by_role("heading", name="conv2, filter 3")).to_be_visible()


def test_arrow_keys_go_from_weight_to_weight_through_a_filters_kernels(small: Screen) -> None:
    page = small.page
    button = small.filters("conv2").nth(0)
    page.keyboard.press("Tab")  # so that focus is the keyboard's
    button.focus()
    for key, index in (
        ("ArrowRight", "0, 0, 0, 0"),
        ("ArrowDown", "0, 0, 1, 0"),
        *(("ArrowRight", f"0, {k}, 1, {c}") for k, c in ((0, 1), (0, 2), (1, 0))),
        ("ArrowLeft", "0, 0, 1, 2"),
        ("ArrowUp", "0, 0, 0, 2"),
    ):
        page.keyboard.press(key)
        expect_title(small, in_words(*map(int, index.split(", "))))
        expect(page.locator(".magnifier")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".magnifier")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(small.filters("conv2").nth(1)).to_be_focused()
    assert small.steps() == 5  # no arrow was a step


def test_the_filter_views_weights_can_be_seen_and_opened_in_a_small_window(small: Screen) -> None:
    small.open_filter("conv1", 3)
    page = small.page
    last = small.filter.get_by_role(
        "button", name=re.compile("^weight, for input, row 2, column 2")
    )
    cell = last.bounding_box()
    assert cell
    hover_weight(small, 0, 0)
    expect(region(small)).to_contain_text("weight of filter 3, row 0, column 0")
    places = page.evaluate(TABLES)
    hover_weight(small, 2, 2)
    expect(region(small)).to_contain_text("weight of filter 3, row 2, column 2")
    expect(region(small).locator("[data-test=before]")).to_be_visible()
    assert last.bounding_box() == cell
    assert page.evaluate(TABLES) == places

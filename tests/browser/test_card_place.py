"""Where an open number stands, in how much detail, and how the keys go on from it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.card import expect_title, map_button, middle, read, region
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

CONV1, CONV2 = (28, 28), (14, 14)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run that has learned a little."""
    run.post("/step", steps=5)
    shown = visit(run)
    shown.expect_step(5)
    return shown


def test_the_card_is_never_over_the_network(screen: Screen) -> None:
    drawing = screen.page.locator(".network").bounding_box()
    assert drawing
    for name, size in (("conv1, map 7", CONV1), ("conv2, map 15", CONV2), ("pool2, map 3", (7, 7))):
        button = map_button(screen, name)
        button.hover(position=middle(button, (0, 0), size))
        expect_title(screen, f"{name} · row 0, column 0")
        card = region(screen).bounding_box()
        assert card
        assert card["x"] >= drawing["x"] + drawing["width"] - 1


def test_first_the_value_in_words_then_all_of_it_for_whoever_asks(
    screen: Screen, run: LiveRun
) -> None:
    button = map_button(screen, "conv2, map 5")
    button.click(position=middle(button, (6, 9), CONV2))
    card = expect_title(screen, "conv2, map 5 · row 6, column 9")
    expect(card).to_contain_text("= patch × kernel, added up, the same with 7 more input maps")
    expect(card.locator("[data-test=total]")).to_have_count(0)
    card.get_by_role("button", name="Show all of the arithmetic").click()
    expect(card.locator("[data-test=total]")).to_be_visible()
    screen.page.keyboard.press("Escape")
    screen.page.mouse.move(*screen.weight_at("conv1", 3, 0, (1, 2)))
    card = expect_title(screen, "conv1, weight of filter 3, row 1, column 2")
    expect(card).to_contain_text(
        "row 1, column 2 of filter 3; the same at all 784 positions of the map"
    )
    expect(card.get_by_role("button", name="Less")).to_be_visible()  # it is remembered


def test_what_was_pinned_by_mouse_keeps_its_lines_and_arrows_go_to_its_neighbours(
    screen: Screen,
) -> None:
    button = map_button(screen, "conv2, map 5")
    button.click(position=middle(button, (6, 9), CONV2))
    expect_title(screen, "conv2, map 5 · row 6, column 9")
    screen.page.mouse.move(5, 5)
    lines = screen.page.locator("svg.edges path")
    assert lines.count() >= 8
    for key, place in (
        ("ArrowRight", "row 6, column 10"),
        ("ArrowDown", "row 7, column 10"),
        ("ArrowLeft", "row 7, column 9"),
    ):
        screen.page.keyboard.press(key)
        expect_title(screen, f"conv2, map 5 · {place}")
    assert screen.steps() == 5  # no arrow was a step
    screen.page.keyboard.press("Escape")
    expect(region(screen)).to_have_count(0)


def test_a_patch_over_the_border_shows_the_zeros_as_a_frame(screen: Screen) -> None:
    button = map_button(screen, "conv2, map 5")
    button.hover(position=middle(button, (0, 0), CONV2))
    frames = screen.page.locator(".outline .padding")
    expect(frames).to_have_count(8)
    button.hover(position=middle(button, (5, 5), CONV2))
    expect(frames).to_have_count(0)


def test_on_a_phone_a_tap_pins_and_what_is_explained_stays_in_sight(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run, **PHONE)
    button = map_button(screen, "conv1, map 7")
    button.tap()
    card = region(screen)
    expect(card.get_by_role("button", name="Unpin")).to_be_visible()

    def clear() -> bool:
        box, over = button.bounding_box(), card.bounding_box()
        return bool(box and over and box["y"] >= 0 and box["y"] + box["height"] <= over["y"])

    screen.until(clear)


def test_on_a_phone_the_card_covers_neither_the_patch_nor_the_answers(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run, **PHONE)
    map_button(screen, "conv1, map 2").tap()
    card = region(screen)
    expect(card.get_by_role("button", name="Unpin")).to_be_visible()
    patch = screen.page.get_by_role("button", name="input, map 0, values")
    answers = screen.page.get_by_role("complementary", name="The network's best answers")

    def clear() -> bool:
        seen, over, below = (part.bounding_box() for part in (patch, card, answers))
        return bool(
            seen
            and over
            and below
            and seen["y"] >= 0
            and seen["y"] + seen["height"] <= over["y"]
            and over["y"] + over["height"] <= below["y"] + 1
        )

    screen.until(clear)


@pytest.mark.parametrize("name", ["conv1, map 2", "conv2, map 14", "pool2, map 3"])
def test_on_a_phone_all_of_the_enlarged_map_is_in_sight_above_the_card(
    visit: Visitors, run: LiveRun, name: str
) -> None:
    screen = visit(run, **PHONE)
    map_button(screen, name).tap()
    card, lens = region(screen), screen.page.locator(".map-lens")
    expect(card.get_by_role("button", name="Unpin")).to_be_visible()
    expect(lens).to_be_visible()

    def whole() -> bool:
        box, over = lens.bounding_box(), card.bounding_box()
        return bool(
            box
            and over
            and box["x"] >= 0
            and box["x"] + box["width"] <= 390
            and box["y"] + box["height"] <= over["y"]
        )

    screen.until(whole)
    title = card.get_by_role("heading").bounding_box()
    close = card.get_by_role("button", name="Unpin").bounding_box()
    assert title
    assert close
    assert close["y"] < title["y"] + title["height"]  # in one line


def test_a_filter_unfolds_into_maps_kernels_and_their_sum(screen: Screen, run: LiveRun) -> None:
    screen.open_filter("conv2", 5)
    view, page = screen.filter, screen.page
    expect(
        view.get_by_role("img", name=re.compile("^The map that this kernel reads"))
    ).to_have_count(8)
    expect(view.get_by_role("img", name=re.compile("alone makes of it$"))).to_have_count(8)
    expect(view.get_by_role("img", name="Its map after relu2")).to_be_visible()
    expect(page.get_by_role("complementary", name="The network's answers")).to_be_visible()
    slider = view.get_by_role("slider", name="Position of the window")
    slider.fill(str(6 * 14 + 9))
    expect(slider).to_have_attribute("aria-valuetext", "row 6, column 9")
    truth = run.get("/explain/output", layer="conv2", channel=5, y=6, x=9)
    total = view.locator("[data-test=sum]")
    expect(total).to_be_visible()
    assert float(total.inner_text().replace("−", "-")) == pytest.approx(truth["total"], rel=1e-4)
    sums = [
        float(text.replace("−", "-"))
        for text in view.locator(".channel-map figcaption").all_inner_texts()
    ]
    assert sums == pytest.approx([one["sum"] for one in truth["channels"]], rel=1e-4, abs=1e-6)
    view.get_by_role("button", name="Slide the window").click()
    screen.until(lambda: slider.get_attribute("aria-valuetext") != "row 6, column 9")
    view.get_by_role("button", name="Stop").click()
    expect(view.get_by_text("196 positions", exact=True)).to_be_visible()


def test_a_number_is_dragged_and_one_undo_takes_the_drag_back(screen: Screen, run: LiveRun) -> None:
    before = run.get("/layers/conv1/tensors/weight")["values"]
    answers = screen.page.locator(".answers").inner_text()
    screen.open_filter("conv1", 3)
    label = re.compile("^weight, for input, row 1, column 1: ")
    box = screen.filter.get_by_role("button", name=label).bounding_box()
    assert box
    mouse = screen.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 10)
    mouse.down()
    for by in (10, 60, 140, 220):
        mouse.move(box["x"] + 20 + by, box["y"] + 10, steps=3)
        screen.page.wait_for_timeout(100)

    def carded() -> float:
        """The weight as the card beside the drag has it."""
        return read(region(screen).locator("p b").first.inner_text()).number

    def set_to() -> float:
        """The weight as the server has it."""
        weight: float = run.get("/layers/conv1/tensors/weight")["values"][3][0][1][1]
        return weight

    screen.until(lambda: abs(set_to() - before[3][0][1][1]) > 1)
    screen.until(lambda: abs(carded() - set_to()) < 1e-4)  # while the hand is still down
    mouse.up()
    screen.until(lambda: screen.page.locator(".answers").inner_text() != answers)
    screen.until(
        lambda: (
            run.get("/layers/conv1/tensors/weight")["values"][3][0][1][1] > before[3][0][1][1] + 1
        )
    )
    expect(screen.page.locator("input.edit")).to_have_count(0)  # a drag is no press
    [entry] = run.get()["interventions"]
    assert entry["says"].startswith(f"conv1, weight [3, 0, 1, 1]: {before[3][0][1][1]:.4g} became")
    expect(screen.page.get_by_text("1 intervention", exact=True)).to_be_visible()
    screen.filter.get_by_role("button", name="Undo").click()
    screen.until(lambda: run.get("/layers/conv1/tensors/weight")["values"] == before)


def test_training_waits_while_a_number_is_dragged(screen: Screen, run: LiveRun) -> None:
    screen.open_filter("conv1", 3)
    run.post("/play")
    expect(screen.page.get_by_role("button", name="Pause")).to_be_visible()
    label = re.compile("^weight, for input, row 1, column 1: ")
    box = screen.filter.get_by_role("button", name=label).bounding_box()
    assert box
    mouse = screen.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 10)
    mouse.down()
    mouse.move(box["x"] + 60, box["y"] + 10, steps=3)
    screen.until(lambda: run.get()["intervention_count"] == 1)
    here = run.get()
    assert here["state"] == "ready"
    mouse.move(box["x"] + 140, box["y"] + 10, steps=9)
    mouse.up()
    screen.until(lambda: run.get()["state"] == "playing" and run.get()["step"] > here["step"])
    assert run.get()["intervention_count"] == 1
    run.post("/pause")

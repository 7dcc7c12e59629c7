"""The lessons as a reader meets them: the figures start, and answer their questions."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from convscope.api.routes.lessons import LESSONS
from tests.browser.test_accessibility import violations
from tests.support.screen import Screen
from tests.support.server import Server
from tests.support.visitors import Visitors
from tests.support.waiting import wait_until

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

# what the answer must say: published or counted numbers, none of them in the page's own code
ANSWERS = {
    "one-filter-nine-weights": r"7 of the 9 outputs change.*the middle of the picture itself",
    "one-number-for-the-whole-image": r"26 × 26 = 676 numbers.*a padding of 1 makes it as large",
    "who-chooses-the-filters": r"No: other filters.*seed 0, step 200.*seed 1, step 200",
    "the-shape-of-a-layers-weights": r"= 336\..*= 336\..*The size does not matter",
    "one-shared-weight-many-places": r"No\..*positive contribution.*Added up.*absolute values",
    "from-gradient-to-update": r"the same, since.*, 1\.000 times the learning rate",
    "colour-and-depth": r"10 · 3 = 30 kernels.*= 280\).*10 · 10 = 100 kernels.*= 910\)",
    "stacking": r"8×8 = 64 pixels\. .*5×5 = 25",
    "starting-from-another-network": (
        r"Copied: conv1\.weight, conv1\.bias, conv2\.weight, conv2\.bias\. "
        r"New: linear1\.weight, linear1\.bias, linear2\.weight, linear2\.bias"
    ),
}


def open_lesson(visit: Visitors, slug: str, **options: Any) -> Screen:
    """A lesson whose figures stand there, started or not."""
    screen = visit.blank(**options)
    screen.page.goto(f"/lessons/{slug}")
    screen.page.locator(".reveal button").wait_for()
    return screen


def start_all(page: Page) -> None:
    """Presses what starts a figure, and waits for it."""
    expect(page.locator(".figure .hint", has_text="needs JavaScript")).to_have_count(0)
    for button in page.locator(".begin button").all():
        button.click()
    expect(page.locator(".begin")).to_have_count(0)


def runs_of(server: Server) -> int:
    """How many there are."""
    return len(server.http.get("/runs").json()["runs"])


def wait_for_no_run(server: Server) -> None:
    """A page that is left ends its runs, a moment later."""
    wait_until(lambda: not runs_of(server), "a lesson that leaves no run")


def test_every_lesson_has_its_answer_here() -> None:
    assert list(ANSWERS) == [lesson.slug for lesson in LESSONS]


def expect_it_suits_everybody(screen: Screen) -> None:
    """Light and dark, on the phone that it was opened on and on a wide screen."""
    for width, height in ((390, 844), (1440, 900)):
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.until(lambda: screen.page.evaluate(WIDER) <= 0)
        assert violations(screen) == []


WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.slow
@pytest.mark.parametrize("slug", ANSWERS)
def test_a_lesson_answers_its_question_suits_everybody_and_leaves_no_run(
    visit: Visitors, server: Server, slug: str
) -> None:
    screen = open_lesson(visit, slug, **PHONE)
    page = screen.page
    start_all(page)
    page.locator(".reveal button").click()
    answer = page.locator(".answered")
    expect(answer).to_be_visible()
    found = " ".join(answer.inner_text().split())
    assert re.search(ANSWERS[slug], found), found
    assert page.locator(".wrong").count() == 0
    expect_it_suits_everybody(screen)
    page.goto("/lessons")
    wait_for_no_run(server)


def test_the_index_suits_everybody(visit: Visitors) -> None:
    screen = visit.blank(**PHONE)
    screen.page.goto("/lessons")
    expect_it_suits_everybody(screen)


def outputs(page: Page) -> list[str]:
    """The schematic's output, row after row."""
    return page.get_by_role("group", name="Output").get_by_role("button").all_inner_texts()


def test_the_schematic_shows_the_nine_products_of_the_output_that_is_focused(
    visit: Visitors,
) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    page.get_by_role("button", name="row 1, column 1").wait_for()
    assert outputs(page) == list("434243234")
    page.get_by_role("button", name="row 2, column 1").focus()
    expect(page.locator(".sum")).to_contain_text("0 + 0 + 1 + 0 + 0 + 0 + 0 + 0 + 1 = 2")
    expect(page.locator(".under")).to_have_count(9)
    page.get_by_role("button", name="row 3, column 3").hover()
    expect(page.locator(".sum")).to_contain_text("= 4")
    assert page.locator(".sum td").count() == 9


def test_the_schematics_numbers_can_be_changed(visit: Visitors) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    page.get_by_role("button", name="row 1, column 1").wait_for()
    page.get_by_role("combobox", name="Kernel").select_option("left edges (Sobel)")
    expect(page.get_by_role("button", name="row 1, column 1: −3")).to_be_visible()
    assert outputs(page) == ["−3", "0", "3", "−4", "−3", "2", "−4", "−2", "3"]
    page.get_by_label("Picture, row 1, column 1").fill("5")
    expect(page.get_by_role("button", name="row 1, column 1: 1")).to_be_visible()
    page.get_by_label("Bias").fill("10")
    expect(page.get_by_role("button", name="row 1, column 1: 11")).to_be_visible()
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("button", name="row 1, column 2: 3")).to_be_visible()
    assert outputs(page) == list("434243234")


def test_a_guess_is_held_against_the_figure(visit: Visitors) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    for guess, verdict in (("9", "Not 9: 7."), ("7", "Yes: 7.")):
        page.get_by_label("How many outputs change?").fill(guess)
        page.get_by_role("button", name="Check the answer").click()
        expect(page.locator(".verdict")).to_have_text(verdict)


def test_the_gradient_by_hand_is_22_and_a_step_brings_the_loss_to_20_55725(
    visit: Visitors,
) -> None:
    page = open_lesson(visit, "one-shared-weight-many-places").page
    group = page.get_by_role("group", name="Gradient of each weight")
    group.get_by_role("button").first.wait_for()
    expected = ["22", "23", "19", "14", "25", "21", "14", "19", "19"]
    assert group.get_by_role("button").all_inner_texts() == expected
    figure = page.locator('[data-figure="gradient-by-hand"]')
    expect(figure).to_contain_text("the loss is 49.5")
    figure.get_by_role("button", name="One step").click()
    expect(figure).to_contain_text("step 1: the loss is 20.55725")


def test_the_padding_and_stride_of_a_sliding_kernel_make_the_maps_size(visit: Visitors) -> None:
    page = open_lesson(visit, "one-number-for-the-whole-image").page
    figure = page.locator(".figure")
    expect(figure).to_contain_text("feature map, 26×26")
    page.get_by_role("combobox", name="Padding").select_option("1")
    expect(figure).to_contain_text("feature map, 28×28")
    page.get_by_role("combobox", name="Stride").select_option("2")
    expect(figure).to_contain_text("feature map, 14×14")
    page.get_by_role("combobox", name="Dilation").select_option("2")
    expect(figure).to_contain_text("= 13: a map of 13 × 13")


def test_keras_layer_is_shown_in_both_orders_of_axes(visit: Visitors) -> None:
    page = open_lesson(visit, "the-shape-of-a-layers-weights").page
    start_all(page)
    figure = page.locator(".figure")
    for text in ("(3, 3, 1, 12)", "(12, 1, 3, 3)", "= 120", "12 biases, 12 of them 0", "±0.2265"):
        expect(figure).to_contain_text(text)
    expect(figure).to_contain_text("The same number.")


def test_a_server_without_room_says_so_and_the_figure_can_be_tried_again(
    visit: Visitors,
) -> None:
    screen = open_lesson(visit, "who-chooses-the-filters")
    screen.watch.allow("503", "the server is made to be full")
    page = screen.page
    body = '{"title": "Unavailable", "status": 503, "detail": "32 runs are the most."}'
    full = "application/problem+json"
    page.route("**/api/v1/runs", lambda r: r.fulfill(status=503, content_type=full, body=body))
    page.get_by_role("button", name="Make a network").click()
    expect(page.locator(".wrong")).to_contain_text("32 runs are the most. The figure needs a run")
    page.unroute("**/api/v1/runs")
    start_all(page)


def test_an_undisturbed_lesson_makes_no_run(visit: Visitors, server: Server) -> None:
    screen = open_lesson(visit, "from-gradient-to-update")
    screen.page.mouse.wheel(0, 2000)
    screen.page.wait_for_timeout(300)
    assert runs_of(server) == 0


def test_a_printed_lesson_leaves_out_what_can_only_be_pressed(visit: Visitors) -> None:
    page = open_lesson(visit, "who-chooses-the-filters").page
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    expect(page.get_by_role("button", name="Make a network")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("slug", ANSWERS)
def test_a_figure_that_was_not_started_does_not_print_empty(visit: Visitors, slug: str) -> None:
    page = open_lesson(visit, slug).page
    expect(page.locator(".figure .hint", has_text="needs JavaScript")).to_have_count(0)
    waiting = page.locator(".begin:visible").count()
    expect(page.locator(".on-paper:visible")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.locator(".on-paper:visible")).to_have_count(waiting)
    for figure in page.locator(".figure").all():
        assert figure.inner_text().strip()

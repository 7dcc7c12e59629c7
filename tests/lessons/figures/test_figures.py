"""The lessons as a reader meets them: figures filled unasked, answers, ways to the live network."""

import re
from typing import Any

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from convscope.api.routes.lessons import LESSONS
from tests.browser.test_accessibility import violations
from tests.support.screen import PAINTED, Screen
from tests.support.server import Server
from tests.support.visitors import Visitors
from tests.support.waiting import wait_until

SLOW = pytest.mark.slow
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

# what the answer must say: published or counted numbers, none of them in the page's own code
ANSWERS = {
    "one-filter-nine-weights": r"7 of the 9 outputs change.*the middle of the picture itself",
    "one-number-for-the-whole-image": r"26 · 26 = 676 numbers.*a padding of 1 makes it as large",
    "who-chooses-the-filters": r"No: other filters.*seed 0, step 200.*seed 1, step 200",
    "the-shape-of-a-layers-weights": r"= 336\..*= 336\..*The size does not matter",
    "one-shared-weight-many-places": r"No\..*positive contribution.*Added up.*absolute values",
    "from-gradient-to-update": r"the same, since.*, 1\.00 times the learning rate",
    "colour-and-depth": r"10 · 3 = 30 kernels.*= 280\).*10 · 10 = 100 kernels.*= 910\)",
    "stacking": r"8×8, that is 64 pixels\. .*5×5, that is 25",
    "starting-from-another-network": (
        r"Copied: conv1\.weight, conv1\.bias, conv2\.weight, conv2\.bias\. "
        r"New: linear1\.weight, linear1\.bias, linear2\.weight, linear2\.bias"
    ),
    "what-a-filter-wants": r"\d of the nine weights are above 0, and 9 of the nine pixels agree",
    "who-taught-this-filter": r"In step 5, \d+ of the 32 pictures pulled filter 0 the other way",
    "why-an-explanation-needs-a-control": (
        r"alike are .*Integrated gradients 0\.\d+.*; not alike are .*Gradient −?0"
    ),
}


def open_lesson(visit: Visitors, slug: str, **options: Any) -> Screen:
    """A lesson whose figures are drawn, filled or not."""
    screen = visit.blank(**options)
    screen.page.goto(f"/lessons/{slug}")
    screen.page.locator(".reveal button").wait_for()
    expect(screen.page.locator(".figure .hint", has_text="needs JavaScript")).to_have_count(0)
    return screen


def see_all(page: Page) -> None:
    """Brings each figure into view, and waits until it is filled."""
    for figure in page.locator(".figure").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator(".begin")).to_have_count(0)


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
        assert screen.page.evaluate(SMALL) == []
        assert screen.page.evaluate(CLIPPED) == []
    assert all(500 <= px <= 680 for px in screen.page.evaluate(PROSE_PX))


WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PROSE_PX = "() => [...document.querySelectorAll('article > p')].map((p) => p.clientWidth)"
# prose in letters below 17 px, and what is pressed below 24 px
SMALL = """() => {
  const named = (found) => found.map((e) => e.outerHTML.slice(0, 120));
  const all = (what) => [...document.querySelectorAll(what)];
  const prose = all("article > p:not(.number), .question > p, .live > figcaption, .answered p");
  const pressed = all(":is(.figure, .reveal) :is(button, input, select, .to-live), .around a");
  return named([
    ...prose.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 17),
    ...pressed.filter((e) => Math.min(e.offsetWidth, e.offsetHeight) < 24),
  ]);
}"""
# selects in which an option's text has no room: it needs its width, the padding and the arrow
CLIPPED = """() => {
  const context = document.createElement("canvas").getContext("2d");
  const short = (select) => {
    context.font = getComputedStyle(select).font;
    const widths = [...select.options].map((option) => context.measureText(option.text).width);
    return Math.max(...widths) + 2 * 10 > select.clientWidth;
  };
  return [...document.querySelectorAll("select")].filter(short).map((e) => e.outerHTML);
}"""


@pytest.mark.slow
@pytest.mark.parametrize("slug", ANSWERS)
def test_a_lesson_answers_its_question_suits_everybody_and_leaves_no_run(
    visit: Visitors, server: Server, slug: str
) -> None:
    screen = open_lesson(visit, slug, **PHONE)
    page = screen.page
    see_all(page)
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


@pytest.mark.slow
@pytest.mark.parametrize("slug", ANSWERS)
def test_a_figure_is_filled_unasked_and_links_to_the_live_state_it_explains(
    visit: Visitors, server: Server, slug: str
) -> None:
    screen = open_lesson(visit, slug)
    page = screen.page
    see_all(page)
    link = page.locator(".to-live").first
    href = link.get_attribute("href") or ""
    place = re.fullmatch(r"/\?run=(\w+)&(?:filter=(conv\d)\.(\d+)|why=[a-z-]+)", href)
    assert place
    run, layer, channel = place.groups()
    link.click()
    page.wait_for_function(PAINTED)
    if layer:
        title = f"{layer}, filter {channel}"
        expect(screen.filter.get_by_role("heading", name=title)).to_be_visible()
    else:
        expect(page.get_by_role("heading", name="Why this answer?")).to_be_visible()
    assert screen.run_id() == run
    wait_until(lambda: runs_of(server) == 1, "the run that was followed, and no other")


def test_both_runs_that_are_compared_stay(visit: Visitors, server: Server) -> None:
    page = open_lesson(visit, "starting-from-another-network").page
    see_all(page)
    assert runs_of(server) == 3
    page.get_by_role("link", name="Compare both networks").click()
    page.wait_for_url("**/compare?a=*&b=*")
    wait_until(lambda: runs_of(server) == 2, "the two that are compared")


def test_a_figure_out_of_view_makes_no_run(visit: Visitors, server: Server) -> None:
    page = open_lesson(visit, "one-shared-weight-many-places", **PHONE).page
    page.wait_for_timeout(300)
    assert runs_of(server) == 0
    see_all(page)
    assert runs_of(server) == 1


def test_a_figure_can_start_again_with_a_run_of_its_own(visit: Visitors, server: Server) -> None:
    page = open_lesson(visit, "who-chooses-the-filters").page
    see_all(page)
    figure = page.locator(".figure")
    expect(figure).to_contain_text("Step 20,")
    page.get_by_role("button", name="1 step", exact=True).click()
    expect(figure).to_contain_text("Step 21,")
    page.get_by_role("button", name="Start again").click()
    expect(figure).to_contain_text("Step 20,")
    wait_until(lambda: runs_of(server) == 1, "one run in place of the other")


def output(page: Page) -> Locator:
    """The schematic's output."""
    return page.get_by_role("group", name="Output")


def values(group: Locator) -> list[str]:
    """A grid's numbers as they stand there, row after row."""
    return group.get_by_role("button").all_inner_texts()


def test_the_schematic_shows_the_nine_products_of_the_output_that_is_focused(
    visit: Visitors,
) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    output(page).get_by_role("button", name="row 0, column 0: 4").wait_for()
    assert values(output(page)) == list("434243234")
    output(page).get_by_role("button", name="row 1, column 0").focus()
    expect(page.locator(".sum")).to_contain_text("0 + 0 + 1 + 0 + 0 + 0 + 0 + 0 + 1 = 2")
    expect(page.locator(".under")).to_have_count(9)
    output(page).get_by_role("button", name="row 2, column 2").hover()
    expect(page.locator(".sum")).to_contain_text("= 4")
    assert page.locator(".sum td").count() == 9


def test_the_schematics_numbers_can_be_changed(visit: Visitors) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    schematic = page.locator('[data-figure="convolution"]')
    schematic.get_by_role("combobox", name="Kernel").select_option("left edges (Sobel)")
    corner = output(page).get_by_role("button", name=re.compile("^row 0, column 0"))
    expect(corner).to_have_text("−3")
    assert values(output(page)) == ["−3", "0", "3", "−4", "−3", "2", "−4", "−2", "3"]
    page.get_by_label("Picture, row 0, column 0").fill("5")
    expect(corner).to_have_text("1")
    page.get_by_role("button", name="Reset").click()
    expect(corner).to_have_text("4")
    assert values(output(page)) == list("434243234")


IMAGE = ["11100", "01110", "00111", "00110", "01100"]
CROSS, SOBEL = ["101", "010", "101"], [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


def grid(rows: Any) -> torch.Tensor:
    """Rows of digits or numbers as torch convolves them, (1, 1, H, W)."""
    return torch.tensor([[[[float(value) for value in row] for row in rows]]])


@pytest.mark.parametrize(
    ("choice", "kernel", "key", "bias"),
    [("a cross", CROSS, None, -3), ("left edges (Sobel)", SOBEL, "ArrowRight", -2)],
)
def test_the_activation_has_the_numbers_of_torch_for_the_kernel_and_place_above(
    visit: Visitors, choice: str, kernel: Any, key: str | None, bias: int
) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    see_all(page)
    page.get_by_role("combobox", name="Kernel").first.select_option(choice)
    output(page).get_by_role("button", name=re.compile("^row 1, column 0")).hover()
    figure = page.locator('[data-figure="activation"]')
    if key:
        figure.get_by_role("slider", name="Bias").press(key)
    before = torch.conv2d(grid(IMAGE), grid(kernel), torch.tensor([float(bias)]))[0, 0]
    written = [
        [f"{int(v)}".replace("-", "−") for v in m.flatten()] for m in (before, before.relu())
    ]
    last = figure.get_by_role("group", name="Sum + bias").get_by_role("button").last
    expect(last).to_have_text(written[0][-1])
    assert values(figure.get_by_role("group", name="Sum + bias")) == written[0]
    assert values(figure.get_by_role("group", name="After ReLU")) == written[1]
    expect(figure.get_by_role("img", name="ReLU")).to_have_accessible_name(
        re.compile(f"{written[0][3]} becomes {written[1][3]}$")
    )
    expect(figure).to_contain_text(f"{int((before < 0).sum())} of the 9 values")


def test_one_value_has_one_colour_in_all_grids_of_a_lesson(visit: Visitors) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    see_all(page)
    colours: dict[str, set[str]] = {}
    for text, colour in page.evaluate(COLOURS):
        colours.setdefault(text, set()).add(colour)
    assert {"−1", "0", "1", "4"} <= colours.keys()
    assert all(len(found) == 1 for found in colours.values()), colours


# every number on its colour: fields and buttons
COLOURS = """() => [...document.querySelectorAll(".cells :is(input, button)")].map((cell) => [
  (cell.value || cell.textContent).replace("-", "−"), getComputedStyle(cell).backgroundColor])"""


def test_a_guess_is_held_against_the_figure(visit: Visitors) -> None:
    page = open_lesson(visit, "one-filter-nine-weights").page
    for guess, verdict in (("9", "Not 9: 7."), ("7", "Yes: 7.")):
        page.get_by_label("How many outputs change?").fill(guess)
        page.get_by_role("button", name="Check the answer").click()
        expect(page.locator(".verdict")).to_have_text(verdict)


def test_the_gradient_by_hand_is_22_and_a_step_brings_the_loss_from_49_5_to_20_6(
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
    expect(figure).to_contain_text("step 1: the loss is 20.6")


def test_the_padding_and_stride_of_a_sliding_kernel_make_the_maps_size(visit: Visitors) -> None:
    page = open_lesson(visit, "one-number-for-the-whole-image").page
    figure = page.locator(".figure")
    expect(figure).to_contain_text("feature map, 26×26")
    page.get_by_role("combobox", name="Padding").select_option("1")
    expect(figure).to_contain_text("feature map, 28×28")
    page.get_by_role("combobox", name="Stride").select_option("2")
    expect(figure).to_contain_text("feature map, 14×14")
    page.get_by_role("combobox", name="Dilation").select_option("2")
    expect(figure).to_contain_text("= 13: a map of 13×13")


def test_keras_layer_is_shown_in_both_orders_of_axes(visit: Visitors) -> None:
    page = open_lesson(visit, "the-shape-of-a-layers-weights").page
    see_all(page)
    figure = page.locator(".figure")
    for text in ("(3, 3, 1, 12)", "(12, 1, 3, 3)", "= 120", "12 biases, 12 of them 0", "±0.226455"):
        expect(figure).to_contain_text(text)
    expect(figure).to_contain_text("The same number.")


RUNS = "**/api/v1/runs"


def fill_the_server(screen: Screen) -> None:
    """Makes it say that it has no room."""
    screen.watch.allow("503", "the server is made to be full")
    body = '{"title": "Unavailable", "status": 503, "detail": "32 runs are the most."}'
    full = "application/problem+json"
    screen.page.route(RUNS, lambda r: r.fulfill(status=503, content_type=full, body=body))


def test_a_server_without_room_says_so_and_the_figure_can_be_tried_again(
    visit: Visitors,
) -> None:
    screen = visit.blank()
    fill_the_server(screen)
    page = screen.page
    page.goto("/lessons/who-chooses-the-filters")
    expect(page.locator(".wrong")).to_contain_text("32 runs are the most. The figure needs a run")
    page.unroute(RUNS)
    page.get_by_role("button", name="Try again").click()
    see_all(page)


def test_a_printed_lesson_leaves_out_what_can_only_be_pressed(visit: Visitors) -> None:
    page = open_lesson(visit, "who-chooses-the-filters").page
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
    expect(page.get_by_role("button", name="Show the answer")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    "slug",
    [
        slug if slug in ("who-chooses-the-filters", "stacking") else pytest.param(slug, marks=SLOW)
        for slug in ANSWERS
    ],
)
def test_a_figure_that_has_no_numbers_yet_does_not_print_empty(visit: Visitors, slug: str) -> None:
    screen = visit.blank()
    fill_the_server(screen)
    page = screen.page
    page.goto(f"/lessons/{slug}")
    page.locator(".reveal button").wait_for()
    expect(page.locator(".figure .hint", has_text="needs JavaScript")).to_have_count(0)
    expect(page.locator(".on-paper:visible")).to_have_count(0)
    page.emulate_media(media="print")
    waiting = page.locator(".begin + .on-paper").count()
    expect(page.locator(".on-paper:visible")).to_have_count(waiting)
    for figure in page.locator(".figure").all():
        assert figure.inner_text().strip()

"""The third depth: one number, and the arithmetic that made it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.support.card import (
    cells,
    expect_title,
    figure,
    figures,
    map_button,
    middle,
    point,
    read,
    region,
)
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

CONV2 = (14, 14)
AFTER_STEPS = 5


def expect_as_rest(card: Locator, run: LiveRun, layer: str, at: tuple[int, int, int]) -> None:
    """The card's figures are those that the API gives for a value (channel, row, column)."""
    channel, y, x = at
    truth = run.get("/explain/output", layer=layer, channel=channel, y=y, x=x)
    assert truth["matches"]
    assert figure(card, "total").says(truth["total"])
    assert figure(card, "value").says(truth["value"])
    maps = run.get(f"/layers/{layer}/feature-maps")["values"]
    assert figure(card, "value").says(maps[channel][y][x])


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page on a run that has learned a little."""
    run.post("/step", steps=AFTER_STEPS)
    shown = visit(run)
    shown.expect_step(AFTER_STEPS)
    return shown.in_full()


def test_pointing_at_a_map_opens_its_value_as_the_api_tells_it(
    screen: Screen, run: LiveRun
) -> None:
    card = point(screen, "conv2, map 5", (6, 9), CONV2)
    expect_as_rest(card, run, "conv2", (5, 6, 9))
    truth = run.get("/explain/output", layer="conv2", channel=5, y=6, x=9)
    assert figure(card, "activation").says(truth["activation"]["value"])
    expect(card.get_by_text(f"step {AFTER_STEPS}", exact=True)).to_be_visible()
    point(screen, "conv2, map 5", (2, 3), CONV2)
    expect_as_rest(card, run, "conv2", (5, 2, 3))
    screen.page.mouse.move(5, 5)
    expect(card).to_have_count(0)


def test_the_patch_is_outlined_on_every_map_that_was_read(screen: Screen) -> None:
    point(screen, "conv2, map 5", (6, 9), CONV2)
    patches = screen.page.locator(".outline rect.patch:not(.shade)")
    expect(patches).to_have_count(8)
    source = map_button(screen, "pool1, map 0").bounding_box()
    patch = patches.first.bounding_box()
    assert source
    assert patch
    one = source["width"] / 14
    assert patch["x"] == pytest.approx(source["x"] + 8 * one, abs=2)
    assert patch["y"] == pytest.approx(source["y"] + 5 * one, abs=2)
    assert patch["width"] == pytest.approx(3 * one, abs=4)
    screen.page.mouse.move(5, 5)
    expect(screen.page.locator(".outline rect")).to_have_count(0)


def test_what_the_card_lists_adds_up(screen: Screen) -> None:
    card = point(screen, "conv1, map 2", (0, 11), (28, 28))  # the first row: padding above it
    patch, kernel = (
        cells(card.get_by_role("table", name=re.compile(f"^{name}")).first)
        for name in ("patch of the input", "kernel")
    )
    products = cells(card.get_by_role("table", name="products"))
    assert patch.shape == kernel.shape == products.shape == (9,)
    assert np.allclose(patch * kernel, products, rtol=1e-6, atol=1e-12)
    bias = read(card.get_by_role("row", name="bias").get_by_role("cell").last.inner_text())
    sign = card.get_by_role("row", name="bias").get_by_role("cell").first.inner_text()
    signed = -bias.number if sign == "−" else bias.number
    total = figure(card, "total")
    slack = bias.half_digit + total.half_digit + 1e-6
    assert abs(products.sum() + signed - total.number) <= slack


def test_all_input_maps_can_be_shown_and_they_add_up(screen: Screen, run: LiveRun) -> None:
    point(screen, "conv2, map 5", (6, 9), CONV2)
    screen.page.mouse.down()
    screen.page.mouse.up()
    card = region(screen)
    products = card.get_by_role("table", name="products")
    expect(products).to_have_count(3)
    card.get_by_role("button", name="Show all 8 input maps").click()
    expect(products).to_have_count(8)
    bias = run.get("/layers/conv2/tensors/bias")["values"][5]
    total = sum(cells(table).sum() for table in products.all()) + bias
    assert abs(total - figure(card, "total").number) <= figure(card, "total").half_digit + 1e-5


def test_a_click_holds_the_card_and_escape_lets_go(screen: Screen, run: LiveRun) -> None:
    page = screen.page
    button = map_button(screen, "conv2, map 5")
    button.click(position=middle(button, (6, 9), CONV2))
    card = expect_title(screen, "conv2, map 5 · row 6, column 9")
    held = page.locator(".explain.held")
    expect(held).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.mouse.move(5, 5)
    map_button(screen, "conv2, map 1").hover()
    expect_title(screen, "conv2, map 5 · row 6, column 9")
    expect_as_rest(card, run, "conv2", (5, 6, 9))
    page.mouse.move(5, 5)
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    button.click(position=middle(button, (6, 9), CONV2))
    expect(held).to_be_visible()
    card.get_by_role("button", name="Unpin").click()
    expect(held).to_have_count(0)


def test_from_a_held_value_the_way_leads_back_through_the_network(
    screen: Screen, run: LiveRun
) -> None:
    button = map_button(screen, "conv2, map 5")
    button.click(position=middle(button, (6, 9), CONV2))
    card = expect_title(screen, "conv2, map 5 · row 6, column 9")
    card.get_by_role("button", name=re.compile("^patch of .*, row 1, column 1: ")).first.click()
    title = re.compile(r"^pool1, map (\d) · row 6, column 9$")
    heading = card.get_by_role("heading", level=2)
    expect(heading).to_have_text(title)
    found = title.match(heading.inner_text())
    assert found
    expect_as_rest(card, run, "pool1", (int(found[1]), 6, 9))
    card.get_by_role("button", name="Open filter").click()
    name = f"conv1, filter {found[1]}"
    expect(screen.filter.get_by_role("heading", name=name)).to_be_visible()


def test_arrow_keys_go_from_value_to_value(screen: Screen, run: LiveRun) -> None:
    page = screen.page
    button = map_button(screen, "conv2, map 0")
    page.keyboard.press("Tab")  # so that focus is the keyboard's
    button.focus()
    expect_title(screen, "conv2, map 0 · row 7, column 7")
    for key, place in (("ArrowRight", (7, 8)), ("ArrowDown", (8, 8)), ("ArrowLeft", (8, 7))):
        page.keyboard.press(key)
        card = expect_title(screen, f"conv2, map 0 · row {place[0]}, column {place[1]}")
        expect_as_rest(card, run, "conv2", (0, *place))
    page.keyboard.press("PageDown")
    expect_title(screen, "conv2, map 1 · row 8, column 7")
    page.keyboard.press("Enter")
    expect(page.locator(".explain.held")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect_title(screen, "conv2, map 1 · row 7, column 7")
    page.keyboard.press("Escape")
    expect(region(screen)).to_have_count(0)
    assert screen.steps() == AFTER_STEPS  # the arrow to the right was not a step


def test_the_card_follows_the_training(screen: Screen, run: LiveRun) -> None:
    button = map_button(screen, "conv2, map 5")
    button.click(position=middle(button, (6, 9), CONV2))
    card = expect_title(screen, "conv2, map 5 · row 6, column 9")
    screen.play.click()
    for _ in range(3):
        before = figure(card, "total").number
        screen.until(lambda before=before: figure(card, "total").number != before)  # type: ignore[misc]
    expect(card.get_by_text(re.compile(r"^step \d+, training$"))).to_be_visible()
    assert card.locator(".open-end").count() == 0  # it never fails to add up
    screen.pause.click()
    step = run.wait_for("ready")["step"]
    expect(card.get_by_text(f"step {step}", exact=True)).to_be_visible()
    expect_as_rest(card, run, "conv2", (5, 6, 9))


def test_pointing_opens_a_value_while_it_trains_too(screen: Screen) -> None:
    screen.play.click()
    screen.until(lambda: screen.steps() > AFTER_STEPS)
    card = point(screen, "conv1, map 3", (14, 14), (28, 28))
    expect(card.get_by_text(re.compile(r"^step \d+, training$"))).to_be_visible()
    total, value = figures(card, "total", "value")
    assert abs(total.number - value.number) <= total.half_digit + value.half_digit + 1e-6


@pytest.mark.parametrize(
    ("layer", "size", "words"),
    [
        ("pool1", (14, 14), "largest of them wins|equal: the one at"),
        ("relu2", (14, 14), "It is (not )?positive"),
    ],
)
def test_other_layers_values_open_too(
    screen: Screen, run: LiveRun, layer: str, size: tuple[int, int], words: str
) -> None:
    for channel, place in ((1, (5, 8)), (3, (6, 6))):
        card = point(screen, f"{layer}, map {channel}", place, size)
        expect_as_rest(card, run, layer, (channel, *place))
        expect(card.get_by_text(re.compile(words))).to_be_visible()


def test_a_silenced_filters_parts_are_not_said_to_add_up_to_nought(
    screen: Screen, run: LiveRun
) -> None:
    run.post("/interventions", type="silence", layer="conv2", filter=5)
    card = point(screen, "conv2, map 5", (6, 9), CONV2)
    truth = run.get("/explain/output", layer="conv2", channel=5, y=6, x=9)
    expect(card).to_contain_text("value, were it not silenced")
    would_be = card.get_by_text(re.compile("would give")).locator("b")
    assert read(would_be.inner_text()).says(truth["would_be"])
    expect(card.get_by_text("adds up to")).to_have_count(0)


def test_a_pools_winner_is_marked(screen: Screen, run: LiveRun) -> None:
    card = point(screen, "pool1, map 1", (5, 8), (14, 14))
    truth = run.get("/explain/output", layer="pool1", channel=1, y=5, x=8)
    window = cells(card.get_by_role("table", name="window"))
    assert window == pytest.approx(np.ravel(truth["patch"]))
    won = card.locator("td.won")
    expect(won).to_have_count(1)
    assert float(won.get_attribute("title") or "nan") == pytest.approx(window.max())


def test_a_class_opens_as_its_score_and_its_probability(screen: Screen, run: LiveRun) -> None:
    bag = run.get()["classes"].index("Bag")
    screen.page.get_by_role("button", name=re.compile(r"Bag \d+%$")).hover()
    card = expect_title(screen, "linear1, Bag")
    [said] = [one for one in run.get("/predictions")["classes"] if one["index"] == bag]
    score, share = (read(text) for text in card.locator("[data-test=total]").all_inner_texts())
    truth = run.get("/explain/output", layer="linear1", channel=bag, y=0, x=0)
    assert score.says(truth["total"])
    assert score.says(said["logit"])
    assert share.says(run.get("/explain/output", layer="softmax", channel=bag, y=0, x=0)["total"])
    assert share.says(said["probability"])
    expect(card.locator("table.softmax tbody tr")).to_have_count(10)


def test_softmax_is_a_picture_whose_rows_are_the_answers(screen: Screen, run: LiveRun) -> None:
    page = screen.page
    answers = page.get_by_role("complementary", name="The network's answers")
    answers.get_by_role("button", name=re.compile(r"Bag \d+%$")).click()  # held
    picture = region(screen).get_by_role("region", name="Softmax, as a picture")
    rows = picture.get_by_role("button")
    expect(rows).to_have_count(10)
    said = run.get("/predictions")["classes"]
    largest = max(one["logit"] for one in said)
    bar, room = (
        rows.nth(said[3]["index"]).locator(part).evaluate("(part) => part.offsetWidth")
        for part in (".soft-bar i", ".soft-bar")
    )
    assert bar == pytest.approx(max(1, room * np.exp(said[3]["logit"] - largest)), abs=1)
    total = sum(np.exp(one["logit"]) for one in said)
    told = picture.locator("p").inner_text().removeprefix("All bars together are ").split(";")[0]
    assert float(told) == pytest.approx(total, rel=0.01)
    sneaker = run.get()["classes"].index("Sneaker")
    rows.nth(sneaker).hover()
    outlined = answers.get_by_role("button", name=re.compile(r"Sneaker \d+%$"))
    expect(outlined).to_have_class(re.compile(r"\bon\b"))
    rows.nth(sneaker).click()
    expect_title(screen, "linear1, Sneaker")


def test_a_sum_that_differs_in_its_last_figure_says_that_it_is_rounded(
    screen: Screen, run: LiveRun
) -> None:
    classes = run.get()["classes"]
    answers = screen.page.get_by_role("complementary", name="The network's answers")
    for name in classes[1:5]:
        answers.get_by_role("button", name=re.compile(rf"{name} \d+%$")).hover()
        card = expect_title(screen, f"linear1, {name}")
        for check in card.locator(".sum-check").all():
            total = check.locator("[data-test=total]").inner_text()
            value = check.locator("[data-test=value]").inner_text()
            assert ("within rounding" in check.inner_text()) == (total != value)


WRONG_CELLS = """() => [...document.querySelectorAll("table.grid")].flatMap((table) => {
  const caption = table.caption?.textContent ?? "";
  const [, raised] = caption.match(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/) ?? [];
  const digits = [...(raised ?? "⁰")].map((c) => (c === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)));
  const times = 10 ** Number(digits.join(""));
  const sum = caption.indexOf("Σ");
  const power = caption.indexOf("×10");
  const late = sum >= 0 && power > sum ? [`${caption}: the power is the sum's`] : [];
  return late.concat([...table.querySelectorAll("td:not(.outside)")].flatMap((cell) => {
    const shown = Number(cell.textContent.replace("−", "-")) * times;
    const truth = Number(cell.title);
    const text = cell.textContent.trim();
    const decimals = text.split(".")[1]?.length ?? 0;
    const within = 0.51 * 10 ** -decimals * times;
    return !text || Math.abs(shown - truth) <= within ? [] : [`${caption}: ${text} for ${truth}`];
  }));
})"""


@pytest.mark.parametrize("std", [0.5, 0.002], ids=["large weights", "small weights"])
def test_every_cell_says_its_number_with_the_power_beside_its_grid(
    visit: Visitors, server: Server, std: float
) -> None:
    screen = visit(server.run(init={"type": "normal", "std": std})).in_full()
    page = screen.page
    for name, at, size in (
        ("conv1, map 5", (1, 1), (28, 28)),
        ("conv1, map 2", (14, 12), (28, 28)),
        ("conv2, map 5", (6, 9), CONV2),
        ("pool1, map 3", (7, 7), (14, 14)),
    ):
        point(screen, name, at, size)
        page.locator("table.grid").first.wait_for()
        assert page.evaluate(WRONG_CELLS) == []
        page.mouse.move(5, 5)


COLOURED = """(card) => ["kernel", "products"].flatMap((name) =>
  [...card.querySelectorAll(`table[aria-label="${name}"] td[title]`)].map((cell) =>
    [Number(cell.title), ...getComputedStyle(cell).backgroundColor.match(/\\d+/g).map(Number)]))"""


def test_a_number_has_one_colour_in_the_kernel_and_in_the_products(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=20)
    screen = visit(run)
    for name, place, size in (
        ("conv1, map 3", (12, 12), (28, 28)),
        ("conv2, map 5", (6, 9), (14, 14)),
    ):
        card = point(screen, name, place, size)
        cells = sorted(card.evaluate(COLOURED))
        assert len(cells) == 18
        blue = [cell[3] for cell in cells if cell[0] < 0]  # less of it: more orange
        red = [cell[1] for cell in cells if cell[0] > 0]  # less of it: more blue
        assert blue == sorted(blue)
        assert red == sorted(red, reverse=True)
        expect(card.get_by_label("Scales of the colours")).to_contain_text("kernel")

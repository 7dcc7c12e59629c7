"""Why this answer: where a class score comes from, beside the same before the run learned."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.screen import Screen, coloured, colours, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TRAINED = 300
METHODS = ("Grad-CAM", "Gradient", "Gradient × input", "Integrated gradients", "Occlusion")
SHEET = {"width": 820, "height": 1180}
PATH = "/attributions"


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has learned something."""
    run.post("/step", steps=TRAINED)
    return run


def panel_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog", name="Why this answer?")


def open_panel(screen: Screen) -> Locator:
    screen.page.get_by_role("button", name="Why this answer?").click()
    return answered(screen)


def answered(screen: Screen) -> Locator:
    """The panel, once it shows what was asked last."""
    panel = panel_of(screen)
    expect(panel.locator("[data-test=alike]")).to_be_visible()
    expect(panel.locator("[aria-busy=true]")).to_have_count(0)
    return panel


def method(screen: Screen, name: str) -> Locator:
    panel_of(screen).get_by_text(name, exact=True).click()
    expect(panel_of(screen).get_by_role("radio", name=name, exact=True)).to_be_checked()
    return answered(screen)


def canvases(panel: Locator) -> list[Any]:
    return [pixels(canvas) for canvas in panel.locator("canvas").all()]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def rows(panel: Locator) -> dict[str, float]:
    """The contributions by their names."""
    table = panel.get_by_role("table", name="What adds up to the score")
    expect(table).to_be_visible()
    return {
        row.locator("th").inner_text(): number(row.locator("td").last.inner_text())
        for row in table.get_by_role("row").all()
    }


def questions(screen: Screen, of: Callable[[], object]) -> list[dict[str, list[str]]]:
    """What is asked meanwhile, of why."""
    before = len(screen.watch.asked)
    of()
    asked = [urlsplit(url) for url in screen.watch.asked[before:]]
    return [parse_qs(url.query) for url in asked if url.path.endswith(PATH)]


def test_it_opens_for_the_first_answer_and_nothing_of_it_is_loaded_before(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    assert not [
        url for url in screen.watch.asked if "/why/" in url or "why.css" in url or PATH in url
    ]
    panel = open_panel(screen)
    first = trained.get("/attributions", method="grad-cam")
    expect(panel.get_by_label("Class")).to_have_value("")
    expect(panel.get_by_label("Class").locator("option:checked")).to_have_text(
        f"{first['class_name']}, the first"
    )
    expect(panel.get_by_label("Layer")).to_have_value("conv2")
    expect(panel.get_by_role("figure")).to_have_count(2)
    assert [url for url in screen.watch.asked if "/why/panel.js" in url]


def test_each_method_stands_beside_its_control_and_says_how_alike_they_are(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    open_panel(screen)
    for name in METHODS:
        panel = method(screen, name)
        asked = name.lower().replace(" × ", "-times-").replace(" ", "-")
        truth = trained.get("/attributions", method=asked)["control"]["correlation"]
        text = panel.locator("[data-test=alike]").inner_text()
        assert number(text.split()[0]) == pytest.approx(truth, abs=0.0051)
        assert ("mostly the picture" in text) == (truth > 0.5)
        now, control = canvases(panel)
        assert now.shape == control.shape
        assert (now != control).any()
        assert min(colours(now), colours(control)) > 5
        sizes = [canvas.bounding_box() for canvas in panel.locator("canvas").all()]
        assert sizes[0]
        assert sizes[1]
        assert sizes[0]["width"] == sizes[1]["width"]
        assert sizes[0]["y"] == sizes[1]["y"]


def test_integrated_gradients_say_what_they_add_up_to(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(f"/?run={trained.id}&why=integrated-gradients")
    says = answered(screen).locator("[data-test=adds]").inner_text()
    found = re.fullmatch(
        r"It adds up to ([−\d.]+); the score rose by ([\d.]+) from a black picture\.", says
    )
    assert found
    truth = trained.get("/attributions", method="integrated-gradients")["completeness"]
    assert number(found[1]) == pytest.approx(truth["total"], abs=0.006)
    assert number(found[2]) == pytest.approx(truth["expected"], abs=0.006)


def test_at_step_0_nothing_was_learned_and_both_are_the_same(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    panel = open_panel(screen)
    for name in ("Gradient", "Occlusion"):
        method(screen, name)
        expect(panel.locator("[data-test=alike]")).to_contain_text("Nothing was learned yet")
        now, control = canvases(panel)
        assert (now == control).all()
        assert coloured(now) > 0.01


def test_a_place_says_which_filters_and_they_add_up_to_the_score(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    panel = open_panel(screen)
    place = panel.get_by_role("button", name=re.compile(r"^Grad-CAM of .* at conv2\. 14 by 14"))
    box = place.locator("canvas").bounding_box()
    assert box
    cell = box["width"] / 14
    screen.page.mouse.move(box["x"] + 3.5 * cell, box["y"] + 2.5 * cell)
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + 9.5 * cell, box["y"] + 11.5 * cell)
    screen.page.mouse.up()
    found = rows(panel)
    expect(panel.get_by_text("conv2, rows 2–11, columns 3–9: ")).to_be_visible()
    region = {"y": 2, "x": 3, "height": 10, "width": 7}
    truth = trained.get("/attributions/contributions", layer="conv2", **region)
    filters = {name: value for name, value in found.items() if name.startswith("filter ")}
    assert len(filters) > 1
    for name, value in filters.items():
        assert value == pytest.approx(truth["filters"][int(name.split()[1])], abs=0.00051)
    total, score = found.pop("together"), found.pop(f"score of {_first(trained)}")
    assert sum(found.values()) == pytest.approx(total, abs=0.0006 * len(found))
    assert total == pytest.approx(score, abs=0.001)
    assert score == pytest.approx(truth["score"], abs=0.00051)
    name = next(iter(filters))
    panel.get_by_role("button", name=f"Open conv2, {name}").click()
    expect(screen.filter.get_by_role("heading", name=f"conv2, {name}")).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.filter).to_have_count(0)
    expect(panel).to_be_visible()


def _first(run: LiveRun) -> str:
    name: str = run.get("/attributions", method="gradient")["class_name"]
    return name


def test_places_are_reached_by_keys_too(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    keys = screen.page.keyboard
    screen.page.get_by_role("button", name="Why this answer?").focus()
    keys.press("Enter")
    panel = answered(screen)
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    panel.get_by_label("Layer").select_option("conv1")
    place = panel.get_by_role("button", name=re.compile(r" at conv1\. 28 by 28"))
    place.press("Enter")
    rows(panel)
    at = panel.locator("caption")
    found = re.search(r"row (\d+), column (\d+)", at.inner_text())
    assert found
    y, x = int(found[1]), int(found[2])
    down = min(27, y + 1)
    panel.locator(".why-place").press("ArrowDown")
    expect(at).to_contain_text(f"conv1, row {down}, column {x}:")
    screen.expect_step(TRAINED)
    keys.press("Escape")
    expect(panel).to_have_count(0)
    expect(screen.page.get_by_role("button", name="Why this answer?")).to_be_focused()


def test_any_class_can_be_asked_about_from_its_own_number(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    screen.page.get_by_role("complementary", name="The network's answers").get_by_role(
        "button", name=re.compile("Bag")
    ).click()
    card = screen.page.get_by_role("region", name="How this number is computed")
    card.get_by_role("button", name="Why this answer?").click()
    panel = answered(screen)
    expect(card).to_have_count(0)
    expect(panel.get_by_label("Class").locator("option:checked")).to_have_text("Bag")
    expect(panel.get_by_role("img", name="Grad-CAM of Bag at conv2, before")).to_be_visible()


def test_it_follows_the_run_and_asks_one_thing_at_a_time(visit: Visitors, run: LiveRun) -> None:
    screen = visit(f"/?run={run.id}&why=gradient")
    panel = answered(screen)
    before = canvases(panel)[0]
    screen.flat_out()

    def play() -> None:
        screen.play.click()
        screen.page.wait_for_timeout(3000)
        screen.pause.click()

    asked = questions(screen, play)
    assert 2 <= len(asked) <= 12
    reached = run.wait_for("ready")["step"]
    expect(panel.get_by_role("figure").first).to_contain_text(f"Step {reached:,}")
    after = canvases(answered(screen))
    assert (after[0] != before).any()
    run.post("/interventions", type="silence", layer="conv2", filter=3, on=True)
    screen.until(lambda: (canvases(panel)[0] != after[0]).any())


def test_what_is_not_wanted_any_more_is_not_waited_for(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    open_panel(screen)
    left: list[str] = []
    screen.page.on("requestfailed", lambda request: left.append(request.url))
    screen.page.route(re.compile("method=integrated-gradients"), lambda _: None)
    with screen.page.expect_request(re.compile("method=integrated-gradients")):
        panel_of(screen).get_by_text("Integrated gradients", exact=True).click()
    method(screen, "Occlusion")
    screen.until(lambda: any("method=integrated-gradients" in url for url in left))


def test_the_past_has_its_own_answer_and_the_address_restores_all(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(f"/?run={trained.id}&step=40&why=occlusion&class=8")
    panel = answered(screen)
    expect(panel.get_by_role("figure").first).to_contain_text("Step 40")
    truth = trained.get("/attributions", method="occlusion", step=40, **{"class": 8})
    text = panel.locator("[data-test=alike]").inner_text()
    assert number(text.split()[0]) == pytest.approx(truth["control"]["correlation"], abs=0.0051)
    panel.get_by_label("Class").select_option("Dress")
    method(screen, "Grad-CAM")
    panel.get_by_label("Layer").select_option("conv1")
    expect(screen.page).to_have_url(re.compile(r"step=40&why=grad-cam&class=3&layer=conv1$"))
    screen.page.reload()
    panel = answered(screen)
    expect(panel.get_by_label("Class")).to_have_value("3")
    expect(panel.get_by_label("Layer")).to_have_value("conv1")
    expect(panel.get_by_role("img", name="Grad-CAM of Dress at conv1, before")).to_be_visible()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)
    expect(screen.page).to_have_url(re.compile(r"step=40$"))


def test_another_picture_has_another_answer(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    panel = open_panel(screen)
    before = canvases(panel)
    screen.page.get_by_role("button", name=re.compile(", test picture 5$")).first.click()
    screen.until(lambda: (canvases(panel)[1] != before[1]).any())
    assert np.shape(canvases(panel)[0]) == np.shape(before[0])


def test_on_a_phone_it_is_a_sheet_above_the_answers(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained, **PHONE)
    panel = open_panel(screen)
    answers = screen.page.get_by_role("complementary", name="The network's best answers")
    sheet, bars = panel.bounding_box(), answers.bounding_box()
    assert sheet
    assert bars
    assert sheet["y"] + sheet["height"] <= bars["y"] + 1
    for canvas in panel.locator("canvas").all():
        expect(canvas).to_be_in_viewport(ratio=0.99)
    assert violations(screen) == []


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, SHEET])
def test_axe_finds_nothing_serious_in_it(
    visit: Visitors, trained: LiveRun, viewport: dict[str, int]
) -> None:
    screen = visit(trained, viewport=viewport, reduced_motion="reduce")
    panel = open_panel(screen)
    panel.locator(".why-place").press("Enter")
    rows(panel)
    assert violations(screen) == []

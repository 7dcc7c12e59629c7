"""Health and answers: how a run is, and what it takes the held-out pictures for."""

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import PHONE
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TRAINED = 300
DEAD = {"layer": "conv2", "filter": 3}
KILL = {"type": "set", "layer": "conv2", "tensor": "bias", "index": [3], "value": -1000.0}
OUTLINED = "column => column.getAnimations().length"


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has learned something."""
    run.post("/step", steps=TRAINED)
    return run


@pytest.fixture
def ill(trained: LiveRun) -> LiveRun:
    """One with a dead filter, and a step after it."""
    trained.post("/interventions", **KILL)
    trained.post("/step", steps=1)
    return trained


def panel_of(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog", name="Health and answers")


def opened(screen: Screen, tab: str = "Health") -> Locator:
    screen.page.get_by_role("button", name="Health and answers").click()
    panel_of(screen).get_by_role("tab", name=tab).click()
    return answered(screen)


def answered(screen: Screen) -> Locator:
    """The panel, once it shows what was asked last."""
    panel = panel_of(screen)
    expect(panel.get_by_role("tabpanel")).to_have_attribute("aria-busy", "false")
    expect(panel.get_by_role("button", name="Download CSV")).to_be_visible()
    return panel


def matrix(panel: Locator) -> list[list[int]]:
    rows = panel.get_by_role("table", name="Rows: what it is").locator("tbody tr").all()
    texts = [row.locator("td").all_inner_texts() for row in rows]
    return [[int(text.replace(",", "")) for text in row] for row in texts]


def asked(screen: Screen, path: str) -> list[str]:
    return [url for url in screen.watch.asked if urlsplit(url).path.endswith(path)]


def saved(panel: Locator, button: str) -> Path:
    with panel.page.expect_download() as download:
        panel.get_by_role("button", name=button).click()
    return download.value.path()


def test_nothing_of_it_is_loaded_or_asked_before_it_is_opened(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    early = [url for url in screen.watch.asked if "/inspect" in url]
    assert not early + asked(screen, "/health") + asked(screen, "/confusion")
    panel = opened(screen)
    expect(panel.locator("[data-test=health]")).to_be_visible()
    assert [url for url in screen.watch.asked if "/inspect/panel.js" in url]
    assert asked(screen, "/health")
    assert not asked(screen, "/confusion")


def test_a_run_with_which_nothing_is_wrong_is_said_to_be_well(
    visit: Visitors, trained: LiveRun
) -> None:
    assert trained.get("/health")["findings"] == []
    panel = opened(visit(trained))
    expect(panel.locator("[data-test=health]")).to_have_text(f"Nothing is wrong at step {TRAINED}.")
    history = panel.get_by_role("region", name="What happened so far")
    expect(history).to_contain_text("passed guessing")


def test_a_dead_filter_is_found_opened_and_drawn_anew_in_a_fork(
    visit: Visitors, ill: LiveRun
) -> None:
    screen = visit(ill)
    panel = opened(screen)
    expect(panel.locator("[data-test=health]")).to_contain_text("One thing may be wrong")
    found = panel.get_by_text("conv2, filter 3 is dead: its map is 0 everywhere")
    expect(found).to_be_visible()
    expect(panel.get_by_text("× dead: 3")).to_be_visible()
    panel.get_by_role("button", name="Open conv2, filter 3").click()
    expect(screen.filter.get_by_role("heading", name="conv2, filter 3")).to_be_visible()
    screen.page.keyboard.press("Escape")
    panel.get_by_role("button", name="Fork here with filter 3 of conv2 drawn anew").click()
    screen.until(lambda: screen.run_id() != ill.id)
    fork = LiveRun(ill.server, screen.run_id())
    assert fork.get()["parent"]["run"] == ill.id
    assert fork.get()["parent"]["step"] == TRAINED + 1
    panel = answered(screen)
    expect(panel.locator("[data-test=health]")).to_contain_text("Nothing is wrong")
    assert ill.get()["steps"] == TRAINED + 1


def test_each_layer_has_its_sizes_and_is_outlined_where_it_is_drawn(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    panel = opened(screen)
    truth = trained.get("/health")
    table = panel.get_by_role("table", name="Layers from the input on")
    for layer in truth["layers"]:
        row = table.get_by_role("row").filter(
            has=screen.page.get_by_text(layer["layer"], exact=True)
        )
        ratio, _, gradient, _ = row.locator("td").all_inner_texts()
        assert float(ratio.split()[0]) == pytest.approx(layer["ratio"], rel=0.06)
        assert float(gradient) == pytest.approx(layer["gradient"], rel=0.06)
    clamped = panel.get_by_role("table", name="Share of each ReLU")
    for one in truth["clamped"]:
        expect(clamped).to_contain_text(f"{one['share']:.1%}")
    bars = table.get_by_role("img", name="Update ÷ weight of each filter of conv2")
    expect(bars).to_be_visible()
    column = screen.page.locator('[data-column="conv2"]')
    assert column.evaluate(OUTLINED) == 0
    table.get_by_role("button", name="Show conv2").click()
    assert column.evaluate(OUTLINED) == 1


def test_sizes_are_drawn_over_the_steps_of_layers_and_of_filters_once_opened(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    panel = opened(screen)
    before = len(asked(screen, "/health"))
    panel.get_by_role("button", name="Over the steps").click()
    sizes = panel.locator("[data-test=sizes]")
    expect(sizes).to_have_attribute("aria-busy", "false")
    assert len(asked(screen, "/health")) - before >= 10
    assert sizes.locator("polyline").count() == 3
    ends = {one["layer"]: one for one in trained.get("/health")["layers"]}
    chart = sizes.get_by_role("img", name="Update ÷ weight over the steps")
    said = chart.get_attribute("aria-label") or ""
    for name, layer in ends.items():
        [number] = re.findall(rf"{name} ([\d.e−]+)", said)
        assert float(number) == pytest.approx(layer["ratio"], rel=0.06)
    panel.get_by_role("combobox", name="What").select_option("conv2")
    expect(sizes.locator("polyline")).to_have_count(16)
    expect(screen.page).to_have_url(re.compile(r"inspect=health&of=conv2$"))
    rows = list(csv.DictReader(io.StringIO(saved(panel, "Download CSV").read_text())))
    steps = sorted({int(row["step"]) for row in rows})
    assert (steps[0], steps[-1]) == (0, TRAINED)
    middle = steps[len(steps) // 2]
    truth = trained.get("/health", step=middle)["layers"][1]["filter_ratios"]
    of_conv2: list[Any] = [
        row for row in rows if (row["step"], row["layer"]) == (str(middle), "conv2")
    ]
    assert [float(row["value"]) for row in of_conv2 if row["filter"]] == truth
    assert violations(screen) == []


def test_the_matrix_is_the_servers_and_a_cells_picture_becomes_the_probe(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    panel = opened(screen, "Answers")
    truth = trained.get("/confusion")
    assert matrix(panel) == truth["matrix"]
    expect(panel.locator("[data-test=accuracy]")).to_contain_text(f"{truth['accuracy']:.1%}")
    classes = panel.get_by_role("table", name="Each class")
    for one in truth["classes"]:
        row = classes.locator("tbody tr").nth(one["index"])
        expect(row).to_contain_text(f"{one['recall']:.1%}")
    surest = panel.get_by_role("region", name="The surest mistakes").get_by_role("button")
    assert surest.count() == len(truth["mistakes"])
    panel.get_by_role("button", name=re.compile("^Shirt taken for Coat: ")).click()
    cell = panel.get_by_role("region", name="Pictures of the cell")
    images = trained.get("/confusion/images", true=6, predicted=4)
    expect(cell).to_contain_text(f"Shirt taken for Coat: {images['count']} picture")
    pictures = cell.get_by_role("button", name="Test picture")
    assert pictures.count() == len(images["images"])
    pictures.first.click()
    expect(pictures.first).to_have_attribute("aria-pressed", "true")
    expect(screen.page.get_by_role("region", name="Probe")).to_contain_text("Shirt")
    best = screen.page.get_by_role("complementary", name="The network's answers")
    expect(best.get_by_role("button", name="Coat")).to_contain_text(
        f"{images['images'][0]['confidence']:.0%}"
    )


def test_the_matrix_is_walked_by_keys_and_escape_gives_the_focus_back(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    keys = screen.page.keyboard
    button = screen.page.get_by_role("button", name="Health and answers")
    button.focus()
    keys.press("Enter")
    panel = answered(screen)
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    panel.get_by_role("tab", name="Health").focus()
    keys.press("ArrowRight")
    keys.press("Enter")
    answered(screen)
    panel.locator("[data-cell='0,0']").focus()
    keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(panel.locator("[data-cell='2,1']")).to_be_focused()
    keys.press("Enter")
    expect(panel.get_by_role("region", name="Pictures of the cell")).to_be_visible()
    expect(screen.page).to_have_url(re.compile(r"inspect=answers&cell=2%2C1$"))
    screen.expect_step(TRAINED)
    keys.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()


def test_it_follows_the_run_about_once_a_second(visit: Visitors, run: LiveRun) -> None:
    screen = visit(f"/?run={run.id}&inspect=answers")
    before = matrix(answered(screen))
    screen.flat_out()
    first = len(asked(screen, "/confusion"))
    screen.play.click()
    screen.page.wait_for_timeout(3000)
    screen.pause.click()
    assert 1 <= len(asked(screen, "/confusion")) - first <= 5
    reached = run.wait_for("ready")["step"]
    panel = panel_of(screen)
    expect(panel.locator("[data-test=accuracy]")).to_contain_text(f"at step {reached:,}.")
    after = matrix(answered(screen))
    assert after == run.get("/confusion")["matrix"] != before
    panel.get_by_role("tab", name="Health").click()
    run.post("/interventions", **KILL)
    expect(panel.get_by_text("conv2, filter 3 is dead: its map is 0")).to_be_visible()


def test_the_past_has_its_own_and_the_address_restores_it(
    visit: Visitors, trained: LiveRun
) -> None:
    address = f"/?run={trained.id}&step=40&inspect=answers&cell=6,4"
    screen = visit(address)
    panel = answered(screen)
    assert matrix(panel) == trained.get("/confusion", step=40)["matrix"]
    images = trained.get("/confusion/images", step=40, true=6, predicted=4)
    cell = panel.get_by_role("region", name="Pictures of the cell")
    expect(cell).to_contain_text(f"Shirt taken for Coat: {images['count']} picture")
    expect(panel.locator("[data-cell='6,4']")).to_have_attribute("aria-pressed", "true")
    panel.get_by_role("tab", name="Health").click()
    expect(panel.locator("[data-test=health]")).to_contain_text("at step 40.")
    expect(panel.get_by_role("region", name="What happened so far")).to_contain_text("Step 10")
    expect(screen.page).to_have_url(re.compile(r"step=40&inspect=health$"))
    panel.get_by_role("button", name="Close").click()
    expect(screen.page).to_have_url(re.compile(r"step=40$"))


def test_what_is_left_is_not_waited_for(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    left: list[str] = []
    screen.page.on("requestfailed", lambda request: left.append(request.url))
    screen.page.route(re.compile("/confusion"), lambda _: None)
    screen.page.get_by_role("button", name="Health and answers").click()
    with screen.page.expect_request(re.compile("/confusion")):
        panel_of(screen).get_by_role("tab", name="Answers").click()
    screen.page.keyboard.press("Escape")
    expect(panel_of(screen)).to_have_count(0)
    screen.until(lambda: any("/confusion" in url for url in left))


def test_numbers_and_matrix_are_downloaded(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    panel = opened(screen)
    rows = list(csv.DictReader(io.StringIO(saved(panel, "Download CSV").read_text())))
    truth = {layer["layer"]: layer for layer in trained.get("/health")["layers"]}
    ratios: list[Any] = [row for row in rows if row["quantity"] == "ratio" and not row["filter"]]
    assert {row["layer"]: float(row["value"]) for row in ratios} == {
        name: layer["ratio"] for name, layer in truth.items()
    }
    panel.get_by_role("tab", name="Answers").click()
    answered(screen)
    answers = trained.get("/confusion")["matrix"]
    table = list(csv.reader(io.StringIO(saved(panel, "Download CSV").read_text())))
    assert [[int(number) for number in row[1:-1]] for row in table[1:-1]] == answers


def test_on_a_phone_it_is_a_sheet_above_the_answers(visit: Visitors, ill: LiveRun) -> None:
    screen = visit(f"/?run={ill.id}&inspect=health", **PHONE)
    panel = answered(screen)
    answers = screen.page.get_by_role("complementary", name="The network's best answers")
    sheet, bars = panel.bounding_box(), answers.bounding_box()
    assert sheet
    assert bars
    assert sheet["y"] + sheet["height"] <= bars["y"] + 1
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    assert violations(screen) == []


@pytest.mark.parametrize("tab", ["health", "answers", "distributions", "plane"])
def test_axe_finds_nothing_serious_in_it(visit: Visitors, ill: LiveRun, tab: str) -> None:
    screen = visit(f"/?run={ill.id}&inspect={tab}&cell=6,4", reduced_motion="reduce")
    answered(screen)
    assert violations(screen) == []

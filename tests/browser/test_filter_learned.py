"""The tabs of a filter's view: what it answers to, wants and is worth, and its biography."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_training import weights
from tests.support.screen import Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

STEPS = 40
TABS = {
    "Answers to": "answers-to",
    "Wants": "wants",
    "Is worth": "is-worth",
    "Biography": "biography",
}
WHITE, BLACK = 255, 0
FRAME = """frame => { const side = (name) => parseFloat(frame.style[name]) / 100;
  return ["top", "left", "height", "width"].map(side) }"""


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run that has learned a little."""
    run.post("/step", steps=STEPS)
    return run


def open_tab(screen: Screen, name: str) -> Locator:
    """Presses a tab of the open filter; what it shows."""
    screen.filter.get_by_role("tab", name=name).click()
    return screen.filter.get_by_role("tabpanel", name=name)


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def numbers_of(bars: Locator) -> list[float]:
    """What stands at the ends of bars, in their order."""
    return [number(text) for text in bars.locator(".learned-number").all_inner_texts()]


def map_of(run: LiveRun, layer: str, image: str, channel: int) -> np.ndarray[Any, Any]:
    """A filter's map for a picture, (H, W)."""
    answer = run.get(f"/layers/{layer}/feature-maps", image=image, format="json")
    values: np.ndarray[Any, Any] = np.array(answer["values"][channel])
    return values


def test_a_planted_sobel_filter_answers_to_the_patch_where_its_map_is_highest(
    visit: Visitors, trained: LiveRun
) -> None:
    fill = {"type": "fill", "layer": "conv1", "filter": 3, "channel": 0, "with": "sobel_x"}
    trained.post("/interventions", **fill)
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    panel = open_tab(screen, "Answers to")
    expect(panel.get_by_text("Of all 2,000 held-out pictures. Step 40.")).to_be_visible()
    shown = panel.get_by_role("region", name="Most: each").get_by_role("button")
    expect(shown).to_have_count(9)
    expect(shown.locator(".patch-close")).to_have_count(9)
    values = [number(text) for text in shown.all_inner_texts()]
    assert values == sorted(values, reverse=True)
    for patch in shown.all()[:3]:
        label = patch.get_attribute("aria-label") or ""
        found = re.search(r"test picture (\d+)", label)
        assert found, label
        values_of_map = map_of(trained, "conv1", f"test-{found[1]}", 3)
        y, x = np.unravel_index(values_of_map.argmax(), values_of_map.shape)
        assert abs(number(patch.inner_text()) - values_of_map.max()) < 0.01
        top, left, height, width = patch.locator(".patch-box").evaluate(FRAME)
        rows, cols = values_of_map.shape  # padding keeps the picture's
        assert round(top * rows) == max(0, y - 1)
        assert round(left * cols) == max(0, x - 1)
        assert round((top + height) * rows) == min(rows, y + 2)
        assert round((left + width) * cols) == min(cols, x + 2)
    expect(panel.get_by_text(re.compile(r"^0\.\d\d alike with step 0 of this run"))).to_be_visible()
    expect(panel.get_by_role("list", name="What it gives").get_by_role("listitem")).to_have_count(
        10
    )


def test_a_picture_that_is_pressed_becomes_the_probe(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    panel = open_tab(screen, "Answers to")
    panel.get_by_role("button", name="training pictures").click()
    patch = panel.get_by_role("region", name="Least").get_by_role("button").first
    expect(patch).to_have_attribute("aria-label", re.compile("training picture"))
    patch.click()
    expect(patch).to_have_attribute("aria-pressed", "true")
    probe = screen.page.get_by_role("region", name="Probe")
    expect(probe.get_by_text("training picture", exact=True)).to_be_visible()


def test_what_a_first_layers_filter_wants_is_white_where_its_weights_are_above_0(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained, reduced_motion="reduce")
    screen.open_filter("conv1", 3)
    panel = open_tab(screen, "Wants")
    wanted = screen.canvas("What this filter wants, after 64 steps")
    expect(wanted).to_be_visible()
    weight = weights(trained, "conv1")[3, 0]
    clear = np.abs(weight) > 0.1 * np.abs(weight).max()
    painted = pixels(wanted)[:, :, 0]
    assert painted.shape == weight.shape
    assert (painted[clear] == np.where(weight[clear] > 0, WHITE, BLACK)).all()
    film = panel.get_by_role("slider", name="Step of the film")
    film.press("Home")
    expect(screen.canvas("What this filter wants, after 0 steps")).to_be_visible()
    expect(screen.canvas("What it wanted before it learned")).to_be_visible()
    panel.get_by_role("button", name="Play the film").click()
    expect(wanted).to_be_visible()
    panel.get_by_role("button", name="from the probe").click()
    expect(wanted).to_be_visible()
    with screen.page.expect_download() as download:
        panel.get_by_role("link", name="Download film").click()
    assert download.value.suggested_filename.endswith(".webp")


def test_filters_are_ranked_by_what_is_lost_without_them(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv2", 3)
    panel = open_tab(screen, "Is worth")
    ranking = panel.get_by_role("list", name="Filters by what is lost")
    bars = ranking.get_by_role("button")
    expect(bars).to_have_count(16)
    worth = trained.get("/layers/conv2/ablation")["filters"]
    lost = [100 * one["lost"] for one in sorted(worth, key=lambda one: -one["lost"])]
    assert numbers_of(ranking) == pytest.approx(lost, abs=0.051)
    expect(ranking.locator("[aria-current]")).to_contain_text("filter 3")
    classes = numbers_of(panel.get_by_role("list", name="Accuracy lost for each class"))
    assert classes == pytest.approx([100 * one for one in worth[3]["classes"]], abs=0.051)
    best = max(worth, key=lambda one: one["lost"])["filter"]
    bars.first.click()
    heading = screen.filter.get_by_role("heading", name=f"conv2, filter {best}")
    expect(heading).to_be_visible()
    expect(ranking.locator("[aria-current]")).to_contain_text(f"filter {best}")


def test_a_biography_leads_to_its_steps_and_its_teachers_add_up(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    panel = open_tab(screen, "Biography")
    along = panel.get_by_role("region", name="What it answered to most").get_by_role("button")
    expect(along).to_have_count(9)
    taught = panel.get_by_role("region", name="Who taught this filter?")
    *parts, others = numbers_of(taught.get_by_role("list"))
    assert len(parts) == 9
    said = taught.get_by_text("Together").inner_text()
    together = re.search(r"Together ([\d.e−]+): .*, ([\d.e−]+)\.$", said)
    assert together, said
    total, length = number(together[1]), number(together[2])
    assert sum(parts) + others == pytest.approx(total, rel=0.02)
    assert total == pytest.approx(length, rel=0.01)
    way = panel.get_by_role("slider", name="Its way over the steps")
    way.press("Home")
    expect(way).to_have_attribute("aria-valuetext", re.compile("^Step 0"))
    way.press("ArrowRight")
    said = way.get_attribute("aria-valuetext") or ""
    step = re.match(r"Step (\d+)", said)
    assert step, said
    way.press("Enter")
    screen.expect_step(int(step[1]))
    expect(along).to_have_count(9)  # the way stays whole
    way.locator("circle").last.click()
    screen.expect_step(STEPS)
    bend = trained.get("/layers/conv1/filters/3/trajectory")["bend"]
    way.locator("circle.bend").click()
    screen.expect_step(bend)


def test_the_past_is_asked_about_where_it_is_looked_at(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(f"/?run={trained.id}&filter=conv1.3&tab=answers-to&step=10")
    panel = screen.filter.get_by_role("tabpanel", name="Answers to")
    expect(panel.get_by_text("Of all 2,000 held-out pictures. Step 10.")).to_be_visible()


def test_while_it_trains_the_answer_follows(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    panel = open_tab(screen, "Answers to")
    said = panel.get_by_text(re.compile(r"^Of all 2,000 held-out pictures\. Step "))
    expect(said).to_contain_text(f"Step {STEPS}.")
    trained.post("/play")
    expect(said).not_to_contain_text(f"Step {STEPS}.")
    trained.post("/pause")
    reached = trained.wait_for("ready")["step"]
    expect(said).to_contain_text(f"Step {reached}.")


def test_a_question_is_dropped_when_its_tab_is_left(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    screen.page.route("**/patches?*", lambda route: None)  # no answer ever comes
    with screen.page.expect_request("**/patches?*") as asked:
        panel = open_tab(screen, "Answers to")
    expect(panel.get_by_text("Looking at the first 500 pictures…")).to_be_visible()
    assert asked.value.failure is None
    open_tab(screen, "Is worth")
    screen.until(lambda: asked.value.failure == "net::ERR_ABORTED")


@pytest.mark.parametrize("tab", ["answers-to", "wants", "is-worth", "biography"])
def test_a_filter_that_is_closed_is_asked_nothing_more(
    visit: Visitors, trained: LiveRun, tab: str
) -> None:
    screen = visit(f"/?run={trained.id}&filter=conv2.3&tab={tab}")
    panel = screen.filter.get_by_role("tabpanel")
    expect(panel.get_by_role("button", name="Download PNG")).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.filter).to_have_count(0)
    screen.page.wait_for_timeout(300)
    assert [url for url in screen.watch.asked if "/layers//" in url] == []  # of no layer


def test_nothing_is_loaded_or_asked_before_its_tab_is_opened(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    tabs = screen.filter.get_by_role("tab")
    expect(tabs).to_have_count(5)
    opened: set[str] = set()
    for name, file in TABS.items():
        asked = " ".join(screen.watch.asked)
        assert f"/learned/{file}.js" not in asked
        assert ("filter-learned.css" in asked) == bool(opened)
        panel = open_tab(screen, name)
        expect(panel.get_by_role("list").or_(panel.get_by_role("figure")).first).to_be_visible()
        opened.add(file)
    assert all(f"/learned/{file}.js" in " ".join(screen.watch.asked) for file in opened)


def test_tabs_are_walked_with_the_arrow_keys_and_stay_in_the_address(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    tabs = screen.filter.get_by_role("tab")
    tabs.first.focus()
    for key, name in (
        ("ArrowRight", "Answers to"),
        ("End", "Biography"),
        ("ArrowLeft", "Is worth"),
    ):
        screen.page.keyboard.press(key)
        expect(screen.filter.get_by_role("tab", name=name)).to_be_focused()
        expect(screen.filter.get_by_role("tab", selected=True)).to_have_text(name)
    expect(screen.page).to_have_url(re.compile("tab=is-worth"))
    screen.filter.get_by_role("button", name="Next filter").click()
    screen.open(screen.page.url)
    expect(screen.filter.get_by_role("heading", name="conv1, filter 4")).to_be_visible()
    expect(screen.filter.get_by_role("tab", selected=True)).to_have_text("Is worth")
    screen.page.keyboard.press("Escape")
    expect(screen.page).not_to_have_url(re.compile("tab="))


def test_axe_finds_nothing_serious_in_any_tab(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.open_filter("conv1", 3)
    for name in TABS:
        panel = open_tab(screen, name)
        expect(panel.get_by_role("list").or_(panel.get_by_role("figure")).first).to_be_visible()
        assert violations(screen) == []

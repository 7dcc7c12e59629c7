"""The sheet that says what a run can be made of, and starts another one."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

COMPLETE = Path("/usr/share/datasets/fashion-mnist")
SIZES = ((390, 844), (820, 1180), (1280, 720))
# what stands out of its box, within the sheet
CLIPPED = """sheet => [...sheet.querySelectorAll("p, label, td, th, button, span, select")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
    && getComputedStyle(e).display !== "inline")
  .map(e => e.textContent)"""


def opened(screen: Screen) -> Locator:
    """The sheet, opened where it is not."""
    sheet = screen.page.get_by_role("dialog", name="New run")
    if not sheet.is_visible():
        screen.page.get_by_role("button", name="New run…").click()
    expect(sheet).to_be_visible()
    return sheet


def field(screen: Screen, label: str) -> Locator:
    """A choice of the sheet."""
    return opened(screen).get_by_label(label, exact=True)


def start(screen: Screen, server: Server) -> LiveRun:
    """Starts the run that the sheet has been changed to."""
    old = screen.run_id()
    sheet = opened(screen)
    sheet.get_by_role("button", name="Start new run").click()
    screen.until(lambda: screen.run_id() != old)
    expect(sheet).to_be_hidden()
    screen.expect_step(0)
    return LiveRun(server, screen.run_id())


def test_the_page_says_what_its_run_is_made_of(visit: Visitors, run: LiveRun) -> None:
    line = visit(run).page.get_by_role("region", name="Recipe").get_by_role("paragraph")
    expect(line).to_have_text(
        "Default: two convolutions, 28 × 28 · Fashion-MNIST, 10,000 pictures · He, uniform"
        " · SGD · batch 32 · seed 0"
    )


def test_a_cancelled_sheet_changes_nothing_and_gives_the_focus_back(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    button = screen.page.get_by_role("button", name="New run…")
    for leave in ("Cancel", "Escape"):
        button.press("Enter")
        expect(screen.page.get_by_role("dialog", name="New run")).to_be_visible()
        for label, value in (("First weights", "zeros"), ("Optimiser", "Adam")):
            field(screen, label).select_option(value)
        field(screen, "Batch").fill("64")
        if leave == "Escape":
            screen.page.keyboard.press("Escape")
        else:
            opened(screen).get_by_role("button", name="Cancel").press("Enter")
        expect(screen.page.get_by_role("dialog", name="New run")).to_be_hidden()
        expect(button).to_be_focused()
        expect(field(screen, "Optimiser")).to_have_value("SGD")
        expect(field(screen, "First weights")).to_have_value("he_uniform")
        expect(field(screen, "Batch")).to_have_value("32")
        screen.page.keyboard.press("Escape")
    assert screen.run_id() == run.id


def test_keys_in_the_sheet_are_not_the_pages(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.open_filter("conv1", 0)
    opened(screen)
    for key in ("ArrowRight", "Space", "Escape"):
        screen.page.evaluate("() => document.activeElement.blur()")
        screen.page.keyboard.press(key)
    expect(screen.page.get_by_role("dialog", name="New run")).to_be_hidden()
    expect(screen.filter).to_be_visible()
    assert run.get()["step"] == 0


def test_the_layers_and_their_parameters_follow_the_network(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    table = opened(screen).get_by_role("table")
    expect(table.get_by_role("row", name="conv2 ")).to_contain_text("16×14×14")
    expect(table.locator("[data-test=total]")).to_have_text("9,098")
    field(screen, "Network").select_option("tinyvgg")
    expect(table.locator("[data-test=total]")).to_have_text("19,920")
    expect(table.get_by_role("row", name="conv4 ")).to_contain_text("910")
    expect(opened(screen).get_by_text("Two blocks of two 3 × 3 convolutions")).to_be_visible()


def test_a_recipe_that_was_started_here_can_be_started_again(
    visit: Visitors, run: LiveRun, server: Server
) -> None:
    screen = visit(run)
    for seed in ("7", "8", "7"):
        field(screen, "Seed").fill(seed)
        start(screen, server)
    again = opened(screen).get_by_role("button", name="Start again")
    expect(again).to_have_count(2)  # the same is not listed twice
    before = screen.run_id()
    again.nth(1).click()
    screen.until(lambda: screen.run_id() != before)
    expect(screen.page.get_by_role("dialog", name="New run")).to_be_hidden()
    assert LiveRun(server, screen.run_id()).get()["recipe"]["seed"] == 8


def test_a_refusal_is_read_in_the_sheet(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.watch.allow("422", "a batch that is too large")
    field(screen, "Batch").fill("99999999")
    sheet = opened(screen)
    sheet.get_by_role("button", name="Start new run").click()
    expect(sheet.get_by_role("alert")).to_contain_text("batch_size")
    assert screen.run_id() == run.id


def test_only_optimiser_batch_and_seed_make_a_fork(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=3)
    screen = visit(run)
    fork = opened(screen).get_by_role("button", name="Fork at step 3")
    expect(fork).to_have_count(0)
    field(screen, "First weights").select_option("zeros")
    field(screen, "Seed").fill("5")
    expect(fork).to_have_count(0)
    field(screen, "First weights").select_option("he_uniform")
    fork.click()
    screen.until(lambda: screen.run_id() != run.id)
    expect(screen.page.get_by_role("dialog", name="New run")).to_be_hidden()
    screen.expect_step(3)


def test_nothing_of_the_sheet_is_clipped(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run, viewport={"width": 390, "height": 844})
    screen.page.get_by_label("More settings").click()
    sheet = opened(screen)
    expect(sheet.locator("[data-test=total]")).to_have_text("9,098")
    for width, height in SIZES:
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.until(lambda: sheet.evaluate(CLIPPED) == [])
        box = sheet.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        expect(sheet.get_by_role("button", name="Start new run")).to_be_in_viewport(ratio=0.99)


def test_another_seed_gives_other_first_weights_in_a_new_run(
    visit: Visitors, run: LiveRun, server: Server
) -> None:
    screen = visit(run)
    before = screen.kernels("conv1")
    field(screen, "Seed").fill("7")
    made = start(screen, server)
    assert made.get()["recipe"]["seed"] == 7
    assert run.get()["recipe"]["seed"] == 0  # the other goes on: it is not this page's
    screen.until(lambda: (screen.kernels("conv1") != before).any())


def test_a_run_that_this_page_made_and_trained_outlives_a_new_one(
    visit: Visitors, server: Server
) -> None:
    screen = visit("/")  # the page makes it
    trained = LiveRun(server, screen.run_id())
    screen.step.click()
    screen.expect_step(1)
    field(screen, "First weights").select_option("zeros")
    start(screen, server)
    assert trained.get()["steps"] == 1


def test_everything_chosen_in_the_bar_is_in_the_new_run(
    visit: Visitors, run: LiveRun, server: Server
) -> None:
    screen = visit(run)
    for label, value in (("First weights", "orthogonal"), ("Optimiser", "AdamW")):
        field(screen, label).select_option(value)
    field(screen, "Batch").fill("16")
    recipe = start(screen, server).get()["recipe"]
    assert recipe["init"]["type"] == "orthogonal"
    assert recipe["optimizer"]["type"] == "AdamW"
    assert recipe["batch_size"] == 16
    expect(screen.page.get_by_role("slider", name="Momentum")).to_have_count(0)  # it has none


def test_another_network_brings_its_own_data_and_trains(
    visit: Visitors, run: LiveRun, server: Server
) -> None:
    screen = visit(run)
    field(screen, "Network").select_option("tinyvgg")
    made = start(screen, server)
    assert made.get()["network"] == "tinyvgg"
    assert made.get()["recipe"]["data"]["dataset"] == "shapes"
    expect(screen.filters("conv4")).to_have_count(10)
    screen.step.click()
    screen.expect_step(1)


@pytest.mark.skipif(not COMPLETE.is_dir(), reason="Debian's dataset-fashion-mnist is not here")
def test_another_data_set_is_trained_on(visit: Visitors, run: LiveRun, server: Server) -> None:
    screen = visit(run)
    field(screen, "Data").select_option("fashion-mnist")
    made = start(screen, server)
    assert made.get()["recipe"]["data"]["dataset"] == "fashion-mnist"
    assert made.get()["dataset_sha256"] != run.get()["dataset_sha256"]
    screen.step.click()
    screen.expect_step(1)


def test_a_network_without_an_answer_can_be_looked_at_and_says_why_it_does_not_train(
    visit: Visitors, run: LiveRun, server: Server
) -> None:
    screen = visit(run)
    field(screen, "Network").select_option("conv2d-12")
    start(screen, server)
    expect(screen.filters("conv1")).to_have_count(12)
    expect(screen.play).to_be_disabled()
    expect(screen.step).to_be_disabled()
    controls = screen.page.get_by_role("region", name="Controls")
    expect(controls.get_by_text("no class output")).to_be_visible()
    screen.page.keyboard.press("Space")
    screen.page.keyboard.press("ArrowRight")
    screen.open_filter("conv1", 0)
    screen.expect_step(0)

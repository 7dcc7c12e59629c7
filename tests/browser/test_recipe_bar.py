"""The bar that says what a run is made of, and starts another one."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

COMPLETE = Path("/usr/share/datasets/fashion-mnist")


def field(screen: Screen, label: str) -> Locator:
    """A setting of the bar."""
    return screen.page.get_by_role("region", name="Recipe").get_by_label(label, exact=True)


def start(screen: Screen, server: Server) -> LiveRun:
    """Starts the run that the bar has been changed to, which it has to announce."""
    old = screen.run_id()
    announced = screen.page.get_by_text("This starts a new run.", exact=True)
    expect(announced).to_be_visible()
    screen.page.get_by_role("button", name="Start new run").click()
    screen.until(lambda: screen.run_id() != old)
    expect(announced).to_have_count(0)
    screen.expect_step(0)
    return LiveRun(server, screen.run_id())


def test_the_bar_says_that_a_change_starts_a_new_run_and_can_be_undone(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    page = screen.page
    expect(page.get_by_text("A change here starts a new run.")).to_be_visible()
    expect(page.get_by_role("button", name="Start new run")).to_be_disabled()
    for label, value in (("First weights", "zeros"), ("Optimiser", "Adam")):
        field(screen, label).select_option(value)
    field(screen, "Batch").fill("64")
    expect(page.get_by_text("This starts a new run.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(field(screen, "Optimiser")).to_have_value("SGD")
    expect(field(screen, "First weights")).to_have_value("he_uniform")
    expect(field(screen, "Batch")).to_have_value("32")
    assert screen.run_id() == run.id


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

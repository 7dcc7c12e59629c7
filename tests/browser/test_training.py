"""Play, pause, step, reset and the dials."""

import io
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from tests.support.screen import pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

LIVE = ("Step", "Images/s", "Loss", "Training acc.", "Held-out acc.")


def weights(run: LiveRun, layer: str) -> np.ndarray[Any, Any]:
    """A layer's weights, as another tool reads them."""
    answer = run.send("GET", f"/layers/{layer}/tensors/weight", params={"format": "npy"})
    found: np.ndarray[Any, Any] = np.load(io.BytesIO(answer.content))
    return found


def test_space_plays_and_pauses_and_the_numbers_live(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    assert [screen.number(label) for label in LIVE[:4]] == [0, 0, None, None]
    screen.page.keyboard.press("Space")
    expect(screen.pause).to_be_visible()
    assert run.get()["state"] == "playing"
    screen.until(lambda: screen.steps() >= 3 and screen.number("Images/s"))
    screen.page.keyboard.press("Space")
    expect(screen.play).to_be_visible()
    paused = run.wait_for("ready")
    screen.expect_step(paused["step"])
    assert all(value is not None for value in map(screen.number, LIVE[:4]))
    expect(screen.stat("Loss")).to_have_text(f"{paused['loss']:.3f}")
    expect(screen.stat("Training acc.")).to_have_text(f"{100 * paused['accuracy']:.1f}%")
    screen.until(lambda: run.get()["held_out_step"] == paused["step"])  # measured after the pause
    held_out = f"{100 * run.get()['held_out_accuracy']:.1f}%"
    expect(screen.stat("Held-out acc.")).to_contain_text(held_out)
    expect(screen.stat("Held-out acc.")).to_contain_text(f"at step {paused['step']}")


def test_the_whole_held_out_half_is_measured_on_a_press_and_said_apart_from_the_curve(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=4)
    history = run.get("/history")
    screen = visit(run)
    on_sample = screen.stat("Held-out acc.").inner_text()
    button = screen.page.get_by_role("button", name="measure all 2,000")
    button.click()
    found = run.post("/evaluate")
    said = f"{100 * found['accuracy']:.1f}% at step 4, loss {found['loss']:.3f}"
    answer = screen.page.get_by_role("status").filter(has_text="at step 4")
    expect(answer).to_have_text(said)
    assert screen.stat("Held-out acc.").inner_text() == on_sample
    assert run.get("/history") == history
    run.post("/reset")
    expect(answer).to_have_count(0)


def test_the_right_arrow_takes_one_step(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    for step in (1, 2):
        screen.page.keyboard.press("ArrowRight")
        screen.expect_step(step)
        assert run.wait_for("ready")["step"] == step
    screen.step.click()
    screen.expect_step(3)


def test_every_press_is_a_step_those_that_came_meanwhile_in_one_request(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    waiting: list[Route] = []
    screen.page.route("**/step", lambda route: waiting.append(route))
    for _ in range(30):
        screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: len(waiting) == 1)
    waiting[0].continue_()
    screen.until(lambda: len(waiting) == 2)
    waiting[1].continue_()
    screen.expect_step(30)
    screen.page.wait_for_timeout(300)
    assert len(waiting) == 2, "and no more"


def test_what_a_held_key_repeats_ends_when_it_is_let_go(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    waiting: list[Route] = []
    screen.page.route("**/step", lambda route: waiting.append(route))
    for _ in range(20):  # without a release between them: what a held key sends
        screen.page.keyboard.down("ArrowRight")
    screen.page.keyboard.up("ArrowRight")
    screen.until(lambda: len(waiting) == 1)
    waiting[0].continue_()
    screen.expect_step(1)
    screen.page.wait_for_timeout(300)
    assert len(waiting) == 1, "what waited went with the key"
    screen.page.keyboard.press("ArrowRight")
    screen.until(lambda: len(waiting) == 2)
    waiting[1].continue_()
    screen.expect_step(2)


def test_a_reset_says_calmly_that_the_run_was_kept(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=2)
    screen = visit(run)
    screen.reset.click()
    said = screen.page.get_by_role("status").filter(has_text="The run before the reset was kept")
    expect(said).to_be_visible()
    expect(screen.page.get_by_role("alert")).to_have_count(0)
    text = said.evaluate("bar => getComputedStyle(bar).color")
    assert text == screen.page.evaluate("() => getComputedStyle(document.body).color")


def test_a_step_while_it_plays_pauses_it(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1)
    screen.step.click()
    expect(screen.play).to_be_visible()
    screen.until(lambda: run.wait_for("ready")["step"] == screen.steps())  # it rests twice


def test_kernels_change_and_a_reset_gives_back_the_first_ones_bit_for_bit(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    layers = ("conv1", "conv2")
    first = {layer: (weights(run, layer), screen.kernels(layer)) for layer in layers}
    maps = pixels(screen.canvas("pool2"))
    screen.flat_out()
    screen.play.click()
    screen.until(lambda: screen.steps() >= 50)
    screen.pause.click()
    screen.expect_step(run.wait_for("ready")["step"])
    for layer in layers:
        values, painted = first[layer]
        assert (weights(run, layer) != values).mean() > 0.9
        assert (screen.kernels(layer) != painted).any(axis=1).mean() > 0.1
    screen.reset.click()
    screen.expect_step(0)
    for layer in layers:
        values, painted = first[layer]
        assert weights(run, layer).tobytes() == values.tobytes()
        assert (screen.kernels(layer) == painted).all()
    assert (pixels(screen.canvas("pool2")) == maps).all()


@pytest.mark.alone
def test_the_speed_goes_from_one_step_a_second_to_flat_out(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    speed = screen.page.get_by_label("Speed")
    assert run.get()["steps_per_second"] == 10
    speed.press("Home")
    screen.until(lambda: run.get()["steps_per_second"] == 1)
    expect(speed).to_have_attribute("aria-valuetext", "1 step/s")
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1)
    screen.page.wait_for_timeout(1000)
    assert screen.steps() <= 4  # two or three of them, one a second
    screen.flat_out()
    screen.until(lambda: run.get()["steps_per_second"] is None)
    screen.until(lambda: screen.steps() > 100)


def test_learning_rate_and_momentum_change_while_it_trains(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1)
    rate = screen.page.get_by_label("Learning rate, as a number")
    rate.fill("0.02")
    rate.press("Enter")
    screen.until(lambda: run.get()["learning_rate"] == 0.02)
    momentum = screen.page.get_by_role("slider", name="Momentum")
    momentum.press("Home")
    screen.until(lambda: run.get()["momentum"] == 0)
    momentum.press("ArrowRight")
    screen.until(lambda: run.get()["momentum"] == 0.01)
    screen.page.get_by_role("slider", name="Learning rate").press("ArrowRight")
    screen.until(lambda: run.get()["learning_rate"] > 0.02)
    now = run.get()
    assert now["state"] == "playing"
    screen.until(lambda: screen.steps() > now["step"])


def test_what_another_tool_changes_shows_on_the_page(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    run.send("PATCH", json={"learning_rate": 0.25, "steps_per_second": None})
    expect(screen.page.get_by_label("Learning rate, as a number")).to_have_value("0.25")
    expect(screen.page.get_by_label("Speed")).to_have_attribute("aria-valuetext", "flat out")
    run.post("/step", steps=7)
    screen.expect_step(7)


def test_space_trains_a_run_whose_worker_is_still_starting(visit: Visitors, run: LiveRun) -> None:
    page = visit.blank().page
    starting = run.get() | {"state": "starting"}
    page.route(re.compile(f"/runs/{run.id}$"), lambda route: route.fulfill(json=starting))
    page.route_web_socket(re.compile("/stream$"), lambda socket: None)  # which says no more
    page.goto(f"/?run={run.id}")
    page.locator(".play:enabled").wait_for()
    page.keyboard.press("Space")
    run.wait_for("playing")


def test_before_the_first_step_the_place_of_the_loss_says_so(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    curves = screen.page.get_by_role("region", name="Curves")
    line = curves.get_by_text("The loss appears here after the first step.")
    expect(line).to_be_visible()
    run.post("/step", steps=2)
    expect(curves.get_by_role("img", name="Loss per step")).to_be_visible()
    expect(line).to_have_count(0)
    run.post("/reset")
    expect(line).to_be_visible()

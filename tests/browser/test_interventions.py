"""Interventions: numbers typed, filters filled, frozen and silenced, and all of it undone."""

import re

import numpy as np
import pytest
from playwright.sync_api import APIResponse, Locator, Route, expect

from tests.browser.test_training import weights
from tests.support.screen import Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TYPING = "New value of this weight; Enter applies, Escape cancels"
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32)
STEPS = 20


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page with a filter open, on a run that has learned a little."""
    run.post("/step", steps=STEPS)
    shown = visit(run)
    shown.expect_step(STEPS)
    shown.open_filter("conv1", 3)
    return shown


def tools(screen: Screen) -> Locator:
    """What can be done to the filter that is open."""
    return screen.page.get_by_role("region", name="Interventions on this filter")


def expect_done(screen: Screen, words: str) -> str:
    """The last change is this one; what it did."""
    last = tools(screen).locator(".last")
    expect(last).to_contain_text(re.compile(words))
    return last.inner_text()


def press_weight(screen: Screen, row: int, column: int) -> Locator:
    """Presses a weight of the filter's only kernel; the field in its place."""
    label = re.compile(rf"^weight, for input, row {row}, column {column}: ")
    screen.filter.get_by_role("button", name=label).click()
    field = screen.page.get_by_label(TYPING)
    expect(field).to_be_focused()
    return field


def fill(screen: Screen, kernel: str) -> None:
    """Fills the filter with a known kernel."""
    tools(screen).get_by_label("Known kernel").select_option(label=kernel)
    tools(screen).get_by_role("button", name="Fill").click()


def close(screen: Screen) -> None:
    """Goes back to the network."""
    screen.filter.get_by_role("button", name="Close").click()
    expect(screen.filter).to_have_count(0)


def test_a_typed_number_is_the_networks_at_once(screen: Screen, run: LiveRun) -> None:
    before, maps = weights(run, "conv1"), pixels(screen.canvas("conv1: "))
    probabilities = [one["probability"] for one in run.get("/predictions")["classes"]]
    bars = screen.page.locator(".answers").inner_text()
    field = press_weight(screen, 1, 2)
    assert float(field.input_value()) == pytest.approx(before[3, 0, 1, 2], rel=1e-5)
    field.fill("2,5")  # with the comma of many countries
    field.press("Enter")
    expect_done(screen, r"conv1, weight \[3, 0, 1, 2\]: .* became 2\.5")
    after = weights(run, "conv1")
    assert after[3, 0, 1, 2] == 2.5
    after[3, 0, 1, 2] = before[3, 0, 1, 2]
    assert (after == before).all()  # and nothing else
    screen.until(lambda: (pixels(screen.canvas("conv1: ")) != maps).mean() > 0.002)
    moved = [one["probability"] for one in run.get("/predictions")["classes"]]
    assert np.abs(np.subtract(moved, probabilities)).max() > 0.01
    screen.until(lambda: screen.page.locator(".answers").inner_text() != bars)


def test_escape_and_what_is_no_number_change_nothing(screen: Screen, run: LiveRun) -> None:
    before = weights(run, "conv1")
    field = press_weight(screen, 0, 0)
    field.fill("seven")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("7")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(screen.filter).to_be_visible()
    assert (weights(run, "conv1") == before).all()
    assert run.get()["interventions"] == []


def test_the_keyboard_goes_on_from_the_weight_that_was_typed_over(screen: Screen) -> None:
    for key in ("Enter", "Escape"):
        field = press_weight(screen, 1, 1)
        field.fill("0.5")
        field.press(key)
        cell = screen.filter.get_by_role(
            "button", name=re.compile("^weight, for input, row 1, column 1: ")
        )
        expect(cell).to_be_focused()
        screen.page.keyboard.press("ArrowRight")
        beside = screen.filter.get_by_role("button", name=re.compile("row 1, column 2: "))
        expect(beside).to_be_focused()


def test_the_bias_can_be_typed_over_too_and_minus_is_a_real_one(
    screen: Screen, run: LiveRun
) -> None:
    screen.filter.get_by_role("button", name=re.compile("^bias: .* press to change it")).click()
    field = screen.page.get_by_label(TYPING)
    field.fill("−0.75")  # with the page's own minus
    field.press("Enter")
    screen.until(lambda: run.get("/layers/conv1/tensors/bias")["values"][3] == -0.75)
    expect(screen.filter.get_by_role("button", name=re.compile("^bias: −0.750;"))).to_be_visible()
    field = press_weight(screen, 1, 1)
    field.fill("-2.5")
    field.press("Enter")
    said = expect_done(screen, "became −2\\.5")
    assert not re.search(r"-\d", said)


def test_a_filter_is_filled_with_sobel_and_undo_puts_back_what_was(
    screen: Screen, run: LiveRun
) -> None:
    before = weights(run, "conv1")
    undo = tools(screen).get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    fill(screen, "Sobel, left to right")
    expect_done(screen, "filled with Sobel")
    filled = weights(run, "conv1")[3, 0]
    scale = np.abs(filled).max() / np.abs(SOBEL).max()
    assert np.allclose(filled, scale * SOBEL) or np.allclose(filled, -scale * SOBEL)
    undo.click()
    expect(undo).to_be_disabled()
    assert weights(run, "conv1").tobytes() == before.tobytes()


def test_one_kernel_of_many_is_filled(screen: Screen, run: LiveRun) -> None:
    close(screen)
    screen.open_filter("conv2", 1)
    before = weights(run, "conv2")
    tools(screen).get_by_label("Which kernel").select_option(index=3)  # the first is: all
    fill(screen, "zeros")
    expect_done(screen, "conv2, filter 1")
    after = weights(run, "conv2")
    assert (after[1, 2] == 0).all()
    after[1, 2] = before[1, 2]
    assert (after == before).all()


def test_a_frozen_filter_stays_while_the_others_learn(screen: Screen, run: LiveRun) -> None:
    tools(screen).get_by_role("switch", name="freeze this filter").click()
    expect_done(screen, "conv1, filter 3")
    before = weights(run, "conv1")
    close(screen)
    expect(screen.filters("conv1").nth(3)).to_have_accessible_name(re.compile(", frozen$"))
    screen.step.click()
    screen.expect_step(STEPS + 1)
    changed = (weights(run, "conv1") != before).any(axis=(1, 2, 3))
    assert changed.tolist() == [channel != 3 for channel in range(8)]
    assert run.get()["frozen"] == [{"layer": "conv1", "filter": 3}]


def test_a_silenced_filter_says_what_it_was_worth_and_is_marked(
    screen: Screen, run: LiveRun
) -> None:
    silence = tools(screen).get_by_role("switch", name="silence this filter")
    silence.click()  # which the server answers, and then it is on
    said = expect_done(screen, "Held-out accuracy")
    shares = [float(share) for share in re.findall(r"(\d+\.\d)%", said)]
    assert len(shares) == 2
    points = re.search(r"worth (\d+\.\d) points|(\d+\.\d) points better|no change", said)
    assert points
    worth = float(points[1] or points[2] or 0)
    assert worth == pytest.approx(abs(shares[0] - shares[1]), abs=0.11)
    assert run.get()["silenced"] == [{"layer": "conv1", "filter": 3}]
    assert np.abs(run.get("/layers/conv1/feature-maps")["values"][3]).max() == 0
    close(screen)
    button = screen.filters("conv1").nth(3)
    expect(button).to_have_accessible_name("conv1, filter 3, 1 kernel, silenced")
    screen.open_filter("conv1", 3)
    silence.click()
    screen.until(lambda: run.get()["silenced"] == [])
    expect(button).to_have_accessible_name("conv1, filter 3, 1 kernel")


def test_every_intervention_is_listed_where_it_can_be_seen(screen: Screen, run: LiveRun) -> None:
    page = screen.page
    chip = page.locator(".interventions summary")
    expect(chip).to_have_count(0)
    fill(screen, "blur")
    expect_done(screen, "filled")
    expect(chip).to_have_text("1 intervention")
    tools(screen).get_by_role("button", name="Undo").click()
    expect(chip).to_have_text("2 interventions")
    chip.click()
    entries = page.get_by_role("list", name="Interventions").get_by_role("listitem")
    said = [change["says"] for change in run.get()["interventions"]]
    for entry, text in zip(entries.all(), said, strict=True):
        expect(entry).to_contain_text(f"step {STEPS} {text}")
    screen.open(page.url)
    expect(chip).to_have_text("2 interventions")  # it is the run's, not the page's
    screen.reset.click()
    screen.expect_step(0)
    expect(chip).to_have_count(0)


def test_every_intervention_in_the_list_says_what_it_did_to_the_accuracy(
    screen: Screen, run: LiveRun
) -> None:
    fill(screen, "zeros")
    screen.page.locator(".interventions summary").click()
    listed = screen.page.get_by_role("list", name="Interventions").get_by_role("listitem")
    expect(listed.first).to_contain_text(
        re.compile(r"held-out accuracy \d+\.\d% → \d+\.\d%$")  # measured at step 20 too
    )
    filled = f"{100 * run.get()['held_out_accuracy']:.1f}%"
    expect(listed.first).to_contain_text(f"→ {filled}")
    tools(screen).get_by_role("button", name="Undo").click()
    expect(listed.nth(1)).to_contain_text(re.compile(rf"{filled} → \d+\.\d%$"))
    before = f"{100 * run.get()['held_out_accuracy']:.1f}%"
    fill(screen, "zeros")
    expect(listed.nth(2)).to_contain_text(f"{before} → {filled}")


def test_an_answer_that_comes_after_the_measurement_does_not_take_it_away(
    screen: Screen, run: LiveRun
) -> None:
    late: list[tuple[Route, APIResponse]] = []
    screen.page.route("**/interventions", lambda route: late.append((route, route.fetch())))
    fill(screen, "zeros")
    screen.until(lambda: bool(late) and run.get()["held_out_accuracy"] is not None)
    measured = f"{100 * run.get()['held_out_accuracy']:.1f}%"
    # the stream has told it
    expect(screen.stat("Held-out acc.")).to_have_text(f"{measured} at step {STEPS}, of 1,000")
    late[0][0].fulfill(response=late[0][1])
    screen.page.locator(".interventions summary").click()
    listed = screen.page.get_by_role("list", name="Interventions").get_by_role("listitem")
    expect(listed.first).to_contain_text(f"→ {measured}")


def test_a_weight_that_is_pointed_at_while_it_is_changed_asks_for_nothing_that_is_refused(
    screen: Screen,
) -> None:
    for value in range(1, 9):
        field = press_weight(screen, 1, 2)
        field.fill(str(value))
        field.press("Enter")
        expect_done(screen, f"became {value}")
    asked = [url for url in screen.watch.asked if "/explain/weight" in url]
    assert len(asked) >= 1  # before the first change; a refused one fails on the console


def test_it_can_be_changed_while_it_plays(screen: Screen, run: LiveRun) -> None:
    screen.play.click()
    screen.until(lambda: screen.steps() > STEPS)
    tools(screen).get_by_role("switch", name="freeze this filter").click()
    expect_done(screen, "conv1, filter 3")
    fill(screen, "Sobel, top to bottom")
    expect_done(screen, "filled with Sobel")
    filled = weights(run, "conv1")[3, 0]
    at = screen.steps()
    screen.until(lambda: screen.steps() > at + 2)
    assert run.get()["state"] == "playing"
    assert (weights(run, "conv1")[3, 0] == filled).all()
    assert (filled[1] == 0).all()


def test_freezing_says_what_the_filters_learning_would_have_been_worth(screen: Screen) -> None:
    with screen.page.expect_response("**/interventions") as answered:
        tools(screen).get_by_role("switch", name="freeze this filter").click()
    intervention = answered.value.json()
    learning, frozen = (
        f"{100 * intervention[f'held_out_{when}']:.1f}%" for when in ("before", "after")
    )
    points = f"{100 * (intervention['held_out_before'] - intervention['held_out_after']):.1f}"
    assert 0 < intervention["steps_ahead"] <= 100  # a machine that is busy looks less far
    said = expect_done(screen, f"{intervention['steps_ahead']} steps on, held-out accuracy ")
    assert f"{learning} if it learned, {frozen} frozen: " in said
    if float(points) == 0:
        assert said.endswith("no difference.")
    else:
        worth = f"costs {points[1:]}" if points.startswith("-") else f"is worth {points}"
        assert said.endswith(f"its learning {worth} points.")

"""One real step, taken apart and shown phase by phase."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.card import map_button, region
from tests.support.screen import Screen, coloured, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

STEPS = 3


@pytest.fixture
def screen(visit: Visitors, run: LiveRun) -> Screen:
    """A page that does not move by itself, on a run of a few steps."""
    run.post("/step", steps=STEPS)
    shown = visit(run, reduced_motion="reduce")
    shown.expect_step(STEPS)
    return shown


def slow(screen: Screen) -> Locator:
    """The bar of slow motion."""
    return screen.page.get_by_role("region", name="One step in slow motion")


def begin(screen: Screen) -> Locator:
    """Opens slow motion, and waits until it is there."""
    screen.page.get_by_role("button", name="Slow motion").click()
    bar = slow(screen)
    expect(bar).to_be_visible()
    return bar


def phase(screen: Screen) -> str:
    """The name of the phase on screen."""
    mark = screen.page.locator(".slow [aria-current=step]")
    return mark.get_attribute("aria-label") or ""


def expect_phase(screen: Screen, name: str) -> None:
    """The phase on screen comes to be this one."""
    mark = screen.page.locator(".slow [aria-current=step]")
    expect(mark).to_have_attribute("aria-label", name)


def all_phases(screen: Screen) -> list[str]:
    """The names of all phases, by going through them."""
    forward = slow(screen).get_by_role("button", name="Forward one phase")
    names = [phase(screen)]
    while forward.is_enabled():
        forward.click()
        screen.until(lambda: phase(screen) != names[-1])
        names.append(phase(screen))
    return names


def test_it_takes_exactly_one_step_in_the_order_in_which_a_step_is_made(
    screen: Screen, run: LiveRun
) -> None:
    bar = begin(screen)
    screen.expect_step(STEPS)
    expect(bar.get_by_role("heading", name=f"Step {STEPS + 1} in slow motion")).to_be_visible()
    layers = [layer["name"] for layer in run.get("/layers")["layers"]]
    assert all_phases(screen) == [
        "Batch",
        *(f"Forward: {layer}" for layer in layers),
        "Loss",
        *(f"Backward: {layer}" for layer in reversed(layers)),
        "Update",
    ]
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_have_count(0)
    screen.expect_step(STEPS + 1)
    assert run.get()["step"] == STEPS + 1


def test_forward_and_back_by_buttons_keys_and_marks(screen: Screen) -> None:
    bar = begin(screen)
    keys = screen.page.keyboard
    back = bar.get_by_role("button", name="Back one phase")
    expect(back).to_be_disabled()
    bar.get_by_role("button", name="Forward one phase").click()
    expect_phase(screen, "Forward: conv1")
    expect(bar.get_by_text("Forward: conv1.", exact=True)).to_be_visible()
    back.click()
    expect_phase(screen, "Batch")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect_phase(screen, "Forward: relu1")
    keys.press("ArrowLeft")
    expect_phase(screen, "Forward: conv1")
    bar.get_by_role("button", name="Loss", exact=True).click()
    expect_phase(screen, "Loss")
    bar.get_by_role("button", name="Update", exact=True).click()
    expect(bar.get_by_role("button", name="Forward one phase")).to_be_disabled()
    keys.press("Escape")
    expect(bar).to_have_count(0)
    screen.expect_step(STEPS + 1)  # the arrows were not steps


def test_its_numbers_are_those_of_the_step(screen: Screen, run: LiveRun) -> None:
    bar = begin(screen)
    now = run.get()
    pictures = bar.locator("dl > div").filter(has_text="pictures").get_by_role("definition")
    expect(pictures).to_have_text(str(now["recipe"]["batch_size"]))
    bar.get_by_role("button", name="Loss", exact=True).click()
    loss = bar.locator("dl > div").filter(has_text="loss of the batch").get_by_role("definition")
    assert float(loss.inner_text()) == pytest.approx(now["loss"], rel=1e-5)
    bar.get_by_role("button", name="Update", exact=True).click()
    rate = bar.locator("dl > div").filter(has_text="learning rate").get_by_role("definition")
    assert float(rate.inner_text()) == now["learning_rate"]


def test_maps_come_phase_by_phase_and_the_live_ones_return(screen: Screen) -> None:
    bar = begin(screen)
    seen = {}
    for name in ("Batch", "Forward: conv2", "Backward: conv2"):
        before = pixels(screen.canvas("conv2: "))
        bar.get_by_role("button", name=name, exact=True).click()
        if name != "Batch":
            screen.until(lambda before=before: (pixels(screen.canvas("conv2: ")) != before).any())  # type: ignore[misc]
        seen[name] = pixels(screen.canvas("conv2: ")).tobytes()
    assert len(set(seen.values())) == 3
    bar.get_by_role("button", name="Close").click()
    screen.until(lambda: pixels(screen.canvas("conv2: ")).tobytes() not in seen.values())


def test_the_flattened_list_is_blank_until_its_maps_have_come(screen: Screen) -> None:
    listed = screen.canvas("flatten1: ")
    assert coloured(pixels(listed)) > 0
    bar = begin(screen)
    screen.until(lambda: coloured(pixels(listed)) == 0)  # no stripe of the picture before
    bar.get_by_role("button", name="Forward: pool2").click()
    screen.until(lambda: coloured(pixels(listed)) > 0)


def test_the_columns_that_a_phase_is_about_stand_out(screen: Screen) -> None:
    bar = begin(screen)
    about = {
        "Batch": ["input"],
        "Forward: conv2": ["conv2"],
        "Loss": ["linear1"],
        "Backward: conv1": ["conv1"],
        "Update": ["conv1", "conv2", "linear1"],
    }
    columns = screen.page.locator(".column.slow-now[data-column]")
    for name, expected in about.items():
        bar.get_by_role("button", name=name, exact=True).click()
        expect(columns).to_have_count(len(expected))
        found = [column.get_attribute("data-column") for column in columns.all()]
        assert found == expected, name


def test_values_do_not_open_while_the_maps_are_another_pictures(screen: Screen) -> None:
    bar = begin(screen)
    map_button(screen, "conv2, map 5").click()
    expect(region(screen)).to_have_count(0)
    bar.get_by_role("button", name="Close").click()
    map_button(screen, "conv2, map 5").click()
    expect(region(screen)).to_be_visible()


def test_where_less_motion_is_wanted_nothing_goes_on_by_itself(screen: Screen) -> None:
    bar = begin(screen)
    expect(bar.get_by_role("button", name=re.compile("^(Continue|Pause|Again)$"))).to_have_count(0)
    expect(bar.get_by_label("Pace")).to_have_count(0)
    assert phase(screen) == "Batch"
    screen.page.wait_for_timeout(3000)  # longer than a phase lasts
    assert phase(screen) == "Batch"


def test_else_it_goes_on_by_itself_at_a_pace_and_pauses(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    bar = begin(screen)
    bar.get_by_label("Pace").select_option("4")
    screen.until(lambda: phase(screen).startswith("Forward: pool"))
    bar.get_by_role("button", name="Pause", exact=True).click()
    stopped = phase(screen)
    screen.page.wait_for_timeout(1000)  # a phase lasts 650 ms at this pace
    assert phase(screen) == stopped
    bar.get_by_role("button", name="Update", exact=True).click()
    bar.get_by_role("button", name="Again").click()
    expect_phase(screen, "Batch")
    screen.page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Continue")).to_be_visible()
    assert run.get()["state"] == "ready"  # Space was slow motion's, and did not play


def test_playing_pauses_for_it_and_going_on_closes_it(screen: Screen, run: LiveRun) -> None:
    screen.play.click()
    screen.until(lambda: screen.steps() > STEPS)
    bar = begin(screen)
    run.wait_for("ready")
    title = bar.get_by_role("heading", level=2)
    expect(title).to_have_text(f"Step {run.get()['step']} in slow motion")
    screen.step.click()
    expect(bar).to_have_count(0)


PLACES = """() => [...document.querySelectorAll(".column, .column canvas, .answers, .side > *")]
  .map((part) => part.getBoundingClientRect().toJSON())"""


# where the window is in each frame of a phase, and whether its numbers are told already
SLID = """(phase) => new Promise((done) => {
  const seen = [];
  const look = () => {
    const now = document.querySelector(".slow [aria-current=step]")?.getAttribute("aria-label");
    const patch = document.querySelector(".sliding .patch");
    if (now !== phase) return seen.length ? done(seen) : requestAnimationFrame(look);
    if (patch) {
      const [y, x] = [patch.getAttribute("y"), patch.getAttribute("x")].map(Number);
      const told = [...document.querySelectorAll(".slow-numbers dd")].map((dd) => dd.textContent);
      seen.push([[y, x], told.some((text) => text !== "…")]);
    } else if (seen.length) return done(seen);
    requestAnimationFrame(look);
  };
  look();
})"""


def test_entering_it_resizes_nothing(screen: Screen) -> None:
    before = screen.page.evaluate(PLACES)
    begin(screen)
    assert screen.page.evaluate(PLACES) == before
    screen.page.keyboard.press("Escape")
    expect(slow(screen)).to_have_count(0)
    assert screen.page.evaluate(PLACES) == before


def test_a_window_slides_the_map_fills_up_and_the_numbers_come_when_they_are_reached(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=STEPS)
    screen = visit(run)
    screen.page.get_by_role("button", name="Slow motion").click()
    bar = slow(screen)
    bar.get_by_label("Pace").select_option("0.5")
    seen = screen.page.evaluate(SLID, "Forward: conv1")
    places = [tuple(place) for place, _ in seen]
    assert len(set(places)) >= 5
    assert places == sorted(places)  # row by row, downwards
    assert {told for _, told in seen} == {False}  # no number before it is reached
    expect(bar.locator(".slow-numbers:not(.not-yet) dd").first).not_to_have_text("…")


def large(screen: Screen) -> list[str]:
    """The large numbers: step, accuracies and loss."""
    return [
        screen.stat(name).inner_text()
        for name in ("Step", "Training acc.", "Held-out acc.", "Loss")
    ]


def test_the_large_numbers_wait_for_the_phase_that_makes_them(screen: Screen, run: LiveRun) -> None:
    screen.until(lambda: "at step" in screen.stat("Held-out acc.").inner_text())
    before = large(screen)
    bar = begin(screen)
    screen.page.wait_for_timeout(500)  # by now the frame of the step has come
    assert large(screen) == before
    bar.get_by_role("button", name="Forward: linear1", exact=True).click()
    assert large(screen) == before
    bar.get_by_role("button", name="Loss", exact=True).click()
    loss = f"{run.get()['loss']:.3f}"
    expect(screen.stat("Loss")).to_have_text(loss)
    assert large(screen)[:3] == before[:3]
    bar.get_by_role("button", name="Update", exact=True).click()
    screen.expect_step(STEPS + 1)
    expect(screen.stat("Held-out acc.")).to_contain_text(f"at step {STEPS + 1}")
    bar.get_by_role("button", name="Batch", exact=True).click()
    screen.until(lambda: large(screen) == before)
    bar.get_by_role("button", name="Close").click()
    screen.expect_step(STEPS + 1)
    expect(screen.stat("Loss")).to_have_text(loss)


def test_the_probe_says_that_the_picture_is_the_batchs(screen: Screen, run: LiveRun) -> None:
    probe = screen.page.get_by_role("region", name="Probe")
    expect(probe.get_by_text("test picture", exact=True)).to_be_visible()
    begin(screen)
    expect(probe.get_by_text("training picture", exact=True)).to_be_visible()
    expect(probe.get_by_text("Slow motion's own picture; the probe comes back.")).to_be_visible()
    batch = run.get("/batch")["examples"][0]
    expect(probe.locator(".probe-what b")).to_have_text(batch["class"])
    picture = probe.get_by_role("img", name="The picture of the batch")
    assert f"/images/{batch['image']}/file" in (picture.get_attribute("src") or "")
    assert picture.evaluate("async img => { await img.decode(); return img.naturalWidth; }") > 0
    screen.page.keyboard.press("Escape")
    expect(probe.get_by_text("test picture", exact=True)).to_be_visible()


def test_in_the_past_it_shows_the_step_that_led_there_and_trains_nothing(
    screen: Screen, run: LiveRun
) -> None:
    run.post("/step", until=9)
    screen.expect_step(9)
    screen.page.get_by_role("slider", name="Step shown").fill("6")
    screen.expect_step(6)
    bar = begin(screen)
    expect(bar.get_by_role("heading", name="Past step 6 in slow motion")).to_be_visible()
    screen.expect_step(5)
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    bar.get_by_role("button", name="Loss", exact=True).click()
    loss = bar.locator("dl > div").filter(has_text="loss of the batch").get_by_role("definition")
    assert float(loss.inner_text()) == pytest.approx(run.get(step=6)["loss"], rel=1e-5)
    bar.get_by_role("button", name="Update", exact=True).click()
    screen.expect_step(6)
    assert run.get()["step"] == 9
    screen.page.get_by_role("slider", name="Step shown").fill("4")
    expect(bar).to_have_count(0)
    screen.expect_step(4)
    screen.page.get_by_role("slider", name="Step shown").fill("0")
    screen.expect_step(0)
    screen.page.get_by_role("button", name="Slow motion").click()
    expect(screen.page.get_by_text("No step led to step 0.")).to_be_visible()


def test_on_a_phone_the_settings_close_for_it(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run, viewport={"width": 390, "height": 844}, has_touch=True)
    more = screen.page.get_by_label("More settings")
    more.click()
    bar = begin(screen)
    expect(screen.page.locator("details.more-settings[open]")).to_have_count(0)
    expect(bar).to_be_in_viewport()

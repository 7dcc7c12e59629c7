"""What the kernels' places show, and what shares a scale."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.screen import Screen, coloured, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself


def test_gradients_are_shown_after_a_step_and_before_it_the_page_says_why_not(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    page = screen.page
    weights = screen.kernels("conv1")
    assert coloured(weights) > 0.2
    for kind, sentence in (
        ("gradients", "There is no gradient yet: step 0"),
        ("updates", "There is no update yet: step 0"),
    ):
        page.get_by_role("radio", name=kind).check(force=True)
        expect(page.get_by_text(sentence)).to_be_visible()
    screen.until(lambda: coloured(screen.kernels("conv1")) == 0)
    screen.step.click()
    screen.expect_step(1)
    expect(page.get_by_text("There is no")).to_have_count(0)
    screen.until(lambda: coloured(screen.kernels("conv1")) > 0.2)
    updates = screen.kernels("conv1")
    page.get_by_role("radio", name="gradients").check(force=True)
    # against the gradient: where one is blue the other is orange
    screen.until(lambda: (screen.kernels("conv1") != updates).any(axis=1).mean() > 0.2)
    page.get_by_role("radio", name="weights").check(force=True)
    screen.until(lambda: (screen.kernels("conv1") == weights).all(axis=1).mean() > 0.2)


def test_the_viewer_chooses_what_shares_a_scale(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    run.post("/step", steps=20)
    screen.expect_step(20)
    seen = set()
    ends = screen.page.locator(".scale-colours")
    for scale, labelled in (("map", False), ("layer", True), ("network", True)):
        screen.page.get_by_role("radio", name=scale, exact=True).check(force=True)
        expect(screen.page.get_by_role("radio", name=scale, exact=True)).to_be_checked()
        if labelled:
            expect(ends.first).to_be_visible()
        else:
            expect(ends).to_have_count(0)
        seen.add(pixels(screen.canvas("conv1: ")).tobytes())
    assert len(seen) == 3


def test_each_map_can_be_pointed_at_and_says_its_range(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    for name in ("conv2, filter 5", "pool1, map 3", "relu2, map 15"):
        screen.page.get_by_role("button", name=name).hover()
        network = screen.page.get_by_role("region", name="The network, from input to answer")
        expect(network.get_by_text(name, exact=True)).to_be_visible()
        expect(network.get_by_text("map: ")).to_be_visible()


def test_beside_each_kernel_stands_what_the_viewer_chooses(visit: Visitors, run: LiveRun) -> None:
    run.post("/step", steps=20)
    screen = visit(run)

    def shown() -> float:
        """How many pixels are coloured."""
        painted = pixels(screen.canvas("conv1: "))
        return coloured(painted) * painted.size

    alone = shown()
    for state in ("itself a step ago", "itself at step 0"):
        screen.page.get_by_label("Beside each kernel").select_option(label=state)
        screen.until(lambda: abs(shown() - alone) > 0.02 * alone)
        screen.page.get_by_label("Beside each kernel").select_option(label="nothing")
        screen.until(lambda: shown() == alone)


def columns(screen: Screen) -> Any:
    """Where each column is, and how wide, when nothing moves."""
    return screen.page.evaluate(
        "() => [...document.querySelectorAll('.column, .answers')]"
        ".map((c) => c.getBoundingClientRect()).map(({ x, width }) => [x, width])"
    )


def test_neither_a_first_step_nor_other_states_beside_the_kernels_move_a_column(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run, viewport={"width": 1440, "height": 900})
    before = columns(screen)
    screen.step.click()
    screen.expect_step(1)
    screen.page.locator(".curves canvas").first.wait_for()
    assert columns(screen) == before
    choice = screen.page.get_by_role("combobox", name="Beside each kernel")
    for state in ("last", "first", "off"):
        choice.select_option(state)
        screen.page.wait_for_timeout(100)
        assert columns(screen) == before, state


def test_small_maps_can_be_hit_within_24_pixels(visit: Visitors, run: LiveRun) -> None:
    page = visit(run, viewport={"width": 1280, "height": 800}).page
    for name in ("pool2, map 4", "relu2, map 7", "conv2, map 3"):
        own = page.get_by_role("button", name=name)
        box = own.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for dx, dy in ((11, 0), (-11, 0), (0, 11), (0, -11)):
            hit = page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y)?.ariaLabel", [x + dx, y + dy]
            )
            assert (hit or "").startswith(name), (dx, dy)


def test_one_button_alone_is_called_step(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    expect(page.get_by_role("button", name="Step", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="Step once", exact=True)).to_have_count(1)

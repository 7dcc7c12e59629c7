"""Weights without a number of their own, drawn as cells of a picture, are typed over as well."""

import re
from typing import Any, NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_interventions import TYPING, expect_done, tools
from tests.support.card import region
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

# 81 cells a kernel; 20 kernels a filter; 20 × 4 weights an output
NETWORK: dict[str, Any] = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 20, "kernel_size": 9, "stride": 3},
        {"type": "ReLU"},
        {"type": "Conv2d", "out_channels": 20, "kernel_size": 3, "stride": 3},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


class Case(NamedTuple):
    """A weight, and where it is drawn."""

    layer: str
    kernel: int
    side: int  # of the kernel, in cells
    cell: tuple[int, int]
    place: tuple[int, ...]  # by torch's axes


CASES = [
    pytest.param(Case("conv1", 0, 9, (4, 7), (2, 0, 4, 7)), id="large kernel"),
    pytest.param(Case("conv2", 18, 3, (2, 1), (3, 18, 2, 1)), id="far kernel"),
    pytest.param(Case("linear1", 17, 2, (1, 0), (5, 17 * 4 + 2)), id="linear"),
]


@pytest.fixture
def run(server: Server) -> LiveRun:
    """A run with large kernels and with many."""
    made = server.run(network=NETWORK, dataset="fashion-mnist-10k")
    made.post("/step", steps=2)
    return made


def opened(visit: Visitors, run: LiveRun, layer: str, channel: int, **options: Any) -> Screen:
    """A page with a filter open."""
    screen = visit(f"/?run={run.id}&filter={layer}.{channel}", **options)
    expect(screen.filter.get_by_role("heading", level=2).first).to_contain_text(layer)
    return screen.in_full()


def kernel(screen: Screen, number: int) -> Locator:
    """The picture of a kernel's weights, as it can be pressed."""
    pictures = screen.filter.get_by_role("button", name=re.compile("^weight, for .*arrow keys"))
    before = screen.filter.get_by_role("table", name=re.compile("^weight, for ")).count()
    return pictures.nth(number - before)


def weight(run: LiveRun, layer: str) -> np.ndarray[Any, Any]:
    """A layer's weight as the server has it."""
    return np.array(run.get(f"/layers/{layer}/tensors/weight")["values"], np.float32)


def expect_only(
    run: LiveRun, layer: str, before: Any, index: tuple[int, ...], value: float
) -> None:
    """One number was set, and nothing else."""
    expected = before.copy()
    expected[index] = value
    np.testing.assert_array_equal(weight(run, layer), expected)


@pytest.mark.parametrize("case", CASES)
def test_a_weight_is_pressed_and_typed_over_by_mouse(
    visit: Visitors, run: LiveRun, case: Case
) -> None:
    layer, k, side, cell, index = case
    screen = opened(visit, run, layer, index[0])
    before = weight(run, layer)
    picture = kernel(screen, k)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    at = {"x": (cell[1] + 0.5) * box["width"] / side, "y": (cell[0] + 0.5) * box["height"] / side}
    picture.click(position=at)  # type: ignore[arg-type]  # a dict where a TypedDict is declared
    field = screen.page.get_by_label(TYPING)
    expect(field).to_be_focused()
    assert float(field.input_value()) == pytest.approx(before[index], rel=1e-5)
    field.fill("−0,625")
    screen.page.get_by_role("button", name="Set", exact=True).click()
    expect(field).to_have_count(0)
    expect_done(screen, re.escape(f"{layer}, weight {list(index)}: ") + ".* became −0\\.625")
    expect_only(run, layer, before, index, -0.625)
    tools(screen).get_by_role("button", name="Undo").click()
    expect_done(screen, "[Uu]nd")
    assert weight(run, layer).tobytes() == before.tobytes()


@pytest.mark.parametrize("case", CASES)
def test_the_keyboard_alone_goes_to_a_weight_and_types_over_it(
    visit: Visitors, run: LiveRun, case: Case
) -> None:
    layer, k, _, cell, index = case
    screen = opened(visit, run, layer, index[0])
    before, keys = weight(run, layer), screen.page.keyboard
    keys.press("Tab")  # so that focus is the keyboard's
    kernel(screen, k).focus()
    for key in ["ArrowDown"] * cell[0] + ["ArrowRight"] * cell[1]:
        keys.press(key)
    foot = region(screen)
    conv = layer.startswith("conv")
    owner = f"filter {index[0]}" if conv else run.get()["classes"][index[0]]
    of = "" if layer == "conv1" else f", kernel {k}"
    name = f"{layer}, weight of {owner}{of}, row {cell[0]}, column {cell[1]}"
    expect(foot.get_by_role("heading", level=2)).to_have_text(name)
    keys.press("Enter")
    field = screen.page.get_by_label(TYPING)
    expect(field).to_be_focused()
    keys.type("many")
    keys.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("1.5")
    keys.press("Enter")
    expect_done(screen, re.escape(f"{list(index)}: ") + ".* became 1\\.5")
    expect_only(run, layer, before, index, 1.5)
    expect(kernel(screen, k)).to_be_focused()  # and goes on from there
    keys.press("Space")
    expect(field).to_be_focused()
    assert float(field.input_value()) == 1.5
    keys.press("Escape")
    expect(field).to_have_count(0)
    expect(screen.filter).to_be_visible()
    assert screen.steps() == 2  # no arrow was a step


def test_a_held_weight_can_be_looked_into_while_its_field_stands_there(
    visit: Visitors, run: LiveRun
) -> None:
    screen = opened(visit, run, "conv1", 2)
    kernel(screen, 0).click()
    foot = region(screen)
    pictures = foot.get_by_role("group", name=re.compile("^Pictures of the batch"))
    pictures.get_by_role("button").nth(3).click()
    expect(pictures.get_by_role("button").nth(3)).to_have_attribute("aria-pressed", "true")
    expect(screen.page.get_by_label(TYPING)).to_be_visible()
    foot.get_by_role("button", name="Unpin").click()
    expect(screen.page.get_by_label(TYPING)).to_have_count(0)

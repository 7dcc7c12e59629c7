"""Learning that the eye can see: what moved lights up."""

from typing import Any

import numpy as np
import pytest

from tests.support.screen import Screen, pixels
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

MARGIN_PX = 2  # of a column's canvas around its cells


def shares(screen: Screen, layer: str, side: int) -> "np.ndarray[Any, Any]":
    """Of the way from a weight's own colour to that of what moved, how far its rim is."""
    text: str = screen.page.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--moved').trim()"
    )
    glow = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)])
    painted = pixels(screen.canvas(f"{layer}: ")).astype(int)[..., :3]
    found = []
    for kernels in screen.kernel_places(layer):
        for box in kernels:
            cell = box["width"] / side
            for r in range(side):
                for c in range(side):
                    x = round(box["x"] + c * cell) + MARGIN_PX
                    y = round(box["y"] + r * cell) + MARGIN_PX
                    middle = painted[round(y + cell / 2), round(x + cell / 2)]
                    found.append(np.abs(painted[y, x] - middle).sum() / np.abs(glow - middle).sum())
    return np.array(found)


def ranks(values: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Of each value, how many are below it; equal ones share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[place]


@pytest.fixture
def run(server: Server) -> LiveRun:
    """A run whose filter 2 of conv1 is frozen."""
    made = server.run()
    made.post("/step", steps=3)
    made.post("/interventions", type="freeze", layer="conv1", filter=2, on=True)
    return made


@pytest.mark.parametrize(
    ("scheme", "motion"),
    [
        ("light", "no-preference"),
        ("dark", "reduce"),
        pytest.param("dark", "no-preference", marks=pytest.mark.slow),
        pytest.param("light", "reduce", marks=pytest.mark.slow),
    ],
)
def test_what_lights_up_is_what_was_updated_and_a_frozen_filter_never_is(
    visit: Visitors, run: LiveRun, motion: Any, scheme: Any
) -> None:
    screen = visit(run, reduced_motion=motion, color_scheme=scheme)
    screen.step.click()
    screen.expect_step(4)
    screen.until(lambda: shares(screen, "conv1", 3).max() > 0.1)
    screen.page.wait_for_timeout(1500)  # the light has come to its rest
    seen = shares(screen, "conv1", 3)
    weights = run.get("/layers/conv1/tensors/weight", of="update", format="json")
    update = np.abs(np.array(weights["values"], float)).ravel()
    frozen = np.arange(18, 27)
    assert (seen[frozen] == 0).all()
    assert (update[frozen] == 0).all()
    assert np.corrcoef(ranks(seen), ranks(update))[0, 1] > 0.9
    marked = screen.page.locator('[data-column="conv1"] .moved-most')
    filters = (update**2).reshape(8, 9).sum(axis=1)
    owner = marked.locator("xpath=ancestor::button").get_attribute("data-channel")
    assert owner == str(filters.argmax())

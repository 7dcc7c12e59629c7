"""What opens beside a number, and what it says."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Locator, expect

from tests.support.screen import Screen

FLOAT32_SLACK = 1e-6  # relative; a printed number and its truth differ by no more than rounding


@dataclass(frozen=True)
class Written:
    """A number as it is written, and half of its last digit."""

    number: float
    half_digit: float

    def says(self, truth: float) -> bool:
        """Whether this is how that number is written."""
        return abs(self.number - truth) <= self.half_digit + FLOAT32_SLACK * abs(truth)


def read(text: str) -> Written:
    """A figure with the page's minus, with or without a power of ten."""
    mantissa, _, power = text.strip().replace("−", "-").partition("e")
    scale = 10.0 ** int(power or 0)
    digits = len(mantissa.partition(".")[2])
    half = 0.0 if mantissa == "0" else 0.5 * 10.0**-digits
    return Written(float(mantissa) * scale, half * scale)


def region(screen: Screen) -> Locator:
    """The card beside the number that is open."""
    return screen.page.get_by_role("region", name="How this number is computed")


def figure(card: Locator, name: str) -> Written:
    """One of a card's marked figures: total, value, activation, before, after."""
    return read(card.locator(f"[data-test={name}]").first.inner_text())


def figures(card: Locator, *names: str) -> list[Written]:
    """Several of them at one moment: in a run that trains, the next state comes at any time."""
    script = "(card, names) => names.map(n => card.querySelector(`[data-test=${n}]`).innerText)"
    texts: list[str] = card.evaluate(script, list(names))
    return [read(text) for text in texts]


def expect_title(screen: Screen, title: str) -> Locator:
    """The card, once it is about the number that was meant."""
    card = region(screen)
    expect(card.get_by_role("heading", level=2)).to_have_text(title)
    return card


def map_button(screen: Screen, name: str) -> Locator:
    """A map by its name, such as `conv2, map 5`."""
    return screen.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}, values "))


def middle(button: Locator, place: tuple[int, int], size: tuple[int, int]) -> Any:
    """The middle of a value (row, column) of a map of rows × columns, in the button."""
    box = button.bounding_box()
    assert box is not None
    across, down = (place[1] + 0.5) / size[1], (place[0] + 0.5) / size[0]
    return {"x": across * box["width"], "y": down * box["height"]}


def point(screen: Screen, name: str, place: tuple[int, int], size: tuple[int, int]) -> Locator:
    """Rests the pointer on a value of a map; the card that opens."""
    button = map_button(screen, name)
    button.hover(position=middle(button, place, size))
    return expect_title(screen, f"{name} · row {place[0]}, column {place[1]}")


def cells(table: Locator) -> np.ndarray[Any, Any]:
    """The numbers of a small grid, whole: a cell's title has all digits. Padding counts as 0."""
    titles = [cell.get_attribute("title") or "" for cell in table.get_by_role("cell").all()]
    return np.array([0.0 if title.startswith("padding") else float(title) for title in titles])

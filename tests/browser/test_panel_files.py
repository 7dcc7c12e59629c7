"""What is taken away of the panels: their pictures, their numbers, links to just that view."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, expect

from tests.support.screen import Screen, pixels
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

STEPS, PAST = 40, 20
OPTIONS: Any = {
    "reduced_motion": "reduce",  # a film rests at its end
    "permissions": ["clipboard-read", "clipboard-write"],
}
Shown = tuple[str, list[bytes]]


def shown(screen: Screen) -> Shown:
    """All that a panel says and paints."""
    panel = screen.page.locator("[data-panel]")
    return panel.inner_text(), [
        pixels(canvas).tobytes() for canvas in panel.locator("canvas").all()
    ]


def download(screen: Screen, name: str) -> Download:
    with screen.page.expect_download() as saved:
        screen.page.get_by_text(name, exact=True).click()
    return saved.value


def link(screen: Screen) -> str:
    screen.page.get_by_role("button", name="Copy link to this view").click()
    expect(screen.page.get_by_text(re.compile("^The link to this view at step"))).to_be_visible()
    text: str = screen.page.evaluate("navigator.clipboard.readText()")
    return text


def why(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Why this answer?").click()
    panel = screen.page.get_by_role("dialog", name="Why this answer?")
    panel.get_by_label("Class").select_option("3")
    panel.get_by_label("Layer").select_option("conv1")
    panel.get_by_role("button", name=re.compile("at conv1. 28 by 28")).press("Enter")
    expect(panel.get_by_role("table", name="What adds up to the score")).to_be_visible()


def answers_to(screen: Screen) -> None:
    screen.open_filter("conv2", 3)
    screen.filter.get_by_role("tab", name="Answers to").click()
    screen.filter.get_by_role("button", name="training pictures").click()
    expect(screen.filter.get_by_text("Of all 10,000 training pictures.")).to_be_visible()
    screen.filter.get_by_role("region", name="Least").get_by_role("button").first.click()


def wants(screen: Screen) -> None:
    screen.filter.get_by_role("tab", name="Wants").click()
    screen.filter.get_by_role("button", name="from the probe").click()
    expect(screen.canvas("What this filter wants, after 64 steps")).to_be_visible()


def is_worth(screen: Screen) -> None:
    screen.filter.get_by_role("tab", name="Is worth").click()
    expect(screen.filter.get_by_role("list", name="Filters by what is lost")).to_be_visible()


def biography(screen: Screen) -> None:
    screen.filter.get_by_role("tab", name="Biography").click()
    along = screen.filter.get_by_role("region", name="What it answered to most")
    expect(along.get_by_role("button")).to_have_count(9)
    film = screen.filter.get_by_role("button", name="Film")
    film.click()
    picture = screen.filter.get_by_role("img", name="Its kernels over the steps, as a film")
    screen.until(lambda: picture.evaluate("picture => picture.naturalWidth") > 0)
    name = download(screen, "Download film").suggested_filename
    assert name.endswith(f".conv2.3.trajectory.step{STEPS}.webp")
    film.click()


def health(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Health and answers").click()
    expect(screen.page.locator("[data-test=health]")).to_contain_text(f"step {PAST}.")


def answers(screen: Screen) -> None:
    screen.page.get_by_role("tab", name="Answers", exact=True).click()
    screen.page.get_by_role("button", name=re.compile("^Shirt taken for Coat: ")).click()
    expect(screen.page.get_by_role("region", name="Pictures of the cell")).to_be_visible()


def plane(screen: Screen) -> None:
    screen.page.get_by_role("tab", name="Plane", exact=True).click()
    expect(screen.page.get_by_text("Download CSV", exact=True)).to_be_visible()


WALK: list[tuple[Callable[[Screen], None], str, str]] = [
    (why, r"why-grad-cam-conv1-class-3\.step20", "Download npy"),
    (answers_to, r"conv2\.3\.answers-to\.step20", "Download CSV"),
    (wants, r"conv2\.3\.wants\.step20", "Download npy"),
    (is_worth, r"conv2\.3\.is-worth\.step20", "Download CSV"),
    (biography, r"conv2\.3\.biography\.step20", "Download CSV"),
    (health, r"health\.step20", "Download CSV"),
    (answers, r"answers\.step20", "Download CSV"),
    (plane, r"plane\.step20", "Download CSV"),
]


def close(screen: Screen, now: Callable[[Screen], None], after: Callable[[Screen], None]) -> None:
    """One panel at a time; a filter's tabs are of one."""
    if now is why:
        screen.page.get_by_role("dialog", name="Why this answer?").get_by_label("Close").click()
    elif after is health:
        screen.page.keyboard.press("Escape")
        expect(screen.filter).to_have_count(0)


def restored(screen: Screen, address: str, before: Shown) -> None:
    """Opens a link, and waits until it shows the same."""
    screen.open(address)
    expect(screen.page.locator("[data-panel]")).to_have_text(before[0], use_inner_text=True)
    screen.until(lambda: shown(screen) == before)


def check_numbers(path: Path, name: str) -> None:
    if name.endswith(".npy"):
        assert np.load(path, allow_pickle=False).size > 0
        return
    table = list(csv.reader(io.StringIO(path.read_text())))
    assert len(table) > 3
    assert len({len(line) for line in table}) == 1


def test_each_panel_has_its_picture_its_numbers_and_a_link_that_restores_it(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=STEPS)
    assert run.send("PATCH", "", json={"name": 'Boots & "bags"'}).is_success
    screen = visit(f"/?run={run.id}&step={PAST}", **OPTIONS)
    screen.expect_step(PAST)
    views: list[tuple[str, Shown]] = []
    for at, (opens, named, numbers) in enumerate(WALK):
        opens(screen)
        link_to = link(screen)
        views.append((link_to, shown(screen)))
        picture = download(screen, "Download PNG")
        assert re.fullmatch(rf"{run.id}\.{named}\.png", picture.suggested_filename)
        size = screen.page.locator("[data-panel]").evaluate("panel => panel.scrollWidth")
        with Image.open(picture.path()) as image:
            assert image.width >= 2 * size
            assert len(image.convert("RGB").getcolors(1 << 24) or []) > 20
        file = download(screen, numbers)
        assert file.suggested_filename.startswith(f"{run.id}.")
        assert ".step20." in file.suggested_filename
        check_numbers(file.path(), file.suggested_filename)
        close(screen, opens, WALK[(at + 1) % len(WALK)][0])
    run.post("/step", steps=3)
    fresh = visit.blank(**OPTIONS)
    for address, before in views:
        restored(fresh, address, before)

"""The page that `convscope report` writes, where it is read and where it is printed."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.cli.test_commands import Machine
from tests.support.server import LiveRun

pytestmark = pytest.mark.slow  # what the page says is in tests/cli/test_report.py
PAPER = 718  # CSS pixels of an A4 sheet between its margins
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def report(run: LiveRun) -> Path:
    """Of a run that has learned a little."""
    run.post("/step", steps=60)
    target = run.server.folder / f"{run.id}.html"
    Machine(run.server.folder).do("report", run.id, "-o", target)
    return target


def test_it_fits_a_phone_a_desk_and_a_sheet_of_paper(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    for width, media in ((390, "screen"), (1440, "screen"), (PAPER, "print")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)  # type: ignore[arg-type]
        assert page.evaluate(OVERFLOW) <= 0, (width, media)
    matrix = page.locator(".matrix").bounding_box()
    assert matrix
    assert matrix["x"] + matrix["width"] <= PAPER  # paper does not scroll
    page.close()

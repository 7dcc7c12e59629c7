"""The page in Firefox: it draws, learns, explains and goes back, and says no error."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.integration.bidi import Firefox, firefox
from tests.support.server import Server

pytestmark = pytest.mark.integration
STEP = "document.querySelector('[data-test=step]').textContent"


@pytest.fixture(scope="module")
def program() -> str:
    """Debian's Firefox."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    if not found:
        if os.environ.get("CI"):
            pytest.fail("Firefox is not here: apt-get install firefox-esr")
        pytest.skip("Firefox is not here: apt-get install firefox-esr")
    return found


@pytest.fixture
def browser(program: str, tmp_path: Path) -> Iterator[Firefox]:
    """A fresh one."""
    folder = tmp_path / "profile"
    folder.mkdir()
    with firefox(program, folder) as started:
        started.resize(1440, 900)
        yield started


def canvas(browser: Firefox, label: str) -> str:
    """All pixels of a canvas, as one long text."""
    return str(
        browser.evaluate(f"document.querySelector('canvas[aria-label^=\"{label}\"]').toDataURL()")
    )


def test_a_run_is_drawn_trains_is_explained_and_looked_back_at(
    browser: Firefox, tmp_path: Path
) -> None:
    with Server(tmp_path / "server") as server:
        run = server.run()
        browser.open(f"{server.url}/?run={run.id}")
        browser.until("window.convscope?.painted.length > 0")
        first = canvas(browser, "conv1: ")
        browser.press("[aria-keyshortcuts=ArrowRight]:not(.slow *)")
        browser.until(f"{STEP} === '1'")
        browser.until("document.querySelector('.moved-most')")
        assert canvas(browser, "conv1: ") != first
        browser.press(".play")
        browser.until(f"Number({STEP}) >= 20")
        browser.press(".play")
        browser.until("document.querySelector('.play').textContent.includes('Play')")
        browser.press('[data-column="conv2"] button.map')
        browser.until(
            "document.querySelector('.explain.held')?.textContent.includes('patch × kernel')"
        )
        browser.press('.explain [aria-expanded="false"]')
        browser.until("document.querySelector('.explain [data-test=total]')")
        assert "✗" not in str(browser.evaluate("document.querySelector('.explain').textContent"))
        browser.press(".explain .close")
        browser.open(f"{server.url}/?run={run.id}&step=0")
        browser.until("document.querySelector('[data-test=past]')?.textContent.includes('0')")
        browser.open(f"{server.url}/?run={run.id}&filter=conv2.3")
        browser.until("document.querySelectorAll('.channel-map canvas').length === 8")
        with Image.open(io.BytesIO(browser.screenshot())) as shot:
            assert len(np.unique(np.asarray(shot.convert("RGB")).reshape(-1, 3), axis=0)) > 200
    assert browser.errors == []


@pytest.mark.parametrize("path", ["/runs", "/lessons", "/docs"])
def test_the_other_pages_open_without_an_error(browser: Firefox, tmp_path: Path, path: str) -> None:
    with Server(tmp_path / "server") as server:
        browser.open(server.url + path)
        browser.until("document.querySelector('h1, h2')?.textContent.length > 3")
        browser.until("!document.body.textContent.includes('Loading the page')")
    assert browser.errors == []

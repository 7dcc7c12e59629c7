"""A headless Chromium, with a fresh profile."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWPORT_PX = {"width": 1440, "height": 900}
PAINTED = "() => window.convscope?.painted.length > 0"


def find_chromium() -> str:
    """The browser that $CHROMIUM names, or one on the PATH; FileNotFoundError without any."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError("Chromium is needed: install it, or name one in CHROMIUM.")


@contextmanager
def chromium(*more_flags: str) -> Iterator[Browser]:
    """One browser process, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=[*FLAGS, *more_flags]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(browser: Browser, address: str) -> Iterator[Page]:
    """A page that has painted its first frame, in a profile of its own."""
    context = browser.new_context(viewport=VIEWPORT_PX)  # type: ignore[arg-type]  # a TypedDict
    try:
        page = context.new_page()
        page.goto(address)
        page.wait_for_function(PAINTED)
        yield page
    finally:
        context.close()

"""A run within a page of others."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from tests.support.own_loop import OwnLoop, watched
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

TOKEN = "the-token-of-this-test-0123456789"
REFUSED = "#sub-frame-error-details"  # what Chromium shows in a frame that may not be
PARTS = ("Controls", "The network, from input to answer", "Curves")
DOCUMENT = """() => { const { scrollWidth, scrollHeight } = document.documentElement;
  return [scrollWidth - innerWidth, scrollHeight - innerHeight] }"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def foreign_pages(folder: Path) -> Iterator[int]:
    """The port at which the files of a folder are pages of others."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A page of others, as a file, and its port."""
    with foreign_pages(tmp_path) as port:
        yield tmp_path / "notebook.html", port


@contextmanager
def framed(browser: Browser, page: str) -> Iterator[FrameLocator]:
    """The frame of a page in a fresh profile."""
    context = browser.new_context(viewport={"width": 1000, "height": 700})
    try:
        opened = context.new_page()
        opened.goto(page)
        yield opened.frame_locator("iframe")
    finally:
        context.close()


def write(file: Path, source: str) -> None:
    """A page with a frame."""
    file.write_text(f'<!doctype html><iframe src="{source}" width="960" height="600"></iframe>')


@pytest.mark.parametrize("size", [(960, 600), (700, 600), (700, 480), (420, 600)])
def test_network_curves_and_controls_are_on_one_screen(
    visit: Visitors, run: LiveRun, size: tuple[int, int]
) -> None:
    run.post("/step", steps=3)
    viewport = {"width": size[0], "height": size[1]}
    screen = visit(f"/embed?run={run.id}", viewport=viewport)
    page = screen.page
    for part in PARTS:
        expect(page.get_by_role("region", name=part)).to_be_in_viewport(ratio=0.99)
    assert max(page.evaluate(DOCUMENT)) <= 0
    for gone in ("What the run did", "Timeline", "Recipe", "Probe"):
        expect(page.get_by_role("region", name=gone)).to_have_count(0)
    expect(page.get_by_role("banner")).to_have_count(0)
    screen.step.click()
    screen.expect_step(4)
    assert page.url.endswith(f"/embed?run={run.id}")
    with page.context.expect_page() as whole:
        page.get_by_role("link", name="Open in a tab").click()
    expect(whole.value.get_by_role("region", name="Timeline")).to_be_visible()


def test_a_step_that_was_pressed_in_a_curve_leads_back_to_now(
    visit: Visitors, run: LiveRun
) -> None:
    run.post("/step", steps=3)
    screen = visit(f"/embed?run={run.id}&step=1")
    screen.expect_step(1)
    screen.page.get_by_role("button", name="Back to now").click()
    screen.expect_step(3)
    expect(screen.page.get_by_role("button", name="Back to now")).to_have_count(0)


def test_a_loop_of_ones_own_is_told_of_and_steered_where_it_may_be(
    visit: Visitors, server: Server
) -> None:
    loop = OwnLoop()
    for control in (False, True):
        with watched(server, loop, control=control) as (watch, run):
            loop.step(watch)
            page = visit(f"/embed?run={run.id}").page
            expect(page.get_by_text("Your loop is connected")).to_be_visible()
            expect(page.get_by_role("button", name="Step once")).to_have_count(int(control))


def test_of_a_run_that_is_gone_it_says_so_and_makes_no_other(
    visit: Visitors, server: Server, run: LiveRun
) -> None:
    screen = visit(f"/embed?run={run.id}")
    screen.watch.allow("404", "it is gone")
    before = len(server.http.get("/runs").json()["runs"])
    run.delete()
    said = screen.page.get_by_text("This run no longer exists on the server.")
    expect(said).to_be_visible()
    screen.page.reload()
    expect(said).to_be_visible()
    assert len(server.http.get("/runs").json()["runs"]) == before - 1


def test_a_page_of_an_origin_that_is_allowed_may_embed_it_and_no_other_may(
    browser: Browser, tmp_path: Path, notebook: tuple[Path, int]
) -> None:
    file, port = notebook
    with Server(tmp_path / "server", "--allow-embed", f"http://localhost:{port}") as server:
        run = server.run()
        write(file, f"{server.url}/embed?run={run.id}")
        with framed(browser, f"http://localhost:{port}/notebook.html") as frame:
            frame.get_by_role("button", name="Step once").click()
            expect(frame.locator("[data-test=step]")).to_have_text("1")
        with framed(browser, f"http://127.0.0.1:{port}/notebook.html") as other:
            expect(other.locator(REFUSED)).to_be_visible()
        write(file, f"{server.url}/?run={run.id}")
        with framed(browser, f"http://localhost:{port}/notebook.html") as whole:
            expect(whole.locator(REFUSED)).to_be_visible()
        run.delete()


def test_with_a_token_it_needs_the_notebooks_host_name_and_says_so(
    browser: Browser, tmp_path: Path, notebook: tuple[Path, int]
) -> None:
    file, port = notebook
    allowed = f"http://localhost:{port}"
    with Server(tmp_path / "server", "--allow-embed", allowed, token=TOKEN) as server:
        run = server.run()
        by_name = server.url.replace("127.0.0.1", "localhost")
        context = browser.new_context()
        page = context.new_page()
        for url, sees in ((server.url, False), (by_name, True)):
            write(file, f"{url}/embed?run={run.id}")
            page.goto(f"{allowed}/notebook.html")
            frame = page.frame_locator("iframe")
            expect(frame.get_by_text("one host name")).to_be_visible()
            page.goto(f"{url}/?token={TOKEN}&run={run.id}")
            page.goto(f"{allowed}/notebook.html")
            if sees:
                expect(frame.locator("[data-test=step]")).to_have_text("0")
            else:
                expect(frame.get_by_text("one host name")).to_be_visible()
        context.close()
        run.delete()

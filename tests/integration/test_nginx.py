"""Convscope behind a real nginx: under a path that is stripped or not, known or not, with TLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from benchmarks.browser import chromium
from convscope.client import Client
from tests.integration.nginx import nginx, program
from tests.support.screen import Screen
from tests.support.server import Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.integration
TOKEN = "the-token-of-this-test-0123456789"
AT = "/lab/convscope"
TRUST = ("--trust-proxy", "127.0.0.1")
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
PREFIX = f"proxy_set_header X-Forwarded-Prefix {AT};"
# how nginx and the server are told: what nginx forwards, whether it strips, TLS, and arguments
WAYS = {
    "the path stays, TLS ends at nginx": (PROTO, False, True, (*TRUST, "--root-path", AT)),
    "the path is stripped and named, TLS": (PROTO + PREFIX, True, True, TRUST),
    "the path is stripped, and the server knows it": ("", True, False, ("--root-path", AT)),
    "the path is stripped, and only nginx knows it": ("", True, False, ()),
}
PAGES = ("", "runs", "compare", "data", "lessons", "lessons/one-filter-nine-weights", "docs")
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href)"


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Server]]:
    """The address of Convscope for a browser, and the server."""
    program("nginx")
    forwards, strips, tls, arguments = request.param
    with Server(tmp_path / "server", *arguments, token=TOKEN) as server:
        upstream = f"http://{urlsplit(server.url).netloc}"
        location, to = (f"{AT}/", f"{upstream}/") if strips else (AT, upstream)
        with nginx(tmp_path / "nginx", location, to, forwards, tls=tls) as address:
            yield address, server


@contextmanager
def visited(address: str) -> Iterator[Screen]:
    """A page that is signed in; what it asks outside Convscope's path fails the test."""
    with chromium() as browser:
        visitors = Visitors(browser, address)
        screen = visitors.blank(ignore_https_errors=True)
        screen.open(f"{AT}?token={TOKEN}")  # without the slash, as people type it
        yield screen
        expect(screen.page.get_by_role("alert")).to_have_count(0)
        visitors.leave()
        asked = [url for url in screen.watch.asked if url.startswith("http")]
        # but for the address that was typed
        assert [url for url in asked if not url.startswith(f"{address}{AT}/")] == [
            f"{address}{AT}?token={TOKEN}"
        ]
        assert any("/stream" in url for url in asked)


def test_the_page_plays_and_every_page_stays_below_the_path(site: tuple[str, Server]) -> None:
    address, server = site
    with visited(address) as screen:
        page = screen.page
        assert TOKEN not in page.url
        (cookie,) = page.context.cookies()
        assert (cookie["path"], cookie["secure"]) == (AT, address.startswith("https"))
        screen.play.click()
        screen.until(lambda: screen.steps() > 20)  # from frames alone
        screen.pause.click()
        run = screen.run_id()
        for name in PAGES:
            page.goto(f"{AT}/{name}")
            page.wait_for_load_state("networkidle")
            if name == "lessons/one-filter-nine-weights":
                expect(page.locator("[data-figure] canvas").first).to_be_visible()
            if name == "docs":
                expect(page.get_by_role("button", name="get /api/v1/health").first).to_be_visible()
            links = [str(link) for link in page.evaluate(LINKS)]
            assert len(links) > 4
            assert [link for link in links if not link.startswith(f"{address}{AT}/")] == []
        page.goto(f"{AT}/compare?a={run}&b={run}")
        page.wait_for_load_state("networkidle")
        page.goto(f"{AT}/runs/")
        assert page.url == f"{address}{AT}/runs"
    assert server.http.get(f"/runs/{run}").json()["step"] > 20


def test_swagger_asks_below_the_path(site: tuple[str, Server]) -> None:
    address, _ = site
    with visited(address) as screen:
        page = screen.page
        page.goto(f"{AT}/docs")
        page.get_by_role("button", name="get /api/v1/models", exact=True).click()
        page.get_by_role("button", name="Try it out").click()
        with page.expect_response(f"{address}{AT}/api/v1/models*") as answer:
            page.get_by_role("button", name="Execute").click()
        assert answer.value.status == 200


def test_a_program_makes_a_run_and_sees_frames(site: tuple[str, Server]) -> None:
    address, _ = site
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(verify=False, headers=headers) as http:
        made = http.post(f"{address}{AT}/api/v1/runs", json={})
        assert made.status_code == 201
        there = str(made.url.join(made.headers["location"]))
        assert there == f"{address}{AT}/api/v1/runs/{made.json()['id']}"
        assert http.get(there).json()["id"] == made.json()["id"]
    if address.startswith("https"):  # the client takes no certificate that nobody has signed
        return
    with Client(f"{address}{AT}", token=TOKEN) as client:
        run = client.run(made.json()["id"])
        run.play()
        for frame in run.frames():
            if frame.step > 5:
                break

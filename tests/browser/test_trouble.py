"""What the page says and does when something breaks."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.screen import Screen
from tests.browser.visitors import Visitors
from tests.live.processes import children
from tests.live.server import LiveRun, Server

REPORTED_S = 2.0
START_AGAIN = "Start again from step 0"


def start_again(screen: Screen) -> None:
    """Presses what the stopped run offers, and trains on."""
    screen.stopped.get_by_role("button", name=START_AGAIN).click()
    screen.expect_step(0)
    expect(screen.stopped).to_have_count(0)
    screen.step.click()
    screen.expect_step(1)


def test_a_loss_that_is_no_number_stops_the_run_and_the_page_says_why(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    assert run.send("PATCH", json={"learning_rate": 1e30}).is_success
    screen.play.click()
    expect(screen.stopped).to_be_visible()
    halted = run.wait_for("halted")
    expect(screen.stopped).to_contain_text(halted["problem"])
    expect(screen.stopped).to_contain_text(re.compile("loss", re.IGNORECASE))
    expect(screen.play).to_be_disabled()
    screen.expect_step(halted["step"])
    assert run.send("PATCH", json={"learning_rate": 0.05}).is_success
    start_again(screen)


def test_a_killed_worker_is_on_the_page_within_two_seconds_and_a_click_restarts_it(
    visit: Visitors, server: Server
) -> None:
    server.run().post("/step", steps=1)  # the forkserver is up
    before = children(server.process.pid)
    run = server.run()
    run.post("/step", steps=1)
    [worker] = children(server.process.pid) - before
    screen = visit(run)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 2)
    began = time.monotonic()
    os.kill(worker, signal.SIGKILL)
    expect(screen.stopped).to_be_visible(timeout=1000 * REPORTED_S)
    assert time.monotonic() - began < REPORTED_S
    expect(screen.stopped).to_contain_text(run.get()["problem"])
    start_again(screen)


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    started = Server(tmp_path)
    yield started
    started.stop()


def test_a_killed_server_is_told_and_a_new_one_at_its_place_is_found_again(
    visit: Visitors, doomed: Server, tmp_path: Path
) -> None:
    screen = visit.blank(doomed.url).open(doomed.url)
    allow_a_dead_server(screen)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 1)
    old = screen.run_id()
    doomed.process.kill()
    expect(screen.lost).to_be_visible()
    again = Server(tmp_path, "--port", str(urlsplit(doomed.url).port))
    try:
        expect(screen.lost).to_have_count(0)
        screen.until(lambda: screen.run_id() != old)  # its runs died with it
        expect(screen.page.get_by_role("alert")).to_contain_text("no longer exists")
        screen.expect_step(0)
        screen.step.click()
        screen.expect_step(1)
        screen.page.goto("about:blank")
    finally:
        again.stop()


def allow_a_dead_server(screen: Screen) -> None:
    """Chromium's own messages for a connection that the test cut, and for a run that died."""
    gone = "status of 404 .*/api/v1/runs/"
    for pattern in ("WebSocket connection to", "ERR_CONNECTION_REFUSED", gone):
        screen.watch.allow(pattern, "the server was killed on purpose")


def test_a_lost_connection_comes_back_and_loses_nothing(visit: Visitors, run: LiveRun) -> None:
    screen = visit.blank()
    streams: list[WebSocketRoute] = []

    def through(route: WebSocketRoute) -> None:
        route.connect_to_server()
        streams.append(route)

    screen.page.route_web_socket(re.compile("/stream$"), through)
    screen.open(f"/?run={run.id}")
    screen.step.click()
    screen.expect_step(1)
    with screen.page.expect_response(re.compile("/history")):
        streams[0].close(code=1012)
        expect(screen.lost).to_be_visible()
        run.post("/step", steps=4)  # nobody sees these four
    expect(screen.lost).to_have_count(0)
    screen.expect_step(5)
    assert len(streams) == 2
    screen.step.click()
    screen.expect_step(6)


def test_a_run_that_another_tool_deletes_is_told_and_followed_by_a_new_one(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    run.delete()
    expect(screen.page.get_by_role("alert")).to_contain_text("no longer exists")
    screen.until(lambda: screen.run_id() != run.id)
    screen.expect_step(0)
    screen.step.click()
    screen.expect_step(1)


def test_an_error_in_the_pages_own_code_is_shown(visit: Visitors, run: LiveRun) -> None:
    screen = visit(run)
    screen.watch.allow("uncaught: on purpose", "this test throws it")
    screen.page.evaluate("() => { setTimeout(() => { throw new Error('on purpose') }) }")
    expect(screen.page.get_by_role("alert")).to_contain_text("on purpose")
    screen.step.click()
    screen.expect_step(1)

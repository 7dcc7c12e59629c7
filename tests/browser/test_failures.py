"""What the page says and does when something breaks."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import APIResponse, Browser, Route, WebSocketRoute, expect

from tests.resilience.disk import filled, small_disk
from tests.support.processes import children
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors
from tests.support.waiting import wait_until

REPORTED_S = 2.0
NOTICED_S = 2.0 + 0.3  # and what the test itself takes
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"


def start_again(screen: Screen) -> None:
    """Presses what the stopped run offers, and trains on."""
    screen.stopped.get_by_role("button", name="Reset").click()
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


def test_an_answer_that_the_stream_has_overtaken_changes_nothing(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    assert run.send("PATCH", json={"learning_rate": 1e30}).is_success
    late: list[tuple[Route, APIResponse]] = []
    screen.page.route("**/play", lambda route: late.append((route, route.fetch())))
    screen.play.click()
    expect(screen.stopped).to_be_visible()
    with screen.page.expect_response("**/play") as answered:
        late[0][0].fulfill(response=late[0][1])
    answered.value.finished()
    screen.page.evaluate(NEXT_FRAME)  # the page has taken it, or not
    expect(screen.stopped).to_be_visible()
    expect(screen.play).to_be_disabled()


@pytest.fixture
def trained(server: Server) -> tuple[LiveRun, Callable[[], None]]:
    """A run that has come to step 5, and a way to kill its worker."""
    server.run().post("/step", steps=1)  # the forkserver is up
    others = children(server.process.pid)
    run = server.run()
    run.post("/step", steps=5)

    def kill() -> None:
        [worker] = wait_for_children(server.process.pid, others)
        os.kill(worker, signal.SIGKILL)
        others.add(worker)

    return run, kill


def wait_for_children(parent: int, others: set[int]) -> set[int]:
    """The processes beside the others, once there are any."""
    wait_until(lambda: children(parent) - others, "a worker")
    return children(parent) - others


@pytest.mark.alone
def test_a_killed_worker_goes_on_by_itself_and_the_page_says_so_calmly(
    visit: Visitors, trained: tuple[LiveRun, Callable[[], None]]
) -> None:
    run, kill = trained
    screen = visit(run)
    screen.play.click()
    screen.until(lambda: screen.steps() >= 7)
    kill()
    said = screen.page.get_by_role("status").filter(has_text="nothing is lost")
    expect(said).to_be_visible(timeout=1000 * REPORTED_S)
    reached = screen.steps()
    assert reached >= 7
    expect(screen.page.get_by_role("alert")).to_have_count(0)
    screen.until(lambda: screen.steps() > reached + 2)
    said.get_by_role("button", name="Dismiss").click()
    expect(said).to_have_count(0)


def test_a_worker_that_dies_three_times_in_a_row_can_be_tried_again_where_it_was(
    visit: Visitors, trained: tuple[LiveRun, Callable[[], None]]
) -> None:
    run, kill = trained
    screen = visit(run)
    screen.expect_step(5)
    for _ in range(3):
        kill()
    expect(screen.stopped).to_contain_text("third time in a row")
    assert run.get()["state"] == "failed"
    screen.stopped.get_by_role("button", name="Try again").click()
    expect(screen.stopped).to_have_count(0)
    run.wait_for("ready")
    screen.expect_step(5)
    screen.step.click()
    screen.expect_step(6)


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own."""
    started = Server(tmp_path)
    yield started
    started.stop()


def test_a_killed_server_is_told_and_a_new_one_at_its_place_has_the_run_where_it_was(
    visit: Visitors, doomed: Server, tmp_path: Path
) -> None:
    screen = visit.blank(doomed.url).open(doomed.url)
    allow_a_dead_server(screen)
    for step in (1, 2, 3):
        screen.step.click()
        screen.expect_step(step)
    mine = screen.run_id()
    doomed.process.kill()
    expect(screen.lost).to_be_visible()
    again = Server(tmp_path, "--port", str(urlsplit(doomed.url).port))
    try:
        expect(screen.lost).to_have_count(0)
        screen.step.click()
        screen.expect_step(4)
        assert screen.run_id() == mine
        screen.page.goto("about:blank")
    finally:
        again.stop()


def allow_a_dead_server(screen: Screen) -> None:
    """Chromium's own messages for a connection that the test cut."""
    for pattern in ("WebSocket connection to", "ERR_CONNECTION_REFUSED"):
        screen.watch.allow(pattern, "the server was killed on purpose")


@pytest.mark.alone
def test_a_server_that_stands_still_is_noticed_within_two_seconds_and_taken_up_again(
    tmp_path: Path, browser: Browser
) -> None:
    with Server(tmp_path) as server:
        visit = Visitors(browser, server.url)
        run = server.run()
        assert run.send("PATCH", json={"steps_per_second": 10}).is_success
        screen = visit(run)
        screen.watch.allow(
            "closed before the connection", "a server that stands still lets nobody in"
        )
        screen.play.click()
        screen.until(lambda: screen.steps() >= 5)
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            expect(screen.lost).to_be_visible()
            assert time.monotonic() - began < NOTICED_S
            time.sleep(6)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        expect(screen.lost).to_have_count(0)
        seen = screen.steps()
        screen.until(lambda: screen.steps() > seen + 5)
        visit.leave()


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


def test_a_link_to_a_run_that_is_gone_says_so_and_shows_a_new_one(
    visit: Visitors, run: LiveRun
) -> None:
    run.delete()
    screen = visit.blank()
    screen.watch.allow("404", "the run of the link is gone")
    screen.page.goto(f"/?run={run.id}&step=3")
    expect(screen.page.get_by_role("alert")).to_contain_text("no longer exists")
    screen.expect_step(0)
    screen.until(lambda: screen.run_id() != run.id)


def test_a_size_that_the_browser_tells_a_frame_later_is_no_error(
    visit: Visitors, run: LiveRun
) -> None:
    page = visit(run).page
    fail = "message => window.dispatchEvent(new ErrorEvent('error', { message }))"
    page.evaluate(fail, "ResizeObserver loop completed with undelivered notifications.")
    page.evaluate(fail, "Something else")
    expect(page.get_by_role("alert")).to_have_text(re.compile("this page: Something else"))


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


def test_on_a_full_disk_the_page_says_that_training_waits_and_when_it_goes_on(
    visit: Visitors, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "state", "8m") as disk:
        server = Server(tmp_path)
        screen = visit.blank(server.url).open(server.url)
        screen.play.click()
        screen.until(lambda: screen.steps() > 3)
        said = screen.page.get_by_role("status").filter(has_text="disk is full")
        with filled(disk):
            expect(said).to_contain_text("training waits until there is room")
        expect(said).to_have_count(0)
        reached = screen.steps()
        screen.until(lambda: screen.steps() > reached + 3)
        screen.page.goto("about:blank")
        server.stop()

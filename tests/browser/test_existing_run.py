"""The page on a run that was trained before the server was started, perhaps elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_fork import ask
from tests.browser.test_timeline import back, look
from tests.support.existing_run import ExistingRun, move_elsewhere, train
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> ExistingRun:
    """A run that was trained once."""
    return train(tmp_path_factory.mktemp("existing"))


@pytest.fixture
def existing(trained: ExistingRun, tmp_path: Path) -> ExistingRun:
    """That run, and where it lies."""
    return trained.copied(tmp_path)


@pytest.fixture
def found(existing: ExistingRun) -> Iterator[LiveRun]:
    """That run on a new server, suspended."""
    run = LiveRun(Server(existing.folder), existing.run_id)
    yield run
    run.server.stop()


def visited(visit: Visitors, run: LiveRun) -> Screen:
    return visit.blank(run.server.url).open(f"/?run={run.id}")


def left(screen: Screen) -> None:
    """Before its server ends."""
    screen.page.goto("about:blank")


def mark(screen: Screen) -> Locator:
    """The word beside the step whose last digits may differ."""
    timeline = screen.page.get_by_role("region", name="Timeline")
    return timeline.get_by_role("button", name="recomputed")


def test_scrub_back_to_step_137_and_change_the_learning_rate_from_there(
    visit: Visitors, found: LiveRun, existing: ExistingRun
) -> None:
    before = found.get("/history")["loss"]
    screen = visited(visit, found)
    look(screen, 137)
    rate = screen.page.get_by_label("Learning rate, as a number")
    rate.fill("0.01")
    rate.press("Enter")
    question = ask(screen, 137)
    expect(question).to_contain_text("learning rate 0.01")
    question.get_by_role("button", name="Fork and play").click()
    screen.until(lambda: screen.run_id() != found.id)
    fork = LiveRun(found.server, screen.run_id())
    assert fork.get()["parent"] == {"run": found.id, "step": 137}
    screen.until(lambda: screen.steps() > 140)
    assert fork.get()["learning_rate"] == 0.01
    expect(rate).to_have_value("0.01")
    assert (found.get()["steps"], found.get()["learning_rate"]) == (existing.last, 0.05)
    assert found.get("/history")["loss"] == before
    expect(screen.page.get_by_text("fork of")).to_contain_text("at step 137")
    screen.page.get_by_role("link", name=found.id).click()
    screen.expect_step(137)
    assert screen.run_id() == found.id
    left(screen)


def test_a_step_that_is_computed_again_on_another_build_says_so(
    visit: Visitors, found: LiveRun, existing: ExistingRun
) -> None:
    move_elsewhere(found)
    screen = visited(visit, found)
    expect_sentence(screen, found.get()["recomputed"])
    look(screen, existing.kept[1])
    expect(mark(screen)).to_have_count(0)
    look(screen, existing.between)
    expect_sentence(screen, found.get(step=existing.between)["recomputed"])
    back(screen)
    screen.expect_step(existing.last)
    screen.step.click()
    screen.expect_step(existing.last + 1)
    expect(mark(screen)).to_have_count(0)
    left(screen)


def expect_sentence(screen: Screen, sentence: str) -> None:
    """The word is there, and opens the sentence."""
    assert re.match(r"Step \d+ was computed again from step \d+, on another build", sentence)
    screen.page.mouse.move(0, 0)  # a tip comes by pointing
    mark(screen).hover()
    expect(screen.page.get_by_role("tooltip")).to_have_text(sentence)

"""What was recorded is never overwritten: a change of the past is a fork, and the page says so."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_new_run_sheet import field, opened
from tests.browser.test_timeline import look
from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

LENGTH = 200


@pytest.fixture
def trained(run: LiveRun) -> LiveRun:
    """A run with a past."""
    run.post("/step", steps=LENGTH)
    return run


def ask(screen: Screen, step: int) -> Locator:
    """What the page says before it forks."""
    found = screen.page.get_by_role("dialog", name=f"This starts a fork at step {step}")
    expect(found).to_be_visible()
    return found


def forked(screen: Screen, parent: LiveRun, step: int) -> LiveRun:
    """The run that the page goes on in; its parent is as it was."""
    screen.until(lambda: screen.run_id() != parent.id)
    made = LiveRun(parent.server, screen.run_id())
    assert made.get()["parent"] == {"run": parent.id, "step": step}
    assert parent.get()["step"] == LENGTH
    assert parent.get()["learning_rate"] == 0.05
    assert parent.get()["silenced"] == []
    return made


def test_play_and_step_ask_first_and_cancel_changes_nothing(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    look(screen, 100)
    screen.page.keyboard.press("Space")
    ask(screen, 100).get_by_role("button", name="Cancel").click()
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    screen.expect_step(100)
    assert len(trained.server.http.get("/runs").json()["runs"]) == 1
    screen.step.click()
    ask(screen, 100).get_by_role("button", name="Fork and step").click()
    fork = forked(screen, trained, 100)
    screen.expect_step(101)
    assert fork.get()["state"] == "ready"


def test_a_filter_silenced_in_the_past_is_silenced_in_a_fork(
    visit: Visitors, trained: LiveRun
) -> None:
    screen = visit(trained)
    look(screen, 50)
    screen.open_filter("conv1", 4)
    switch = screen.filter.get_by_role("switch", name="silence this filter")
    switch.click()
    question = ask(screen, 50)
    expect(question).to_contain_text("conv1, filter 4 silenced")
    question.get_by_role("button", name="Cancel").click()
    expect(switch).not_to_be_checked()
    switch.click()
    ask(screen, 50).get_by_role("button", name="Fork, paused").click()
    fork = forked(screen, trained, 50)
    assert fork.get()["silenced"] == [{"layer": "conv1", "filter": 4}]
    screen.expect_step(50)


def test_another_optimiser_goes_on_from_any_step(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    look(screen, 64)
    field(screen, "Optimiser").select_option("Adam")
    opened(screen).get_by_role("button", name="Fork at step 64").click()
    fork = forked(screen, trained, 64)
    assert fork.get()["recipe"]["optimizer"]["type"] == "Adam"
    screen.expect_step(64)
    screen.step.click()
    screen.expect_step(65)


def test_a_run_is_named_in_place(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    page = screen.page
    page.get_by_text("This run", exact=True).click()
    name = page.get_by_role("group", name="This run").get_by_label("Name")
    name.fill("slow start")
    name.press("Enter")
    screen.until(lambda: trained.get()["name"] == "slow start")
    expect(page.locator("header").get_by_label("Name of this run").first).to_have_value(
        "slow start"
    )


def test_a_runs_files_can_be_taken_away(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    look(screen, 10)
    page = screen.page
    page.get_by_text("This run", exact=True).click()
    menu = page.get_by_role("group", name="This run")
    for name, begins in (
        ("Download run", b"SQLite format 3"),
        ("safetensors", b""),
        (".npz", b"PK"),
        ("History as CSV", b"step,"),
    ):
        href = menu.get_by_role("link", name=name).get_attribute("href") or ""
        answer = page.request.get(href)
        assert answer.ok, href
        assert answer.body().startswith(begins)
        assert ("step=10" in href) == (name in ("safetensors", ".npz"))
    menu.get_by_label("with uploaded pictures").check()
    expect(menu.get_by_role("link", name="Download run")).to_have_attribute(
        "href", re.compile("uploads=true")
    )


def test_a_reset_says_where_what_it_was_is_kept(visit: Visitors, trained: LiveRun) -> None:
    screen = visit(trained)
    screen.reset.click()
    screen.expect_step(0)
    screen.page.get_by_role("link", name="open it").click()
    screen.expect_step(LENGTH)
    assert screen.run_id() != trained.id
    expect(screen.page.get_by_text("from before a reset")).to_have_text(
        f"copy of {trained.id} from before a reset"
    )


def test_where_a_fork_begins_the_page_says_whose_the_last_update_is(
    visit: Visitors, trained: LiveRun
) -> None:
    fork = LiveRun(trained.server, trained.post("/fork", step=137)["id"])
    screen = visit(fork)
    screen.open_filter("conv1", 2)
    screen.filter.get_by_role("button", name="Gradient and update").click()
    said = screen.filter.get_by_text(
        "the gradient and update that led to these weights belong to its parent"
    )
    expect(said).to_be_visible()
    assert fork.send("GET", "/layers/conv1/tensors/weight?of=gradient").status_code == 409
    screen.step.click()
    screen.expect_step(138)
    expect(said).to_have_count(0)
    look(screen, 137)
    expect(said).to_be_visible()
    assert trained.send("GET", "/layers/conv1/tensors/weight?of=gradient&step=137").is_success


def test_a_fork_that_was_changed_where_it_begins_has_weights_that_no_update_led_to(
    visit: Visitors, trained: LiveRun
) -> None:
    change = {"type": "fill", "layer": "conv1", "filter": 2, "with": "sobel_x"}
    made = trained.post("/fork", step=137, interventions=[change])
    screen = visit(LiveRun(trained.server, made["id"]))
    screen.open_filter("conv1", 2)
    screen.filter.get_by_role("button", name="Gradient and update").click()
    expect(screen.filter).to_contain_text("No update led to the weights as they are now")
    expect(screen.filter).not_to_contain_text("belong to its parent")

"""The narrator says what the run did, points at it, and lists all of it."""

import re

from playwright.sync_api import expect

from tests.support.screen import Screen
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

KILL = {"type": "set", "layer": "conv2", "tensor": "bias", "value": -1000.0}


def test_what_the_run_did_is_said_and_pressing_it_points_there(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run)
    told = screen.page.get_by_role("region", name="What the run did")
    expect(told).to_contain_text("Press Play: what stands out")
    height = told.bounding_box()
    run.post("/interventions", **KILL, index=[3])
    line = told.get_by_role("button", name="Step 0 conv2, filter 3 gives only 0 before any")
    expect(line).to_be_visible()
    assert told.bounding_box() == height, "nothing jumps"
    line.click()
    title = screen.filter.get_by_role("heading", name="conv2, filter 3")
    expect(title).to_be_visible()
    screen.page.keyboard.press("Escape")
    run.post("/step", steps=12)
    passed = told.get_by_role("button", name="Step 10 The held-out accuracy passed guessing")
    expect(passed).to_be_visible(timeout=10_000)
    passed.click()
    expect(screen.page.locator("[data-test=past]")).to_have_text("step 10")


def test_all_findings_are_listed_newest_first_and_a_reset_empties_the_list(
    visit: Visitors, run: LiveRun
) -> None:
    screen: Screen = visit(run)
    run.post("/interventions", **KILL, index=[1])
    run.post("/step", steps=3)
    for number in (2, 3):  # of one kind and step: one line
        run.post("/interventions", **KILL, index=[number])
    told = screen.page.get_by_role("region", name="What the run did")
    told.get_by_text(re.compile(r"^\d findings$")).click()
    entries = told.get_by_role("list", name="Findings").get_by_role("listitem")
    both = entries.filter(has_text="conv2, filter 2")
    expect(both).to_contain_text("And 1 more filter.")
    expect(entries.last).to_contain_text("conv2, filter 1 gives only 0 before any training")
    run.post("/reset")
    expect(told).to_contain_text("Press Play: what stands out")
    expect(told.get_by_role("list", name="Findings")).to_have_count(0)


def test_on_a_phone_a_long_finding_is_whole_in_its_line_and_in_the_list(
    visit: Visitors, run: LiveRun
) -> None:
    screen = visit(run, viewport={"width": 390, "height": 844})
    told = screen.page.get_by_role("region", name="What the run did")
    run.post("/step", steps=12)
    line = told.locator("p .narrated")
    expect(line).to_contain_text("Step 10 The held-out accuracy passed guessing")
    assert line.evaluate("(part) => part.scrollHeight <= part.clientHeight + 1")  # nothing is cut
    whole = line.get_attribute("title")
    assert whole
    told.get_by_text("1 finding", exact=True).click()
    entry = told.get_by_role("list", name="Findings").get_by_role("listitem")
    expect(entry).to_contain_text(whole)
    box = told.get_by_role("list", name="Findings").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    said = entry.get_by_role("button")
    assert said.evaluate("(part) => part.scrollWidth <= part.clientWidth")  # nothing is cut off
    said.click()
    expect(screen.page.locator("[data-test=past]")).to_have_text("step 10")

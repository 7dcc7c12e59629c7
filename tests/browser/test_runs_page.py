"""The page of the runs: what it lists, and what can be done there."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_accessibility import violations
from tests.browser.test_display_preferences import OBSERVE_SHIFTS, PHONE, SHIFTS
from tests.support.screen import Screen
from tests.support.server import LiveRun, Server
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

DROP = """([name, base64]) => { const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  data.items.add(new File([bytes], name));
  for (const type of ["dragover", "drop"]) document.body.dispatchEvent(
    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })) }"""
PIXELS = """async (img) => { await img.decode(); const canvas = document.createElement("canvas");
  canvas.width = img.naturalWidth; canvas.height = img.naturalHeight;
  canvas.getContext("2d").drawImage(img, 0, 0);
  return canvas.toDataURL().split(",")[1] }"""


@pytest.fixture
def named(run: LiveRun) -> LiveRun:
    """A run of 20 steps that is called Base."""
    run.send("PATCH", json={"name": "Base"})
    run.post("/step", steps=20)
    return run


@pytest.fixture
def open_list(visit: Visitors) -> Screen:
    """The page of the runs."""
    screen = visit.blank()
    screen.page.goto("/runs")
    return screen


def row(page: Page, name: str) -> Locator:
    """The run of that name in the list."""
    heading = page.get_by_role("heading", name=name)
    return page.get_by_role("list", name="All runs").get_by_role("listitem").filter(has=heading)


def decoded(png: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Pixels (H, W, 4)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def shown(picture: Locator) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What an image on the page shows."""

    return decoded(base64.b64decode(picture.evaluate(PIXELS)))


def test_a_run_is_listed_with_what_the_server_says_of_it(named: LiveRun, open_list: Screen) -> None:
    truth = named.get()
    entry = row(open_list.page, "Base")
    expect(entry).to_contain_text("paused")
    expect(entry).to_contain_text("default · Fashion-MNIST, 10,000 pictures · SGD at 0.05")
    for label, words in (
        ("Step", "20"),
        ("Accuracy", f"{truth['accuracy'] * 100:.1f}%"),
        ("Held out", f"{truth['held_out_accuracy'] * 100:.1f}%"),
    ):
        figure = entry.locator("dl > div").filter(has_text=re.compile(f"^{label}"))
        expect(figure.get_by_role("definition")).to_have_text(words)
    when = entry.locator("time")
    expect(when).to_have_text(re.compile("just now|1 minute ago"))
    expect(when).to_have_attribute("datetime", truth["created_at"])
    expect(when).to_have_attribute("title", re.compile("20"))
    picture = entry.locator("img")
    expect(picture).to_be_visible()
    assert (shown(picture) == decoded(named.send("GET", "/thumbnail").content)).all()


def test_a_run_that_is_deleted_before_its_picture_is_asked_for_does_no_harm(
    named: LiveRun, visit: Visitors
) -> None:
    other = named.server.run()
    other.post("/step", steps=1)
    gone: list[str] = []

    def late(route: Route) -> None:
        """The other run is deleted while the page asks for its picture."""
        if other.id in route.request.url and not gone:
            gone.append(other.id)
            other.delete()
        route.continue_()

    screen = visit.blank()
    screen.page.route("**/thumbnails?*", late)
    screen.page.goto("/runs")
    expect(row(screen.page, "Base").locator("img")).to_be_visible()
    assert gone == [other.id]
    expect(screen.page.get_by_role("list", name="All runs").get_by_role("listitem")).to_have_count(
        1
    )
    # and nothing on the console, which every page is held to


def test_it_follows_what_trains_without_a_jump(named: LiveRun, open_list: Screen) -> None:
    page = open_list.page
    entry = row(page, "Base")
    picture = entry.locator("img")
    expect(picture).to_be_visible()
    before = shown(picture)
    page.evaluate(OBSERVE_SHIFTS)
    named.post("/step", steps=400)
    figure = entry.locator("dl > div").filter(has_text=re.compile("^Step"))
    expect(figure.get_by_role("definition")).to_have_text("420")
    open_list.until(lambda: (shown(picture) != before).any())
    assert page.evaluate(SHIFTS) < 0.01


def test_a_fork_stands_below_its_parent_and_says_so(named: LiveRun, open_list: Screen) -> None:
    fork = named.post("/fork", step=7, recipe={"optimizer": {"learning_rate": 0.01}}, name="Slow")
    page = open_list.page
    entry = row(page, "Slow")
    expect(entry).to_contain_text("fork of Base at step 7")
    expect(entry).to_contain_text("SGD at 0.01")
    expect(row(page, "Base").locator(".run-from")).to_contain_text("1 fork")
    names = page.get_by_role("list", name="All runs").get_by_role("heading")
    assert [text.split("\n")[0] for text in names.all_inner_texts()] == ["Base", "Slow"]
    (parent, child) = (row(page, name).locator("img").bounding_box() for name in ("Base", "Slow"))
    assert parent
    assert child
    assert child["x"] > parent["x"] + 10
    LiveRun(named.server, fork["id"]).delete()


def test_a_run_is_renamed_in_place_by_keyboard_and_keeps_its_name(
    named: LiveRun, open_list: Screen
) -> None:
    page = open_list.page
    page.get_by_role("button", name="Rename Base").press("Enter")
    field = page.get_by_label("Name of Base")
    expect(field).to_be_focused()
    field.fill("Thrown away")
    field.press("Escape")
    expect(row(page, "Base")).to_be_visible()
    page.get_by_role("button", name="Rename Base").click()
    field.fill("Sharper & <b>better</b>")
    for key in ("Enter", "Escape"):  # an input method's: it chooses a word
        composing = {"key": key, "isComposing": True, "bubbles": True, "cancelable": True}
        field.dispatch_event("keydown", composing)
    expect(field).to_have_value("Sharper & <b>better</b>")
    field.press("Enter")
    expect(row(page, "Sharper & <b>better</b>")).to_be_visible()
    open_list.until(lambda: named.get()["name"] == "Sharper & <b>better</b>")


def test_what_is_deleted_comes_back_by_undo_and_by_the_list_of_the_last_day(
    named: LiveRun, open_list: Screen
) -> None:
    page = open_list.page
    page.get_by_role("button", name="Delete Base").click()
    expect(row(page, "Base")).to_have_count(0)
    bar = page.get_by_role("status").filter(has_text="Base was deleted.")
    expect(bar).to_be_visible()
    assert named.send("GET").status_code == 404
    bar.get_by_role("button", name="Undo").click()
    expect(row(page, "Base")).to_be_visible()
    expect(bar).to_have_count(0)
    assert named.get()["steps"] == 20
    page.get_by_role("button", name="Delete Base").click()
    expect(bar).to_be_visible()
    page.reload()
    page.get_by_text("Deleted in the last day").click()
    page.get_by_role("button", name="Restore Base").first.click()
    expect(row(page, "Base")).to_be_visible()
    assert named.get()["steps"] == 20


def test_a_run_is_fetched_as_a_file_that_can_be_dropped_in_again(
    named: LiveRun, open_list: Screen, tmp_path: Path
) -> None:

    page = open_list.page
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download Base").click()
    file = saved.value.path().read_bytes()
    assert saved.value.suggested_filename == f"{named.id}.convscope"
    expect(row(page, "Base")).to_have_count(1)
    page.evaluate(DROP, ["copy.convscope", base64.b64encode(file).decode()])
    expect(row(page, "Base")).to_have_count(2)
    path = tmp_path / "again.convscope"
    path.write_bytes(file)
    page.get_by_label("A run's file").set_input_files(path)
    expect(row(page, "Base")).to_have_count(3)


def test_a_file_that_is_no_run_is_refused_with_the_servers_sentence(
    open_list: Screen, tmp_path: Path
) -> None:
    page = open_list.page
    open_list.watch.allow("status of 4", "the file is none")
    (tmp_path / "cat.convscope").write_bytes(b"no run at all" * 50)
    page.get_by_label("A run's file").set_input_files(tmp_path / "cat.convscope")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert len(alert.inner_text()) > 20
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)


def test_two_that_are_ticked_are_compared(named: LiveRun, server: Server, visit: Visitors) -> None:
    other = server.run(seed=4)
    other.send("PATCH", json={"name": "Other"})
    page = visit.blank().page
    page.goto("/runs")
    expect(page.get_by_role("button", name="Compare the two")).to_be_disabled()
    page.get_by_role("checkbox", name="Compare Base").check()
    page.get_by_role("checkbox", name="Compare Other").check()
    page.get_by_role("link", name="Compare the two").click()
    expect(page).to_have_url(re.compile(rf"/compare\?a={named.id}&b={other.id}"))


def test_opening_a_run_leads_to_it_on_the_live_page(named: LiveRun, open_list: Screen) -> None:
    page = open_list.page
    page.get_by_role("link", name="Open Base").click()
    expect(page).to_have_url(re.compile(rf"/\?run={named.id}"))
    open_list.expect_step(20)


def test_files_that_cannot_be_opened_are_listed_with_why(
    visit: Visitors, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "state" / "convscope" / "runs").mkdir(parents=True)
    (folder / "state" / "convscope" / "runs" / "brokenfile.convscope").write_bytes(b"x" * 5000)
    server = Server(folder)
    try:
        page = visit.blank(server.url).page
        page.goto("/runs")
        section = page.get_by_role("region", name="Files that cannot be opened")
        expect(section).to_contain_text("brokenfile")
        [entry] = server.http.get("/runs").json()["unreadable"]
        expect(section).to_contain_text(entry["why"])
        expect(page.get_by_text("There are no runs yet.")).to_be_visible()
        page.goto("about:blank")
    finally:
        server.stop()


def test_axe_finds_nothing_serious_on_it(named: LiveRun, visit: Visitors) -> None:
    screen = visit.blank()
    screen.page.goto("/runs")
    expect(row(screen.page, "Base").locator("img")).to_be_visible()
    assert violations(screen) == []
    screen.page.get_by_role("button", name="Rename Base").click()
    assert violations(screen) == []
    screen.page.keyboard.press("Escape")
    screen.page.get_by_role("button", name="Delete Base").click()
    expect(screen.page.get_by_text("Base was deleted.")).to_be_visible()
    assert violations(screen) == []


def test_on_a_phone_nothing_is_cut_off(named: LiveRun, visit: Visitors) -> None:
    fork = named.post("/fork", step=7, name="A fork whose name is as long as they come, and longer")
    page = visit.blank(None, **PHONE).page
    page.goto("/runs")
    expect(row(page, "A fork whose")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    LiveRun(named.server, fork["id"]).delete()

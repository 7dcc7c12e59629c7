"""A file dropped or pasted anywhere is taken where it makes sense, and never replaces a page."""

import base64

import pytest
from playwright.sync_api import expect

from tests.support.pictures import encoded, gradient
from tests.support.server import LiveRun
from tests.support.visitors import Visitors

pytestmark = pytest.mark.slow  # one subject of the page; `make test` has the page itself

# a real drag cannot be made by the debugger: the events of one, as the browser sends them
DROP = """([kind, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, {type}));
  const how = {bubbles: true, cancelable: true};
  const event = kind === "paste" ? new ClipboardEvent("paste", {...how, clipboardData: files})
    : new DragEvent("drop", {...how, dataTransfer: files});
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_becomes_the_probe(visit: Visitors, run: LiveRun, kind: str) -> None:
    screen = visit(run)
    picture = base64.b64encode(encoded(gradient(40, 40))).decode()
    assert screen.page.evaluate(DROP, [kind, "mine.png", "image/png", picture])
    probe = screen.page.get_by_role("region", name="Probe")
    expect(probe.get_by_text("as uploaded")).to_be_visible()


def test_a_zip_leads_to_the_page_of_the_data_sets(visit: Visitors, run: LiveRun) -> None:
    page = visit(run).page
    for path in (None, "/runs", "/compare"):
        if path:
            page.goto(path)
            page.wait_for_load_state("networkidle")
        assert page.evaluate(DROP, ["drop", "leaves.zip", "application/zip", ""])
        link = page.get_by_role("link", name="the page of the data sets")
        expect(link).to_have_attribute("href", "/data")


@pytest.mark.parametrize("path", ["/runs", "/compare", "/lessons", "/docs"])
def test_a_page_without_a_use_for_it_stays_and_says_where_it_is_taken(
    visit: Visitors, path: str
) -> None:
    page = visit.blank().page
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(DROP, ["drop", "mine.png", "image/png", ""])
    said = page.get_by_text("Pictures are taken").first
    expect(said).to_be_visible()
    expect(page.get_by_role("link", name="the live network").first).to_be_visible()
    assert path in page.url

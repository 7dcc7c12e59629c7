"""The page of the data sets as a person meets it."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.support.own_sets import unkept
from tests.support.screen import Screen
from tests.support.server import Server
from tests.support.visitors import Visitors

# on a part of the page: the events of a drag, as the browser sends them
DROP = """(target, [name, base64]) => { const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  data.items.add(new File([bytes], name));
  for (const type of ["dragover", "drop"]) target.dispatchEvent(
    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })) }"""
PASTE = """([name, base64]) => { const data = new DataTransfer();
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  data.items.add(new File([bytes], name, { type: "image/png" }));
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })) }"""


class DataPage:
    """The page, opened."""

    def __init__(self, screen: Screen) -> None:
        """Of a page at no address yet, or at this one."""
        self.screen = screen
        self.page = screen.page
        self.editor = self.page.get_by_role("region", name="Before it is kept")
        self.keep = self.page.get_by_role("button", name="Keep this data set")
        self.page.goto("/data")
        expect(self.page.get_by_role("heading", name="Your own", exact=True)).to_be_visible()

    def drop(self, name: str, content: bytes, target: Locator | None = None) -> None:
        """A file falls on the page, or on a part of it."""
        at = target or self.page.locator("body")
        at.evaluate(DROP, [name, base64.b64encode(content).decode()])

    def drop_folder(self, folder: Path) -> None:
        """A folder of this machine falls on the page, as the browser itself takes it."""
        session = self.page.context.new_cdp_session(self.page)
        held = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            event = {"type": kind, "x": 300, "y": 200, "data": held}
            session.send("Input.dispatchDragEvent", event)

    def paste(self, name: str, content: bytes) -> None:
        """A picture is pasted."""
        self.page.evaluate(PASTE, [name, base64.b64encode(content).decode()])

    def card(self, name: str) -> Locator:
        """A class that is not kept yet."""
        return self.page.get_by_role("listitem", name=name, exact=True)

    def expect_count(self, name: str, pictures: int) -> None:
        """So many pictures of a class stand on its card."""
        buttons = self.card(name).get_by_role("button", name=f"{name}, picture ")
        expect(buttons).to_have_count(min(24, pictures))

    def set_row(self, title: str) -> Locator:
        """A data set that is here."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.get_by_role("listitem").filter(has=heading)

    def draw(self, name: str, strokes: Iterable[tuple[float, float, float, float]]) -> None:
        """Lines on the pad of a class, as shares of its width; then it is added."""
        pad = self.page.get_by_role("img", name=f"Drawing pad of {name}")
        box = pad.bounding_box()
        assert box
        for x0, y0, x1, y1 in strokes:
            self.page.mouse.move(box["x"] + x0 * box["width"], box["y"] + y0 * box["height"])
            self.page.mouse.down()
            self.page.mouse.move(
                box["x"] + x1 * box["width"], box["y"] + y1 * box["height"], steps=4
            )
            self.page.mouse.up()
        self.page.get_by_role("button", name="Add this drawing").click()

    def keep_and_open(self) -> Screen:
        """The set is kept, and a network opened on it."""
        self.keep.click()
        self.page.get_by_role("button", name="Open a network on it").click()
        self.page.wait_for_url("**/?run=*")
        self.page.wait_for_function("() => window.convscope?.painted.length > 0")
        return self.screen


def open_data(visit: Visitors, **options: Any) -> DataPage:
    """The page, in a profile of its own."""
    return DataPage(visit.blank(**options))


def own_sets(server: Server) -> list[dict[str, Any]]:
    """Those that people brought."""
    listed: list[dict[str, Any]] = server.http.get("/datasets").json()["datasets"]
    return [one for one in listed if one["own"]]


def remove_own_data(server: Server) -> None:
    """What a test made of own pictures goes, kept or not."""
    for preview_id in unkept(server):
        server.http.delete(f"/datasets/preview/{preview_id}")
    for one in own_sets(server):
        server.http.delete(f"/datasets/{one['id']}", params={"force": True})

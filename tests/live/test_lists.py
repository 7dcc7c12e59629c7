"""Lists that come in pages: `next` of one is the `cursor` of the one after it."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.support.server import LiveRun, Server

IMAGES = "/datasets/fashion-mnist-10k/images"
SHEET = "/datasets/fashion-mnist-10k/sheet"


def walk(server: Server, path: str, entries: str, **query: Any) -> list[list[Any]]:
    """All pages of a list, first to last."""
    pages = []
    while True:
        answer = server.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()[entries])
        if answer.json()["next"] is None:
            return pages
        query["cursor"] = answer.json()["next"]


def test_the_images_of_a_class_come_page_by_page_each_once(server: Server) -> None:
    pages = walk(server, IMAGES, "images", label=3, limit=80)
    found = [image["id"] for page in pages for image in page]
    assert {len(page) for page in pages[:-1]} == {80}
    assert found == sorted(set(found), key=lambda name: int(name.removeprefix("test-")))
    assert len(found) == 200  # of each of ten classes, of 2,000


def test_a_sheet_shows_the_page_of_its_cursor_or_the_images_that_are_named(server: Server) -> None:
    second = server.http.get(IMAGES, params={"limit": 2}).json()["next"]
    by_page = server.http.get(SHEET, params={"limit": 2, "cursor": second, "columns": 2})
    by_name = server.http.get(SHEET, params={"image": ["test-2", "test-3"], "columns": 2})
    assert by_page.content == by_name.content
    assert Image.open(io.BytesIO(by_name.content)).size == (2 * 28, 28)
    missing = server.http.get(SHEET, params={"image": ["test-2", "test-2000"]})
    assert (missing.status_code, "test-2000" in missing.json()["detail"]) == (404, True)


@pytest.mark.parametrize("cursor", ["-1", "x", "٣", "1" * 30, ""])
def test_a_cursor_that_no_page_gave_is_refused(server: Server, cursor: str) -> None:
    answer = server.http.get(IMAGES, params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("cursor: expected `next` of the page before")


def test_deleted_runs_come_page_by_page_the_latest_first(server: Server, run: LiveRun) -> None:
    made = [server.run(), server.run(), run]
    for one in made:
        one.delete()
    pages = walk(server, "/runs/deleted", "runs", limit=2)
    assert {len(page) for page in pages[:-1]} == {2}
    found = [entry for page in pages for entry in page]
    assert {one.id for one in made} <= {entry["id"] for entry in found}
    assert len({entry["id"] for entry in found}) == len(found)
    times = [entry["deleted_at"] for entry in found]
    assert times == sorted(times, reverse=True)


def test_a_run_s_uploads_go_on_after_one_that_is_deleted_between_two_pages(run: LiveRun) -> None:
    picture = io.BytesIO()
    Image.new("L", (28, 28), 200).save(picture, "PNG")
    files = {"file": ("a.png", picture.getvalue())}
    made = [run.send("POST", "/images", files=files).json()["id"] for _ in range(4)]
    first = run.get("/images", limit=2)
    assert [image["id"] for image in first["images"]] == made[:2]
    assert first["next"] == made[1]
    assert run.send("DELETE", f"/images/{made[1]}").status_code == 204
    rest = run.get("/images", limit=2, cursor=first["next"])
    assert [image["id"] for image in rest["images"]] == made[2:]
    assert rest["next"] is None

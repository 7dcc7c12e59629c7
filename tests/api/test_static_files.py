"""Scripts and style sheets are served without their comments, third parties' as they are."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from convscope.api.routes.pages import COMMENTS, static_files, without_comments

STATIC = Path(__file__).resolve().parents[2] / "static"


def get(path: str, **headers: str) -> httpx.Response:
    """An answer of the static files alone."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(static_files())
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_a_script_is_served_without_comments_and_a_fifth_shorter() -> None:
    own = (STATIC / "js/network/drawing/layout.js").read_bytes()
    answer = get("/js/network/drawing/layout.js")
    assert b"@property" in own
    assert b"@property" not in answer.content
    assert len(answer.content) < 0.8 * len(own)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"


def test_a_browser_that_has_it_is_told_so() -> None:
    etag = get("/css/network/drawing.css").headers["etag"]
    assert get("/css/network/drawing.css", **{"If-None-Match": etag}).status_code == 304


def test_vendored_files_are_as_they_came() -> None:
    path = "vendor/preact.mjs"
    if not (STATIC / path).is_file():
        pytest.skip("the browser packages are not installed")
    assert get(f"/{path}").content == (STATIC / path).read_bytes()


def test_only_comments_go_and_every_line_keeps_its_number(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text(
        "/** one\n * two */\nlet a = /** @type {any} */ (1);\n  // three\nb = `//  y`;\n"
    )
    kept = "\n\nlet a = (1);\n\nb = `//  y`;\n"
    assert without_comments(script, 1).decode() == kept
    script.write_text("/** @type {any} */ e,\nf /* x */\n/* y */\n")
    assert without_comments(script, 2).decode() == "e,\nf /* x */\n\n"
    sheet = tmp_path / "a.css"
    sheet.write_text("/* one\n   two */\n.a { /* three */\n  top: 0;\n}\n")
    assert without_comments(sheet, 1).decode() == "\n\n.a { \n  top: 0;\n}\n"


def test_a_script_says_nothing_that_its_page_does_not_need() -> None:
    told = get("/js/network/main.js").headers
    assert not {"last-modified", "accept-ranges"} & set(told)


def test_no_style_sheet_has_such_a_thing_within_a_text() -> None:
    for sheet in (STATIC / "css").rglob("*.css"):
        assert not re.search(r"(content:|url\()[^;]*/\*", sheet.read_text()), sheet


def test_no_script_has_such_a_line_within_a_text() -> None:
    for script in (STATIC / "js").rglob("*.js"):
        source = script.read_text()
        for found in COMMENTS[".js"].finditer(source):
            before = source[: found.start()].rstrip().removesuffix("=>")
            assert not before.endswith(("`", ">")), f"{script}: {found[0]}"

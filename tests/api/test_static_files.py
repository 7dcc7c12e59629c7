"""What a page loads: scripts and style sheets without their comments, third parties' as they are."""

import asyncio
from pathlib import Path

import httpx
import pytest

from convscope.api.routes.pages import minified, static_files

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


def test_a_changed_file_is_another_one(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text("// one\nlet a = 1;")
    assert minified(script, 1) == b"let a=1;"
    script.write_text("// two\nlet a = `x  //  y`;")
    assert minified(script, 2) == b"let a=`x  //  y`;"

"""HEAD is answered as GET: the same status and headers, and no body."""

import pytest
from starlette.types import ASGIApp

from convscope.api.security.guard import Guard
from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, ask

SAME = HOST | {"x-request-id": "of-both"}
FILLED = {"run_id": "r", "model": "default", "dataset_id": "shapes", "name": "default"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    folder = tmp_path_factory.mktemp("head")
    return create_app(Settings(cache_dir=folder / "cache", state_dir=folder / "state"))


def readable(app: ASGIApp) -> list[str]:
    """Every path that GET has, with something for its parameters."""
    assert isinstance(app, Guard)
    paths = app.app.openapi()["paths"]  # type: ignore[attr-defined]  # it is a FastAPI
    found = [path for path, operations in paths.items() if "get" in operations]
    for name, value in FILLED.items():
        found = [path.replace(f"{{{name}}}", value) for path in found]
    assert len(found) > 20
    pages = ["/", "/runs", "/compare", "/data", "/docs", "/lessons", "/openapi.json"]
    return [*found, *pages, "/static/importmap.json", "/static/js/main.js", "/samples/cat.png"]


def test_head_is_answered_as_get_at_every_path_that_can_be_read(app: Guard) -> None:
    for path in readable(app):
        for coding in ({}, {"accept-encoding": "gzip"}):
            got = ask(app, path, SAME | coding)
            headed = ask(app, path, SAME | coding, method="HEAD")
            assert (headed.status, headed.body) == (got.status, b""), path
            assert headed.headers == got.headers, path


def test_what_can_only_be_written_is_not_read_by_head(app: Guard) -> None:
    assert ask(app, "/api/v1/convolve", method="HEAD").status == 405


def test_head_needs_the_token_as_get_does(tmp_path: object) -> None:
    locked = create_app(Settings(token="t" * 32))
    assert ask(locked, "/api/v1/runs", method="HEAD").status == 401

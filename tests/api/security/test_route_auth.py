"""Every route × method × WebSocket of the real application: one that is forgotten fails here."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, WebSocketRoute
from starlette.routing import Route as HttpRoute
from starlette.types import ASGIApp

from convscope.settings import Settings
from tests.support.asgi import HOST, ask, connect

TOKEN = "the-token-of-this-test-0123456789"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
Route = tuple[str, str]  # ("GET" or another method, or "WS"; path)


@pytest.fixture(scope="module")
def make_app() -> Callable[[Settings], ASGIApp]:
    """The real application; imported here, so that the guard's own tests need none of it."""
    from convscope.main import create_app

    return create_app


def framework_app(app: Any) -> FastAPI:
    """The framework's application, through every layer that wraps it."""
    while not isinstance(app, FastAPI):
        app = app.app
    return app


def routes(app: FastAPI) -> Iterator[Route]:
    """Every way in: each path with each method, whether its route knows the method or not."""
    for context in iter_route_contexts(app.routes):
        path = re.sub(r"\{[^}]*\}", "x", context.path or "/")
        if isinstance(context.original_route, WebSocketRoute):
            yield "WS", path
        elif isinstance(context.original_route, HttpRoute | Mount):
            yield from ((method, path) for method in METHODS)
        else:
            raise AssertionError(f"The walk does not know {type(context.original_route)}.")


def status(app: ASGIApp, route: Route, headers: dict[str, str]) -> int:
    """What a route answers; 0 for a WebSocket that was let in or closed without a status."""
    method, path = route
    if method == "WS":
        answer = connect(app, path, headers)
        return 0 if answer.accepted else answer.status
    return ask(app, path, headers, method=method).status


def all_routes(app: ASGIApp) -> list[Route]:
    """The application's routes, and some that it does not have: what is unknown is refused too."""
    unknown = ["/", "/static/x", "/nothing/here", "/api/v1/nothing", "/docs", "/openapi.json"]
    found = {
        *routes(framework_app(app)),
        *((m, p) for m in METHODS for p in unknown),
        ("WS", "/no"),
    }
    assert len({path for _, path in found}) > 25, "the walk has lost its way"
    assert ("WS", "/api/v1/runs/x/stream") in found
    assert ("POST", "/api/v1/runs/x/images") in found
    return sorted(found)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.com"},
        {"host": "localhost.evil.com:8000"},
        HOST | {"origin": "http://evil.com"},
        HOST | {"origin": "null"},
        HOST | {"sec-fetch-site": "cross-site"},
        {},
    ],
    ids=["host", "similar host", "origin", "null origin", "cross-site", "no host"],
)
def test_no_route_opens_to_a_foreign_page(
    make_app: Callable[[Settings], ASGIApp], settings: Settings, headers: dict[str, str]
) -> None:
    app = make_app(settings)
    answers = {route: status(app, route, headers) for route in all_routes(app)}
    assert {route: answer for route, answer in answers.items() if answer != 403} == {}


def test_no_route_but_health_opens_without_the_token(
    make_app: Callable[[Settings], ASGIApp], settings: Settings
) -> None:
    app = make_app(Settings(token=TOKEN, cache_dir=settings.cache_dir))
    answers = {route: status(app, route, HOST) for route in all_routes(app)}
    health = {("GET", "/api/v1/health"): 200, ("HEAD", "/api/v1/health"): 200}
    assert {route: answer for route, answer in answers.items() if answer != 401} == health


def test_the_page_opens_with_the_token(
    make_app: Callable[[Settings], ASGIApp], settings: Settings
) -> None:
    app = make_app(Settings(token=TOKEN, cache_dir=settings.cache_dir))
    assert ask(app, "/docs", HOST | {"authorization": f"Bearer {TOKEN}"}).status == 200

"""What the framework refuses by itself is refused as the document says."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, ask

JSON = HOST | {"content-type": "application/json"}
BODIES = {
    "not UTF-8": b'"\xff\xfe\xfd"',
    "cut within a letter": b'{"name": "\xc3"}',
    "nested deep": b"[" * 100_000 + b"]" * 100_000,
    "objects nested deep": b'{"recipe":' * 50_000 + b"1" + b"}" * 50_000,
    "nested as deep as just can be read": b'{"image": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a number of too many digits": b'{"steps": ' + b"9" * 5000 + b"}",
}
ANY = frozenset({"HEAD", "OPTIONS"})  # said or not


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real application, which has no runs."""
    folder = tmp_path_factory.mktemp("refusals")
    return create_app(Settings(cache_dir=folder / "cache", state_dir=folder / "state"))


def paths(app: Any) -> dict[str, dict[str, Any]]:
    """Of the document."""
    assert isinstance(app.app, FastAPI)
    found: dict[str, dict[str, Any]] = app.app.openapi()["paths"]
    return found


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_json_that_cannot_be_read_is_an_invalid_request(app: Any, body: bytes) -> None:
    for path in ("/api/v1/runs", "/api/v1/convolve"):
        answer = ask(app, path, JSON, method="POST", chunks=[body])
        assert answer.status == 422, (path, answer.body)
        assert answer.json()["code"] == "invalid_request"
        assert answer.sentence()


def test_what_is_not_allowed_says_all_that_is(app: Any) -> None:
    for path in paths(app):
        target = re.sub(r"\{[^}]*\}", "x", path)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"} - of_all(app, target):
            answer = ask(app, target, method=method)
            assert answer.status == 405, (method, path)
            said = set(re.split(r",\s*", answer.headers["allow"]))
            assert said - ANY == of_all(app, target) - ANY, (method, path)


def of_all(app: Any, target: str) -> set[str]:
    """Every method that the document has at an address, whatever the names in its path."""
    return {
        method.upper()
        for path, operations in paths(app).items()
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), target)
        for method in operations
    }


@pytest.mark.parametrize("target", ["/static/css/x", "/samples/x", "/", "/runs", "/lessons/x"])
def test_pages_and_files_say_that_they_can_be_read(app: Any, target: str) -> None:
    answer = ask(app, target, method="DELETE")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]

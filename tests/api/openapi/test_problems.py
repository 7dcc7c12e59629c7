"""A problem has a code that programs go by: each kind its own, whoever refuses."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from starlette.types import ASGIApp

from convscope import errors
from convscope.api.openapi.document import ERRORS
from convscope.api.openapi.problems import Problem
from convscope.errors import Code, ConvscopeError
from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, ask

CODES = get_args(Code)
JSON = HOST | {"content-type": "application/json"}
FORM = HOST | {"content-type": "multipart/form-data"}  # without a boundary


def kinds(base: type[ConvscopeError] = ConvscopeError) -> Iterator[type[ConvscopeError]]:
    """An error's class and all below it that are errors.py's."""
    if base.__module__ == errors.__name__:
        yield base
    for below in base.__subclasses__():
        yield from kinds(below)


def post(body: bytes, headers: dict[str, str] = JSON) -> dict[str, Any]:
    """What `ask` is told of a POST."""
    return {"method": "POST", "chunks": [body], "headers": headers}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """The real application, which has no runs."""
    folder = tmp_path_factory.mktemp("problems")
    return create_app(Settings(cache_dir=folder / "cache", state_dir=folder / "state"))


def test_each_class_of_errors_has_a_code_of_its_own_that_is_written_down() -> None:
    found = [kind.code for kind in kinds()]
    assert len(found) == len(set(found)) > 10
    assert set(found) <= set(CODES)


def test_the_document_lists_every_code() -> None:
    assert Problem.model_json_schema()["properties"]["code"]["enum"] == list(CODES)
    assert {title.lower().replace(" ", "_") for _, title, _ in ERRORS.values()} <= set(CODES)


@pytest.mark.parametrize(
    ("target", "asked", "status", "code"),
    [
        ("/api/v1/nothing", {}, 404, "not_found"),
        ("/api/v1/runs/nosuchrun0", {}, 404, "not_found"),
        ("/api/v1/runs", {"method": "PUT"}, 405, "method_not_allowed"),
        ("/api/v1/runs?limit=0", {}, 422, "invalid_request"),
        ("/api/v1/runs", post(b"{"), 422, "invalid_request"),
        ("/api/v1/runs", post(b'{"batch_size": 9999}'), 422, "invalid_recipe"),
        ("/api/v1/runs/import", post(b"", FORM), 400, "bad_request"),
        ("/api/v1/runs", {"headers": {"host": "other.example"}}, 403, "forbidden"),
        ("/api/v1/runs", post(b"0" * (2**20 + 1)), 413, "too_large"),
    ],
)
def test_whoever_refuses_says_the_code(
    app: ASGIApp, target: str, asked: dict[str, Any], status: int, code: str
) -> None:
    answer = ask(app, target, **asked)
    assert answer.sentence()
    assert (answer.status, answer.json()["code"]) == (status, code)


def test_a_request_without_the_token_is_unauthorized(settings: Settings) -> None:
    locked = create_app(Settings(token="t" * 32, state_dir=settings.state_dir))
    answer = ask(locked, "/api/v1/runs")
    assert (answer.status, answer.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("target", ["/api/v1/runs", "/api/v1/convolve", "/api/v1/runs/r/fork"])
def test_a_body_that_is_not_sent_as_json_is_told_the_header(
    app: ASGIApp, kind: str | None, target: str
) -> None:
    headers = HOST | ({"content-type": kind} if kind else {})
    answer = ask(app, target, **post(b'{"seed": 7}', headers))
    assert answer.status == 422
    said = answer.sentence()
    assert said.startswith("Expected JSON, sent with Content-Type: application/json, got ")
    assert (kind or "a body without it") in said


def test_a_file_sent_as_a_field_is_told_so_and_its_bytes_are_not_echoed(app: ASGIApp) -> None:
    headers = HOST | {"content-type": "multipart/form-data; boundary=b"}
    part = b'--b\r\ncontent-disposition: form-data; name="%s"\r\n\r\nSECRET\r\n--b--\r\n'
    for target, name in [("runs/import", b"file"), ("runs/from-weights", b"weights")]:
        answer = ask(app, f"/api/v1/{target}", **post(part % name, headers))
        assert answer.status == 422
        said = f"{name.decode()}: expected a file, sent with a file name, got a field without one."
        assert answer.sentence() == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "Expected JSON, got something else at character 1."),
        (b'{"seed": "\\ud800"}', 'seed: expected a whole number, got "\\ud800".'),
        (b'{"\\ud800": 1}', 'body: expected text, got "\\ud800".'),
        (b'{"seed": NaN}', "seed: expected a whole number, got NaN."),
    ],
)
def test_a_broken_body_is_told_where(app: ASGIApp, body: bytes, said: str) -> None:
    assert ask(app, "/api/v1/runs", **post(body)).sentence() == said

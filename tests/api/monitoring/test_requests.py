"""Each request has an id and is counted by its route's template, whoever asked for what."""

import contextlib
import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp, Receive, Scope, Send

from convscope.api.monitoring.requests import Requests
from convscope.api.security.guard import Guard
from convscope.logs import JsonLines
from convscope.main import create_app
from convscope.settings import Settings
from tests.support.asgi import HOST, ask, connect

ROOT = Path(__file__).parents[3]
TOKEN = "the-token-of-this-test-0123456789"
MADE = re.compile(r"[0-9a-f]{16}")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def an_app(folder: Path, token: str | None = None) -> Guard:
    return create_app(Settings(state_dir=folder, cache_dir=folder / "cache", token=token))


def samples(app: ASGIApp, headers: dict[str, str] = HOST) -> Samples:
    """What Prometheus would read: by name and labels."""
    answer = ask(app, "/metrics", headers)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.body.decode())
    found = [one for family in families for one in family.samples]
    return {(one.name, frozenset(one.labels.items())): one.value for one in found}


def requests(found: Samples) -> dict[tuple[str, str, str], float]:
    """How many, by route, method and status."""
    counted = {labels: n for (name, labels), n in found.items() if name.endswith("requests_total")}
    return {
        (of["route"], of["method"], of["status"]): n
        for of, n in ((dict(labels), n) for labels, n in counted.items())
    }


def test_requests_are_counted_by_the_template_of_their_route(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    for path in ("/api/v1/runs/anna/findings", "/api/v1/runs/bert/findings", "/secret"):
        ask(app, path)
    ask(app, "/static/nothing")
    ask(app, "/api/v1/health", method="HEAD")
    ask(app, "/api/v1/health", method="BREW")
    connect(app, "/api/v1/runs/carla/stream")
    ask(app, "/", {"host": "evil.example"})
    found = samples(app)
    counted = requests(found)
    assert counted == {
        ("/api/v1/runs/{run_id}/findings", "GET", "404"): 2,
        ("other", "GET", "404"): 1,
        ("/static", "GET", "404"): 1,
        ("/api/v1/health", "GET", "200"): 1,
        ("/api/v1/health", "other", "405"): 1,
        ("/api/v1/runs/{run_id}/stream", "WEBSOCKET", "101"): 1,
        ("other", "GET", "403"): 1,
    }
    timed = frozenset({("route", "/api/v1/runs/{run_id}/findings"), ("method", "GET")})
    assert found["convscope_request_seconds_count", timed] == 2
    assert found["convscope_problems_total", frozenset({("code", "not_found")})] == 4
    assert found["convscope_problems_total", frozenset({("code", "forbidden")})] == 1


def test_two_applications_of_a_process_count_apart(tmp_path: Path) -> None:
    one, other = an_app(tmp_path / "one"), an_app(tmp_path / "other")
    ask(one, "/api/v1/health")
    assert requests(samples(other)) == {}


def test_metrics_are_behind_the_token_where_there_is_one(tmp_path: Path) -> None:
    app = an_app(tmp_path, TOKEN)
    assert ask(app, "/metrics").status == 401
    found = samples(app, HOST | {"authorization": f"Bearer {TOKEN}"})
    assert found["convscope_problems_total", frozenset({("code", "unauthorized")})] == 1


def test_what_a_state_or_a_limit_is_can_be_read_before_anything_happened(tmp_path: Path) -> None:
    found = samples(an_app(tmp_path))
    assert found["convscope_runs", frozenset({("state", "playing")})] == 0
    assert found["convscope_workers_limit", frozenset()] == Settings().max_runs
    assert found["process_open_fds", frozenset()] > 0


def test_the_page_about_metrics_has_each_of_them_and_no_other(tmp_path: Path) -> None:
    told = ask(an_app(tmp_path), "/metrics").body.decode()
    there = set(re.findall(r"^# HELP (convscope_\w+)", told, re.MULTILINE))
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert {name for name in there if not name.endswith("_created")} == set(
        re.findall(r"`(convscope_\w+)", table)
    )


@pytest.mark.parametrize("given", ["a", "trace.1_b-C", "x" * 64])
def test_a_request_keeps_the_id_that_its_client_gave_it(tmp_path: Path, given: str) -> None:
    answer = ask(an_app(tmp_path), "/api/v1/health", HOST | {"x-request-id": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", '"}', "ünsafe", "a\n"])
def test_what_cannot_be_logged_as_it_is_gets_an_id_of_the_servers(
    tmp_path: Path, given: str
) -> None:
    app = an_app(tmp_path)
    answers = [ask(app, "/api/v1/health", HOST | {"x-request-id": given}) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(MADE.fullmatch(one) for one in ids)
    assert ids[0] != ids[1]


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/nothing", "/api/v1/runs/x"])
def test_every_answer_tells_its_id(tmp_path: Path, path: str) -> None:
    assert MADE.fullmatch(ask(an_app(tmp_path), path).headers["x-request-id"])
    refused = ask(an_app(tmp_path), path, {"host": "evil.example"})
    assert MADE.fullmatch(refused.headers["x-request-id"])


async def fails(name: str) -> None:
    raise ValueError("as no route should")


def test_an_internal_error_tells_the_id_that_its_log_lines_have(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = an_app(tmp_path)
    assert isinstance(app.app, FastAPI)
    app.app.add_api_route("/fails/{name}", fails)
    caplog.handler.setFormatter(JsonLines())
    answer = ask(swallowing(app), "/fails/anna", HOST | {"x-request-id": "mine"})
    assert (answer.status, answer.headers["x-request-id"]) == (500, "mine")
    assert answer.json()["request"] == "mine"
    [line] = [json.loads(text) for text in caplog.text.splitlines()]
    assert (line["request"], line["route"]) == ("mine", "/fails/{name}")
    assert line["message"] == "GET /fails/{name} failed"
    assert line["exception"].endswith("ValueError: as no route should")
    assert "anna" not in caplog.text


def swallowing(app: ASGIApp) -> ASGIApp:
    """An application whose errors are, once answered, no more the server's, as with uvicorn."""

    async def swallowed(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(ValueError):
            await app(scope, receive, send)

    return swallowed


def test_a_request_that_nobody_waits_for_any_more_is_counted_as_such() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        """As where the client has gone."""

    registry = CollectorRegistry()
    ask(Requests(registry, dict).around(silent))
    labels = {"route": "other", "method": "GET", "status": "499"}
    assert registry.get_sample_value("convscope_requests_total", labels) == 1


def test_an_error_that_nobody_answered_is_counted_as_the_500_that_it_becomes() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("as no application should")

    registry = CollectorRegistry()
    ask(swallowing(Requests(registry, dict).around(failing)))
    labels = {"route": "other", "method": "GET", "status": "500"}
    assert registry.get_sample_value("convscope_requests_total", labels) == 1

"""Tests' clients notice an answer that the OpenAPI document does not have."""

import httpx
import pytest

from tests.support.documented import document, operation, undocumented

HEALTH = {"status": "ok", "version": "1", "torch": None, "device": "cpu"}


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (httpx.Response(200, json=HEALTH), []),
        (httpx.Response(200, json=HEALTH | {"status": "ill"}), ["$.status: 'ok' was expected"]),
        (httpx.Response(418, content=b"tea"), ["status 418: b'tea'"]),
        (httpx.Response(200, text="ok"), ["text/plain with 200"]),
        (httpx.Response(200, json=HEALTH, headers={"X-More": "1"}), ["header x-more"]),
    ],
    ids=["as documented", "schema", "status", "media type", "header"],
)
def test_what_is_not_documented_is_noticed(answer: httpx.Response, wrong: list[str]) -> None:
    assert undocumented("GET", "/api/v1/health", answer) == wrong


def test_an_address_is_the_one_with_the_fewest_names_in_it() -> None:
    paths = document()["paths"]
    assert operation("GET", "/api/v1/runs/deleted") == paths["/api/v1/runs/deleted"]["get"]
    assert operation("GET", "/api/v1/runs/k3f9x0a1bc") == paths["/api/v1/runs/{run_id}"]["get"]
    assert operation("GET", "/static/main.js") is None

import json

import pytest
from starlette.types import Receive, Scope, Send

from convscope.api.addresses import path_within, root_from
from convscope.api.security.guard import Guard
from convscope.settings import Settings
from tests.support.asgi import HOST, Answer, ask, connect

TOKEN = "the-token-of-this-test-0123456789"
UNDER = Settings(root_path="/lab/convscope")
BEHIND = Settings(trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
FORWARDED = HOST | {"x-forwarded-prefix": "/lab/convscope", "x-forwarded-proto": "https"}


async def telling(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers how it is addressed."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    host = dict(scope["headers"])[b"host"].decode()
    told = [scope["scheme"], host, scope.get("root_path", ""), path_within(scope), root_from(scope)]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


def at(target: str, settings: Settings, headers: dict[str, str] = HOST, **more: object) -> Answer:
    return ask(Guard(telling, settings), target, headers, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["/lab/convscope/lessons/stacking", "/lessons/stacking"])
def test_a_path_is_the_same_whether_a_proxy_strips_the_prefix_or_not(target: str) -> None:
    told = ["http", "localhost:8000", "/lab/convscope", "/lessons/stacking", "../"]
    assert at(target, UNDER).json() == told
    assert at("/", UNDER).json()[2:] == ["/lab/convscope", "/", "./"]


def test_what_only_begins_like_the_prefix_is_below_it() -> None:
    assert at("/lab/convscopes", UNDER).json()[2:4] == ["/lab/convscope", "/lab/convscopes"]


def test_the_prefix_without_a_slash_leads_to_the_one_with_it() -> None:
    answer = at("/lab/convscope?run=a", UNDER)
    assert (answer.status, answer.headers["location"]) == (307, "./convscope/?run=a")


@pytest.mark.parametrize("client", ["127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"])
def test_a_trusted_proxy_says_what_the_browser_sees(client: str) -> None:
    headers = FORWARDED | {"x-forwarded-host": "localhost, between"}
    told = at("/runs", BEHIND, headers, client=(client, 50000)).json()
    assert told == ["https", "localhost", "/lab/convscope", "/runs", "./"]


@pytest.mark.parametrize(
    ("settings", "client"),
    [
        (Settings(), ("127.0.0.1", 50000)),
        (BEHIND, ("11.1.2.3", 50000)),
        (BEHIND, ("::1", 50000)),
        (BEHIND, None),
    ],
)
def test_nobody_else_is_believed(settings: Settings, client: object) -> None:
    headers = FORWARDED | {"x-forwarded-host": "localhost"}
    told = at("/runs", settings, headers, client=client).json()
    assert told == ["http", "localhost:8000", "", "/runs", "./"]


def test_the_page_of_a_trusted_proxy_that_ends_tls_may_write() -> None:
    headers = FORWARDED | {"origin": "https://localhost:8000"}
    assert at("/runs", BEHIND, headers, method="POST").status == 200
    assert connect(Guard(telling, BEHIND), "/runs/x/stream", headers).accepted
    assert at("/runs", Settings(), headers, method="POST").status == 403
    assert not connect(Guard(telling, Settings()), "/runs/x/stream", headers).accepted


@pytest.mark.parametrize("forwarded", ["evil.example", "localhost, evil.example"])
def test_neither_host_may_be_a_foreign_one(forwarded: str) -> None:
    """A page whose name resolves to the proxy can write X-Forwarded-Host, but not Host."""
    assert at("/", BEHIND, {"host": "evil.example", "x-forwarded-host": "localhost"}).status == 403
    allowed = at("/", BEHIND, HOST | {"x-forwarded-host": forwarded}).status
    assert allowed == (403 if forwarded == "evil.example" else 200)


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("x-forwarded-proto", "gopher", "http or https, got 'gopher'"),
        ("x-forwarded-prefix", "lab", "a path such as /convscope"),
        ("x-forwarded-prefix", '/"><script>', "a path such as /convscope"),
        ("x-forwarded-prefix", "/runs", "none of Convscope's own"),
    ],
)
def test_what_a_trusted_proxy_says_wrong_is_refused(header: str, value: str, said: str) -> None:
    answer = at("/", BEHIND, HOST | {header: value})
    assert answer.status == 403
    assert said in answer.sentence()


def test_under_a_prefix_one_signs_in_and_the_health_needs_no_token() -> None:
    locked = Settings(root_path="/lab", token=TOKEN)
    for target in (f"/lab/?token={TOKEN}&run=a", f"/?token={TOKEN}&run=a"):
        answer = at(target, locked)
        assert (answer.status, answer.headers["location"]) == (303, "./?run=a")
        assert "Path" not in answer.headers["set-cookie"]
    assert at("/lab/api/v1/health", locked).json() == {"status": "ok"}
    assert at("/lab/runs", locked).status == 401
    assert at(f"/lab?token={TOKEN}", locked).headers["location"] == f"./lab/?token={TOKEN}"


def test_uploads_are_as_large_under_a_prefix() -> None:
    size = {"content-length": str(2 * 1024 * 1024)}
    path = "/lab/convscope/api/v1/runs/x/images"
    assert at(path, UNDER, HOST | size, method="POST").status == 200
    assert at("/lab/convscope/api/v1/runs", UNDER, HOST | size, method="POST").status == 413

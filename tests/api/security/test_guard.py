import asyncio
from collections.abc import Callable

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convscope.api.security.guard import Guard, permissions
from convscope.settings import Settings
from tests.support.asgi import HOST, LINK, Answer, Headers, ask, connect, counting

TOKEN = "the-token-of-this-test-0123456789"
OPEN = Settings()
LOCKED = Settings(token=TOKEN)


def get(headers: Headers, settings: Settings = OPEN, target: str = "/") -> Answer:
    return ask(Guard(counting, settings), target, headers)


WRONG = [
    {},
    {"authorization": "Bearer wrong"},
    {"authorization": "Bearer "},
    {"authorization": "Bearer"},
    {"authorization": f"Basic {TOKEN}"},
    {"authorization": TOKEN},
    {"cookie": "convscope_8000=wrong"},
    {"cookie": f"convscope_8000={TOKEN}"},
    {"cookie": "convscope_8000="},
    {"cookie": "=;;; convscope_8000"},
    {"authorization": f"Bearer {TOKEN[:-1]}"},
    {"authorization": f"Bearer {TOKEN}ü"},
]


@pytest.mark.parametrize("headers", WRONG)
def test_without_the_token_nobody_comes_in(headers: dict[str, str]) -> None:
    answer = get(HOST | headers, LOCKED, "/api/v1/runs")
    assert answer.status == 401
    assert "Bearer" in answer.sentence()
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in str(answer)
    refused = connect(Guard(counting, LOCKED), "/api/v1/runs/x/stream", HOST | headers)
    assert (refused.accepted, refused.status) == (False, 401)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_comes_in_as_bearer(scheme: str) -> None:
    headers = HOST | {"authorization": f"{scheme} {TOKEN}"}
    assert get(headers, LOCKED).status == 200
    assert connect(Guard(counting, LOCKED), headers=headers).accepted


def sign_in(
    target: str, headers: Headers = HOST, method: str = "GET", scheme: str = "http"
) -> Answer:
    return ask(Guard(counting, LOCKED), target, headers, method=method, scheme=scheme)


def test_the_link_is_exchanged_for_a_cookie_that_lets_in() -> None:
    answer = sign_in(f"/?token={TOKEN}", HOST | LINK)
    assert (answer.status, answer.headers["location"]) == (303, "./")
    assert answer.headers["cache-control"] == "no-store"
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert attributes == ["HttpOnly", "SameSite=Lax"]  # for the path that a browser sees
    assert TOKEN not in cookie
    headers = HOST | {"cookie": f"other=1; {cookie}"}
    assert get(headers, LOCKED).status == 200
    assert connect(Guard(counting, LOCKED), headers=headers).accepted
    beside = HOST | {"cookie": f'theme={{"a":1}}; {cookie}'}
    assert get(beside, LOCKED).status == 200, "what a neighbour on this host put there"
    above = HOST | {"cookie": f"{cookie}; convscope_8000=that-of-a-server-at-a-path-above"}
    assert get(above, LOCKED).status == 200
    assert get(headers, Settings(token=TOKEN + "x")).status == 401, "another token, another cookie"


def test_the_cookie_is_for_tls_alone_where_the_link_was() -> None:
    assert sign_in(f"/?token={TOKEN}", scheme="https").headers["set-cookie"].endswith("; Secure")


def test_the_clean_address_keeps_the_rest_of_the_link() -> None:
    answer = sign_in(f"/?run=abc&token={TOKEN}&layer=conv1")
    assert answer.headers["location"] == "./?run=abc&layer=conv1"


def test_a_token_with_signs_that_addresses_use_is_read_from_its_link() -> None:
    settings = Settings(token="a+b&c=d%e#f/0123456789")
    answer = get(HOST, settings, "/?token=a%2Bb%26c%3Dd%25e%23f%2F0123456789")
    assert answer.status == 303


@pytest.mark.parametrize(
    "target",
    [
        "/?token=wrong",
        "/?token=",
        f"/?token={TOKEN}&token=wrong",
        f"/?TOKEN={TOKEN}",
        f"/api/v1/runs?token={TOKEN}",
        f"//evil.com/?token={TOKEN}",
    ],
)
def test_a_wrong_link_gives_no_cookie(target: str) -> None:
    answer = sign_in(target)
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_a_link_is_not_exchanged_by_a_write_or_for_a_foreign_host() -> None:
    assert sign_in(f"/?token={TOKEN}", method="POST").status == 401
    assert sign_in(f"/?token={TOKEN}", {"host": "evil.com"}).status == 403


def test_a_browser_is_told_in_a_page() -> None:
    answer = get(HOST | {"accept": "text/html,*/*;q=0.8"}, LOCKED)
    assert answer.status == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert b"sign-in link" in answer.body


def test_health_says_only_that_it_lives_to_who_has_no_token() -> None:
    target = "/api/v1/health"
    assert get(HOST, LOCKED, target).json() == {"status": "ok"}
    assert get(HOST | {"authorization": f"Bearer {TOKEN}"}, LOCKED, target).body == b"0"
    assert ask(Guard(counting, LOCKED), target, HOST, method="POST").status == 401
    assert get({"host": "evil.com"}, LOCKED, target).status == 403


EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}
ON_PAGES = {"referrer-policy": "same-origin", "cross-origin-opener-policy": "same-origin"}


@pytest.mark.parametrize(
    "answer_with",
    [
        lambda: get(HOST),
        lambda: get({"host": "evil.com"}),
        lambda: get(HOST, LOCKED),
        lambda: get(HOST, LOCKED, f"/?token={TOKEN}"),
        lambda: get(HOST, LOCKED, "/api/v1/health"),
        lambda: get(HOST | {"content-length": "99999999"}),
        lambda: connect(Guard(counting, OPEN), headers={"host": "evil.com"}),
    ],
    ids=["answer", "403", "401", "sign-in", "health", "413", "websocket"],
)
def test_every_answer_has_the_security_headers(answer_with: Callable[[], Answer]) -> None:
    headers = answer_with().headers
    assert headers | EVERYWHERE == headers
    policy = headers["content-security-policy"]
    assert "default-src '" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_page_has_those_that_only_pages_heed_and_nothing_else_loads() -> None:
    headers = get(HOST).headers
    assert headers | ON_PAGES == headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "camera=()" in headers["permissions-policy"]


EMBEDDING = ("http://localhost:8888", "https://lab.example")


def test_the_embedded_view_alone_may_be_framed_and_by_whom_the_settings_say() -> None:
    allowing = Settings(embedding_origins=EMBEDDING, token=TOKEN)
    for settings, framers in (
        (OPEN, "'self'"),
        (allowing, "'self' http://localhost:8888 https://lab.example"),
    ):
        browser = HOST | {"accept": "text/html"}  # which may have to sign in first
        headers = get(browser, settings, "/embed?run=abc").headers
        assert f"frame-ancestors {framers};" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
        elsewhere = get(browser, settings, "/runs").headers
        assert "frame-ancestors 'none'" in elsewhere["content-security-policy"]
        assert elsewhere["x-frame-options"] == "DENY"


def test_in_a_frame_it_says_where_to_sign_in() -> None:
    answer = get(HOST | {"accept": "text/html"}, LOCKED, "/embed?run=abc")
    assert answer.status == 401
    assert b"one host name" in answer.body
    assert b"in a tab of its own" in answer.body


def test_a_page_that_says_so_may_use_the_camera_and_nothing_else() -> None:
    allowed = permissions(camera=True)
    assert allowed == permissions().replace("camera=()", "camera=(self)")
    guarded = ask(Guard(answering(b"text/html", ("permissions-policy", allowed)), OPEN)).headers
    assert guarded["permissions-policy"] == allowed


@pytest.mark.parametrize("media_type", [b"application/json", b"image/svg+xml", b"text/plain"])
def test_what_a_browser_may_open_by_itself_loads_nothing_and_is_framed_by_nobody(
    media_type: bytes,
) -> None:
    data = ask(Guard(answering(media_type), OPEN)).headers
    assert data | EVERYWHERE == data
    assert data["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("media_type", [b"text/javascript; charset=utf-8", b"text/css"])
def test_code_has_the_policy_of_its_page_alone(media_type: bytes) -> None:
    code = ask(Guard(answering(media_type), OPEN)).headers
    assert code | EVERYWHERE == code
    assert "content-security-policy" not in code


def answering(media_type: bytes, *more: tuple[str, str]) -> ASGIApp:
    """An application that answers anything with nothing, of some type, with more headers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", media_type)]
        headers += [(name.encode(), value.encode()) for name, value in more]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return app


def test_the_import_map_is_allowed_by_its_hash() -> None:
    answer = ask(Guard(counting, OPEN, ("sha256-abc=",)))
    assert "script-src 'self' 'sha256-abc=';" in answer.headers["content-security-policy"]


def test_a_stricter_policy_of_the_applications_own_stays() -> None:
    async def strict(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-security-policy", b"sandbox")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert ask(Guard(strict, OPEN)).headers["content-security-policy"] == "sandbox"


def test_a_head_request_is_refused_without_a_body() -> None:
    answer = ask(Guard(counting, OPEN), "/", {"host": "evil.com"}, method="HEAD")
    assert (answer.status, answer.body) == (403, b"")


def test_a_websocket_is_closed_where_the_server_cannot_answer_it() -> None:
    answer = connect(Guard(counting, OPEN), headers={"host": "evil.com"}, extensions=None)
    assert (answer.accepted, answer.closed) == (False, 1008)


def test_the_applications_life_passes_and_an_unknown_kind_does_not() -> None:
    seen: list[str] = []

    async def life(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(message: Message | None = None) -> Message:
        raise AssertionError("nothing is sent or received")

    async def call(kind: str) -> None:
        await Guard(life, OPEN)({"type": kind}, nothing, nothing)  # type: ignore[arg-type]  # stands for both

    asyncio.run(call("lifespan"))
    assert seen == ["lifespan"]
    with pytest.raises(ValueError, match="webtransport"):
        asyncio.run(call("webtransport"))

"""Answers of the guard's own, as plain ASGI messages: it stands outside of every framework."""

import json
from html import escape
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from convscope.errors import ConvscopeError, UnauthorizedError

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Convscope</title>
<p>{detail}</p>
</html>
"""


def problem(error: ConvscopeError) -> bytes:
    """An error as application/problem+json."""
    document = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    return json.dumps(document).encode()


def as_answer(error: ConvscopeError, accept: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a refusal: a page for who asks for one, else a problem."""
    headers = {"content-type": "application/problem+json", "vary": "Accept"}
    body = problem(error)
    if "text/html" in accept.lower():
        headers["content-type"] = "text/html; charset=utf-8"
        body = PAGE.format(title=escape(error.title), detail=escape(error.detail)).encode()
    if retry_after := error.extra.get("retry_after"):
        headers["retry-after"] = str(retry_after)
    if isinstance(error, UnauthorizedError):
        headers["www-authenticate"] = 'Bearer realm="convscope"'
    return body, headers


async def refuse(scope: Scope, send: Send, error: ConvscopeError) -> None:
    """Answer an HTTP request with an error."""
    body, headers = as_answer(error, Headers(scope=scope).get("accept", ""))
    await reply(send, error.status, body, headers, scope["method"])


async def refuse_websocket(
    scope: Scope, receive: Receive, send: Send, error: ConvscopeError
) -> None:
    """Refuse a WebSocket before it is accepted, with status and sentence where that can be."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.title})
        return
    body, headers = as_answer(error, "")
    start = {"type": "websocket.http.response.start", "status": error.status}
    await send(start | {"headers": encoded(headers, body)})
    await send({"type": "websocket.http.response.body", "body": body})


async def reply_json(send: Send, status: int, document: dict[str, Any]) -> None:
    """Answer with a JSON document."""
    await reply(send, status, json.dumps(document).encode(), {"content-type": "application/json"})


async def redirect(send: Send, location: str, cookie: str) -> None:
    """Send a browser on, with a cookie."""
    await reply(send, 303, b"", {"location": location, "set-cookie": cookie})


async def reply(
    send: Send, status: int, body: bytes, headers: dict[str, str], method: str = "GET"
) -> None:
    """Send one whole answer that nobody may keep; to HEAD without its body."""
    start = {"type": "http.response.start", "status": status}
    await send(start | {"headers": encoded({"cache-control": "no-store"} | headers, body)})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def encoded(headers: dict[str, str], body: bytes) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI has them, with the body's length."""
    whole = headers | {"content-length": str(len(body))}
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in whole.items()]

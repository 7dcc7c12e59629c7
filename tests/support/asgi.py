"""A bare ASGI client: it sends exactly the headers that a test writes, and adds none."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = Mapping[str, str] | Iterable[tuple[str, str]]

HOST = {"host": "localhost:8000"}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@dataclass
class Answer:
    """What came back: an HTTP answer, or how a WebSocket was refused."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    accepted: bool = False  # a WebSocket was let in
    closed: int | None = None  # or closed with this code

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def sentence(self) -> str:
        """The detail of a problem, after checking that it is one."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json()["status"] == self.status
        assert self.json()["detail"].endswith(".")
        return str(self.json()["detail"])

    def take(self, message: Message) -> None:
        """Add one message of the application's."""
        match message["type"].rsplit(".", 2)[-2:]:
            case ["response", "start"]:
                self.status = message["status"]
                self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            case ["response", "body"]:
                self.body += message.get("body", b"")
            case ["websocket", "accept"]:
                self.accepted = True
            case ["websocket", "close"]:
                self.closed = message.get("code", 1000)


def pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI has them."""
    items = headers.items() if isinstance(headers, Mapping) else headers
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in items]


def make_scope(kind: str, target: str, headers: Headers, **more: Any) -> dict[str, Any]:
    """A scope as uvicorn makes it on 127.0.0.1:8000."""
    path, _, query = target.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": pairs(headers),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    } | more


def run(app: ASGIApp, scope: dict[str, Any], messages: list[Message]) -> Answer:
    """Call the application once with these messages to receive, and gather what it sends."""
    answer = Answer()
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    async def send(message: Message) -> None:
        answer.take(message)

    asyncio.run(asyncio.wait_for(app(scope, receive, send), 10))
    return answer


def ask(
    app: ASGIApp,
    target: str = "/",
    headers: Headers = HOST,
    *,
    method: str = "GET",
    chunks: Iterable[bytes] = (b"",),
    **more: Any,
) -> Answer:
    """One HTTP request."""
    parts = list(chunks)
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]
    scope = make_scope("http", target, headers, **({"scheme": "http", "method": method} | more))
    return run(app, scope, [*messages, {"type": "http.disconnect"}])


def connect(
    app: ASGIApp,
    target: str = "/",
    headers: Headers = HOST,
    **more: Any,
) -> Answer:
    """One WebSocket, which the client leaves as soon as it is let in."""
    usual = {"scheme": "ws", "subprotocols": [], "extensions": {"websocket.http.response": {}}}
    messages: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.disconnect", "code": 1001},
    ]
    return run(app, make_scope("websocket", target, headers, **(usual | more)), messages)


async def counting(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that accepts every WebSocket, and answers how many bytes a body had."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    length, message = 0, await receive()
    while message["type"] == "http.request":
        length += len(message["body"])
        if not message["more_body"]:
            break
        message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})

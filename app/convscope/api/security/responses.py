"""How the guard refuses: a page for a browser, a problem for a program."""

from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from convscope.errors import ConvscopeError, UnauthorizedError
from convscope.logs import code_is

NO_STORE = {"cache-control": "no-store"}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Convscope</title>
<p>{detail}</p>
</html>
"""


def refusal(error: ConvscopeError, accept: str = "") -> Response:
    """An error as a page for who asks for one, else as application/problem+json."""
    code_is(error.code)
    headers = {**NO_STORE, "vary": "Accept"}
    if retry_after := error.extra.get("retry_after"):
        headers["retry-after"] = str(retry_after)
    if isinstance(error, UnauthorizedError):
        headers["www-authenticate"] = 'Bearer realm="convscope"'
    if "text/html" in accept.lower():
        page = PAGE.format(title=escape(error.title), detail=escape(error.detail))
        return HTMLResponse(page, error.status, headers)
    document = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    return JSONResponse(document, error.status, headers, "application/problem+json")


async def refuse(scope: Scope, receive: Receive, send: Send, error: ConvscopeError) -> None:
    """Answer an HTTP request with an error."""
    answer = refusal(error, Headers(scope=scope).get("accept", ""))
    await answer(scope, receive, send)


async def refuse_websocket(
    scope: Scope, receive: Receive, send: Send, error: ConvscopeError
) -> None:
    """Refuse a WebSocket before it is accepted, with status and sentence where that can be."""
    await receive()  # websocket.connect
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await refusal(error)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": error.title})

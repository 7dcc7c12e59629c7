"""Who may come in: one pure-ASGI layer, outermost, that denies by default.

Every HTTP request and every WebSocket passes these, in this order:

1. `Host` names this server (`convscope.api.security.origins`): DNS rebinding ends here. So must the
   host that a trusted proxy forwards (`convscope.api.security.proxies`).
2. `Origin` and `Sec-Fetch-Site` say that no foreign page asks.
3. Where a token is set, the request carries it, or the cookie that it was exchanged for.
4. The body is no longer than the route takes, announced or not (`convscope.api.security.limits`);
   it is read when the server has room for it (`convscope.budget`), and may not crawl.
5. The answer begins in time, or is a refusal (`convscope.api.security.answer_limit`).

Every answer leaves with the security headers, those of refusals and of errors too. A script or a
style sheet has no policy of its own: nothing in it is a document, and the page's holds for it.
"""

from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convscope.api.addresses import path_within
from convscope.api.head import as_get
from convscope.api.security.answer_limit import answer_in_time
from convscope.api.security.limits import LimitedBody, body_limit, held_bytes
from convscope.api.security.origins import check_host, check_origin, embeds
from convscope.api.security.proxies import Proxies
from convscope.api.security.responses import NO_STORE, refuse, refuse_websocket
from convscope.budget import Budget
from convscope.errors import ConvscopeError, UnauthorizedError
from convscope.settings import Settings
from convscope.tokens import cookie_value, same

HEALTH = "/api/v1/health"
SIGN_IN = "/"  # where the link that was printed leads

SIGN_IN_FIRST = (
    "A valid token is needed: open the sign-in link that convscope printed when it started, or "
    "send Authorization: Bearer TOKEN."
)
SIGN_IN_BESIDE = (
    "A valid token is needed: open the sign-in link that convscope printed in a tab of its own, "
    "then show this again. The page around this, the link and this must have one host name: where "
    "that page is at localhost, the link must begin with http://localhost, not http://127.0.0.1."
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DATA_HEADERS = SECURITY_HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
CODE = ("text/javascript", "text/css")


def permissions(*, camera: bool = False) -> str:
    """`Permissions-Policy`: nothing of these, but for the camera where a page says so."""
    allowed = "self" if camera else ""
    return f"camera=({allowed}), display-capture=(), geolocation=(), microphone=(), usb=()"


# what only a page heeds: a hundred modules need not carry it
PAGE_HEADERS = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": permissions(),
}


def content_security_policy(script_hashes: tuple[str, ...] = (), framed_by: str = "'none'") -> str:
    """The page's policy; `script_hashes` are those of its inline scripts, as `sha256-…`."""
    scripts = " ".join(["'self'", *(f"'{value}'" for value in script_hashes)])
    return (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; "
        f"script-src {scripts}; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        f"frame-ancestors {framed_by}; form-action 'self'"
    )


def cookie_name(settings: Settings) -> str:
    """Of the cookie that a token is exchanged for: cookies do not tell ports apart."""
    return f"convscope_{settings.port}"


class Guard:
    """Wrap the whole application: what it does not let in, no route sees.

    `script_hashes` are those of the inline scripts that pages have, without quotes:
    `sha256-` and base64. `observe` wraps all that is done for a request, refusals too.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        script_hashes: tuple[str, ...] = (),
        budget: Budget | None = None,
        observe: Callable[[ASGIApp], ASGIApp] = lambda app: app,
    ) -> None:
        self.app = app
        self.settings = settings
        self.budget = budget or Budget()
        self.serve_http, self.serve_websocket = observe(self.http), observe(self.websocket)
        self.proxies = Proxies(settings)
        policy = content_security_policy(tuple(script_hashes))
        self.page_headers = SECURITY_HEADERS | PAGE_HEADERS | {"Content-Security-Policy": policy}
        framed_by = " ".join(["'self'", *settings.embedding_origins])
        policy = content_security_policy(tuple(script_hashes), framed_by)
        self.embed_headers = self.page_headers | {"Content-Security-Policy": policy}
        del self.embed_headers["X-Frame-Options"]  # it cannot name an origin
        self.cookie = cookie_name(settings)
        self.cookie_value = cookie_value(settings.token) if settings.token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one WebSocket or the application's life; nothing else is let in."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            scope, send = as_get(scope, send)
            await self.serve_http(scope, receive, self.protected(scope, send))
        elif scope["type"] == "websocket":
            await self.serve_websocket(scope, receive, self.protected(scope, send))
        else:
            raise ValueError(f"Expected http, websocket or lifespan, not {scope['type']!r}.")

    async def http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an HTTP request that may come in; answer one that may not."""
        headers = Headers(scope=scope)
        try:
            self.admit(scope)
            if answer := self.answer_at_the_door(scope, headers):
                await answer(scope, receive, send)
                return
            self.check_token(scope)
            body = LimitedBody(receive, send, body_limit(scope, self.settings), headers)
            async with self.budget.bytes(held_bytes(scope, headers, self.settings)):
                await self.served(scope, send, body)
        except ConvscopeError as error:
            await refuse(scope, receive, send, error)

    async def served(self, scope: Scope, send: Send, body: LimitedBody) -> None:
        """The application's answer; where the body was cut off, why, unless it had begun one."""
        try:
            await answer_in_time(self.app, scope, body.receive, body.send)
        except Exception:
            if body.refusal is None:
                raise
        if body.refusal and not body.started:
            await refuse(scope, body.receive, send, body.refusal)

    async def websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket that may come in; refuse another before it is accepted."""
        try:
            self.admit(scope)
            self.check_token(scope)
        except ConvscopeError as error:
            await refuse_websocket(scope, receive, send, error)
        else:
            await self.app(scope, receive, send)

    def admit(self, scope: Scope) -> None:
        """Make the request that of the address which the browser asked, for whoever has it in hand;
        ForbiddenError where Host or Origin is not allowed. Both hosts must be: a page elsewhere may
        write X-Forwarded-Host, not Host."""
        check_host(scope, self.settings)
        scope.update(self.proxies.as_browser_sees(scope))
        check_host(scope, self.settings)
        check_origin(scope)

    def check_token(self, scope: Scope) -> None:
        """Raise UnauthorizedError unless the request has the token or the cookie, or needs none."""
        if not self.authorized(Headers(scope=scope)):
            raise UnauthorizedError(SIGN_IN_BESIDE if embeds(scope) else SIGN_IN_FIRST)

    def authorized(self, headers: Headers) -> bool:
        """Whether `Authorization` or the cookie has the right token; true where none is set."""
        token = self.settings.token
        if token is None:
            return True
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same(bearer.strip(), token):
            return True
        return any(same(value, self.cookie_value) for value in cookies(headers, self.cookie))

    def answer_at_the_door(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered without a token: to be let in, and whether the server lives."""
        token, path = self.settings.token, path_within(scope)
        if not path:  # the page's addresses are relative
            return with_slash(scope)
        if token is None or scope["method"] != "GET":
            return None
        if path == SIGN_IN:
            return self.sign_in(scope, token)
        if path == HEALTH and not self.authorized(headers):
            return JSONResponse({"status": "ok"}, headers=NO_STORE)
        return None

    def sign_in(self, scope: Scope, token: str) -> Response | None:
        """Exchange `?token=…` for the cookie, and send the browser on without it."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == "token"]
        if not given:
            return None
        if len(given) != 1 or not same(given[0], token):
            raise UnauthorizedError(
                "The token in this link is not valid: use the link that convscope "
                "printed when it last started."
            )
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        clean = {
            "location": f"./?{rest}" if rest else "./",
            "set-cookie": self.cookie_header(scope),
        }
        return Response(status_code=303, headers=NO_STORE | clean)

    def cookie_header(self, scope: Scope) -> str:
        """`Set-Cookie`'s value. Strict would be withheld when the link is opened from a mail.

        Without a path it is for the one that the browser sees, which a proxy may hide from here.
        """
        secure = "; Secure" if scope["scheme"] == "https" else ""
        return f"{self.cookie}={self.cookie_value}; HttpOnly; SameSite=Lax{secure}"

    def headers_of(self, scope: Scope, media_type: str | None) -> dict[str, str]:
        """The security headers of an answer; one without a type may be taken for a page."""
        if media_type is None or media_type.startswith("text/html"):
            return self.embed_headers if embeds(scope) else self.page_headers
        return SECURITY_HEADERS if media_type.startswith(CODE) else DATA_HEADERS

    def protected(self, scope: Scope, send: Send) -> Send:
        """`send`, which puts the security headers on every answer that has not its own of them."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in self.headers_of(scope, headers.get("content-type")).items():
                    headers.setdefault(name, value)
            await send(message)

        return send_with_headers


def cookies(headers: Headers, name: str) -> list[str]:
    """All values of a cookie: one set for a path comes with its namesake of a path above; what
    neighbours on this host put beside it does no harm."""
    pairs = [pair.partition("=") for jar in headers.getlist("cookie") for pair in jar.split(";")]
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def with_slash(scope: Scope) -> Response:
    """Leads from the path that Convscope is under to the same with a slash."""
    query = scope["query_string"].decode("latin-1")
    last = quote(scope["path"].rpartition("/")[2])
    location = f"./{last}/" + (f"?{query}" if query else "")
    return Response(status_code=307, headers=NO_STORE | {"location": location})

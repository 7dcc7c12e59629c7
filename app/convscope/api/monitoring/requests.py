"""Each request gets an id, is counted and timed, and has a line in a JSON log."""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convscope.logs import Asked, asked

log = logging.getLogger("convscope.requests")
HEADER = "X-Request-ID"
CODE = ("text/javascript", "text/css")  # a first visit fetches a hundred, and asks of none
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # HEAD is answered as GET is
OTHER = "other"  # a method or a route that there is not, or what was refused before it was found
WEBSOCKET = "WEBSOCKET"
ACCEPTED, REFUSED, NOBODY_WAITED, FAILED = 101, 403, 499, 500
BUCKETS_S = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


def request_id(headers: Headers) -> str:
    """What the client calls its request, if that can go into a log as it is; else a new id."""
    given = headers.get(HEADER, "")
    return given if GIVEN.fullmatch(given) else secrets.token_hex(8)


class Requests:
    """All requests and WebSockets of a server, by route template, method and status."""

    def __init__(
        self,
        registry: CollectorRegistry,
        templates: Callable[[], Mapping[object, str]],
        *,
        log_each: bool = False,
    ) -> None:
        """`templates` has the path of each endpoint, asked for once there are all of them."""
        self._templates = templates
        self._log_each = log_each
        self._count = Counter(
            "convscope_requests",
            "Requests and WebSockets that have ended, also those that were refused",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "convscope_request_seconds",
            "From a request's head to the last byte of its answer; WebSockets are not timed",
            ("route", "method"),
            registry=registry,
            buckets=BUCKETS_S,
        )
        self._problems = Counter(
            "convscope_problems",
            "Requests that were refused or failed, by the code of the problem",
            ("code",),
            registry=registry,
        )

    def around(self, app: ASGIApp) -> ASGIApp:
        """An application whose every request is one of these."""

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            answered = Answered(self._asked(scope), send)
            asked.set(answered.asked)
            began_s = perf_counter()
            try:
                await app(scope, receive, answered.send)
            except Exception:
                answered.has_failed()
                raise
            finally:
                self._ended(answered, perf_counter() - began_s)
            answered.asked.is_over = True  # where it failed, uvicorn has yet to tell why

        return observed

    def _asked(self, scope: Scope) -> Asked:
        method = WEBSOCKET
        if scope["type"] == "http":
            method = scope["method"] if scope["method"] in METHODS else OTHER

        def find_route() -> str:
            return self._templates().get(scope.get("endpoint"), OTHER)

        return Asked(request_id(Headers(scope=scope)), method, find_route)

    def _ended(self, answered: "Answered", spent_s: float) -> None:
        request, status = answered.asked, str(answered.status)
        route, method = request.route, request.method
        self._count.labels(route, method, status).inc()
        if method != WEBSOCKET:
            self._seconds.labels(route, method).observe(spent_s)
        if request.code:
            self._problems.labels(request.code).inc()
        if self._log_each:
            told = {"status": answered.status, "ms": round(spent_s * 1000, 1)}
            log.info("%s %s %s", method, route, status, extra=told)


class Answered:
    """A request and the status of its answer, which leaves with the request's id."""

    def __init__(self, request: Asked, send: Send) -> None:
        self.asked = request
        self.status = NOBODY_WAITED
        self._send = send

    def has_failed(self) -> None:
        """An error that nobody answered is answered by the server around us."""
        if self.status == NOBODY_WAITED:
            self.status = FAILED

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] in STARTS:
            self.status = message.get("status", ACCEPTED)
            message.setdefault("headers", [])
            headers = MutableHeaders(scope=message)
            if not headers.get("content-type", "").startswith(CODE):
                headers[HEADER] = self.asked.id
        elif message["type"] == "websocket.close" and self.status == NOBODY_WAITED:
            self.status = REFUSED
        await self._send(message)

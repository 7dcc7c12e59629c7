"""Answers that are long, alike for everybody and asked for by each page: sent compressed."""

import gzip
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

LEAST_BYTES = 500
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CompressedRoute(APIRoute):
    """A route that compresses its JSON for who takes gzip; there must be no secret in it."""

    def get_route_handler(self) -> Handler:
        """As `APIRoute`'s, with the answer compressed."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await answer(request)
            if "gzip" in request.headers.get("accept-encoding", ""):
                _compress(response)
            return response

        return handler


def _compress(response: Response) -> None:
    """Its body, if it is long and JSON: a picture is compressed already."""
    body = getattr(response, "body", b"")
    if response.media_type != "application/json" or len(body) < LEAST_BYTES:
        return
    response.body = gzip.compress(body, mtime=0)
    response.headers["Content-Length"] = str(len(response.body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add_vary_header("Accept-Encoding")

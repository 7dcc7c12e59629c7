"""Answers that are long and asked for by each page: sent compressed."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

LEAST_BYTES = 500
MANY_BYTES = 32_000  # take milliseconds, for which nobody else need wait
LEVEL = 6  # of 9, which takes three times as long for a fortieth less
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class CompressedRoute(APIRoute):
    """A route that compresses its JSON for who takes gzip; there must be no secret in it."""

    def get_route_handler(self) -> Handler:
        """As `APIRoute`'s, with the answer compressed."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await answer(request)
            if "gzip" in request.headers.get("accept-encoding", "") and _is_long(response):
                await _compress(response)
            return response

        return handler


def _is_long(response: Response) -> bool:
    """Whether it is worth it: a picture is compressed already, and what is streamed has no body."""
    body = getattr(response, "body", b"")
    return response.media_type == "application/json" and len(body) >= LEAST_BYTES


async def _compress(response: Response) -> None:
    if len(response.body) < MANY_BYTES:
        response.body = _gzip(response.body)
    else:
        response.body = await asyncio.to_thread(_gzip, response.body)
    response.headers["Content-Length"] = str(len(response.body))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add_vary_header("Accept-Encoding")


def _gzip(body: bytes | memoryview) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)

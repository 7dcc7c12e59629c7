"""Limits of a request body's size, held while it arrives."""

import re

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from convscope.errors import InvalidError, TooLargeError
from convscope.settings import Settings

BODY_BYTES = 1024 * 1024  # on every route but uploads
MULTIPART_OVERHEAD_BYTES = 64 * 1024  # boundaries, part headers and small fields beside the file
UPLOADS = re.compile(r"/api/v1/runs/([^/]+/images(/[^/]+)?|from-weights)/?")
IMPORT = re.compile(r"/api/v1/runs/import/?")


def body_limit(scope: Scope, settings: Settings) -> int:
    """The most bytes that the body of this request may have."""
    if scope["method"] in ("POST", "PUT") and UPLOADS.fullmatch(scope["path"]):
        return settings.max_upload_bytes + MULTIPART_OVERHEAD_BYTES
    if scope["method"] == "POST" and IMPORT.fullmatch(scope["path"]):
        return settings.max_import_bytes + MULTIPART_OVERHEAD_BYTES
    return BODY_BYTES


def announced_bytes(headers: Headers) -> int:
    """`Content-Length`, 0 where there is none; raises InvalidError for what is no length."""
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise InvalidError("Expected Content-Length to be a number of bytes.")
    return int(length)


class LimitedBody:
    """One request's `receive` and `send`: past `limit` bytes the client seems to have gone.

    Raises TooLargeError at once where Content-Length announces more. Where it does not, `exceeded`
    turns true, the application reads a disconnect, and what it answers to that is dropped.
    """

    def __init__(self, receive: Receive, send: Send, limit: int, headers: Headers) -> None:
        self.sentence = f"Expected a body of at most {limit:,} bytes, got a longer one."
        if announced_bytes(headers) > limit:
            raise TooLargeError(self.sentence)
        self._receive = receive
        self._send = send
        self._left = limit
        self.exceeded = False
        self.started = False

    async def receive(self) -> Message:
        """The next message, or a disconnect once there was too much."""
        if self.exceeded:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.exceeded = True
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it answers a body that was cut off."""
        if self.exceeded and not self.started:
            return
        self.started = True
        await self._send(message)

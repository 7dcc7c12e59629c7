"""Limits of a request body's size and time, held while it arrives."""

import asyncio
import re
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from convscope.api.addresses import path_within
from convscope.errors import ConvscopeError, InvalidError, TooLargeError, TooSlowError
from convscope.settings import Settings

BODY_BYTES = 1024 * 1024  # on every route but uploads
MULTIPART_OVERHEAD_BYTES = 64 * 1024  # boundaries, part headers and small fields beside the file
UNCOUNTED_BYTES = 64 * 1024  # of a body: what the socket may hold anyway
PATIENCE_S = 30.0  # for a body that does not come
LEAST_BYTES_PER_S = 20_000
FILES_HELD_BYTES = 16 * 1024 * 1024  # of the files of a data set: 256 of 64 KiB
UPLOADS = re.compile(r"/api/v1/runs/([^/]+/images(/[^/]+)?|from-weights)/?")
IMPORT = re.compile(r"/api/v1/runs/import/?")
MANY_IMAGES = re.compile(r"/api/v1/runs/[^/]+/(feature-maps|predictions)/?")
MANY_BYTES = 64 * 1024 * 1024  # of those images
DATASETS = re.compile(r"/api/v1/datasets(/preview(/[^/]+/files)?)?/?")


def body_limit(scope: Scope, settings: Settings) -> int:
    """The most bytes that the body of this request may have."""
    if scope["method"] in ("POST", "PUT") and UPLOADS.fullmatch(path_within(scope)):
        return settings.max_upload_bytes + MULTIPART_OVERHEAD_BYTES
    if scope["method"] == "POST" and IMPORT.fullmatch(path_within(scope)):
        most = max(settings.max_import_bytes, settings.max_dataset_bytes)  # its data may go with it
        return most + MULTIPART_OVERHEAD_BYTES
    if scope["method"] == "POST" and MANY_IMAGES.fullmatch(path_within(scope)):
        return MANY_BYTES + MULTIPART_OVERHEAD_BYTES
    if scope["method"] == "POST" and DATASETS.fullmatch(path_within(scope)):
        return settings.max_dataset_bytes + MULTIPART_OVERHEAD_BYTES
    return BODY_BYTES


def held_bytes(scope: Scope, headers: Headers, settings: Settings) -> int:
    """How much of the body is held in memory at most; 0 where it is so little as not to count.

    A run's file is put on the disk as it comes, and so are the many files of a data set, of each of
    which less than the rest is held.
    """
    chunked = "transfer-encoding" in headers
    announced = body_limit(scope, settings) if chunked else announced_bytes(headers)
    if IMPORT.fullmatch(path_within(scope)):
        announced = min(announced, BODY_BYTES)
    if DATASETS.fullmatch(path_within(scope)):
        announced = min(announced, FILES_HELD_BYTES)
    return announced if announced > UNCOUNTED_BYTES else 0


def announced_bytes(headers: Headers) -> int:
    """`Content-Length`, 0 where there is none; raises InvalidError for what is no length."""
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise InvalidError("Expected Content-Length to be a number of bytes.")
    return int(length)


class LimitedBody:
    """One request's `receive` and `send`: where it breaks a limit, the client seems to have gone.

    Raises TooLargeError at once where Content-Length announces more than `limit` bytes. Where it
    does not, or where the body takes too long to come, `refusal` says why, the application reads a
    disconnect, and what it answers to that is dropped.
    """

    def __init__(self, receive: Receive, send: Send, limit: int, headers: Headers) -> None:
        self._too_large = TooLargeError(
            f"Expected a body of at most {limit:,} bytes, got a longer one."
        )
        if announced_bytes(headers) > limit:
            raise self._too_large
        self._receive = receive
        self._send = send
        self._limit = limit
        self._whole = False
        self._began_s: float | None = None
        self._came = 0
        self.refusal: ConvscopeError | None = None
        self.started = False

    async def receive(self) -> Message:
        """The next message, or a disconnect once there was too much, or too little for too long."""
        if self.refusal:
            return {"type": "http.disconnect"}
        message = await self._next()
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            self._came += len(message.get("body", b""))
            if self._came > self._limit:
                self.refusal = self._too_large
        return {"type": "http.disconnect"} if self.refusal else message

    async def _next(self) -> Message:
        """A body holds room that others wait for: it may pause, but not for long, nor crawl."""
        if self._whole:
            return await self._receive()  # a disconnect, some day
        if self._began_s is None:
            self._began_s = monotonic()
        left_s = self._began_s + PATIENCE_S + self._came / LEAST_BYTES_PER_S - monotonic()
        try:
            async with asyncio.timeout(max(left_s, 0)):  # `wait_for` may swallow a cancellation
                return await self._receive()
        except TimeoutError:
            self.refusal = TooSlowError(
                f"Expected the whole body at {LEAST_BYTES_PER_S // 1000} kB/s or more, got "
                f"{self._came:,} bytes in {monotonic() - self._began_s:.0f} s."
            )
            return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it answers a body that was cut off."""
        if self.refusal and not self.started:
            return
        self.started = True
        await self._send(message)

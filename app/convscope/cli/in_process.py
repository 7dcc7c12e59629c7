"""Asking an application in this process as if it were a server: its answer comes piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Receive, Send], Awaitable[None]]


class InProcessTransport(httpx.AsyncBaseTransport):
    """As httpx's for an application, which holds each answer whole: a run's file is large."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.AsyncBaseTransport; what the application raises is raised."""
        answer = _Answer(self._application, request)
        start = await answer.next()
        return httpx.Response(start["status"], headers=start["headers"], stream=answer)


class _Answer(httpx.AsyncByteStream):
    """One answer, of which no more than a piece is made before the one ahead of it is taken."""

    def __init__(self, application: Application, request: httpx.Request) -> None:
        self._application = application
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(1)  # None: there are no more
        self._is_whole = False
        self._working = asyncio.create_task(self._work(request))

    async def _work(self, request: httpx.Request) -> None:
        try:
            await httpx.ASGITransport(self._tapped).handle_async_request(request)
        except asyncio.CancelledError:
            raise  # nobody takes anything any more
        except BaseException:
            await self._events.put(None)
            raise
        await self._events.put(None)

    async def _tapped(self, scope: Event, receive: Receive, send: Send) -> None:
        async def tap(event: Event) -> None:
            await self._events.put(event)
            await send({**event, "body": b""} if "body" in event else event)

        await self._application(scope, receive, tap)

    async def next(self) -> Event:
        """What the application sends next; what it raised where there is no more."""
        event = await self._events.get()
        if event is None:
            await self._working
            raise httpx.RemoteProtocolError("The answer was cut short.")
        return event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._is_whole:
            event = await self.next()
            self._is_whole = not event.get("more_body", False)
            yield event.get("body", b"")

    async def aclose(self) -> None:
        """The application ends what it does after the answer, or is left off in the middle."""
        if not self._is_whole:
            self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)

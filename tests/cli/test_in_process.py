"""An application in this process answers as a server would: piece by piece, and with its errors."""

import asyncio

import httpx
import pytest

from convscope.cli.in_process import Event, InProcessTransport, Receive, Send

pytestmark = pytest.mark.anyio
PIECES = 50


class Long:
    """An application with a long answer; it notes how much of that it has made."""

    def __init__(self) -> None:
        self.made = 0
        self.ended = False

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["path"] == "/broken":
            raise OSError("on purpose")
        sent = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        try:
            for _ in range(PIECES):
                self.made += 1
                await send({"type": "http.response.body", "body": sent, "more_body": True})
            await send({"type": "http.response.body", "body": b"end"})
        finally:
            self.ended = True


def client(application: Long) -> httpx.AsyncClient:
    transport = InProcessTransport(application)
    return httpx.AsyncClient(transport=transport, base_url="http://inside")


async def test_an_answer_is_whole_and_no_more_of_it_is_made_than_is_taken() -> None:
    long = Long()
    async with client(long) as asking, asking.stream("POST", "/", content=b"hello ") as answer:
        assert (answer.status_code, answer.headers["x"]) == (200, "y")
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"hello "
        assert long.made <= 3
        rest = [piece async for piece in pieces]
    assert b"".join(rest) == b"hello " * (PIECES - 1) + b"end"
    assert long.ended


async def test_who_leaves_in_the_middle_leaves_nothing_running() -> None:
    long = Long()
    async with client(long) as asking, asking.stream("POST", "/", content=b"hello") as answer:
        await anext(answer.aiter_raw())
        await asyncio.sleep(0.01)  # as much is made as may be
    assert 1 < long.made < PIECES
    assert long.ended


async def test_what_the_application_raises_is_raised() -> None:
    async with client(Long()) as asking:
        with pytest.raises(OSError, match="on purpose"):
            await asking.get("/broken")

"""Whatever is asked has an answer in time, or a refusal with a sentence."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from convscope.api.security import answer_limit
from convscope.api.security.guard import Guard
from convscope.settings import Settings
from tests.support.asgi import HOST, ask

LIMIT_S = 0.2


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_limit, "ANSWER_WITHIN_S", LIMIT_S)


def test_what_is_never_answered_is_refused_with_a_sentence_and_when_to_come_back() -> None:
    left: list[bool] = []

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            left.append(True)
            raise

    answer = ask(Guard(silent, Settings()), "/api/v1/runs", HOST)
    assert answer.status == 503
    assert "There was no answer within" in answer.sentence()
    assert int(answer.headers["retry-after"]) > 0
    assert json.loads(answer.body)["code"] == "unavailable"
    assert left, "what was asked for is not gone on with"


def test_an_answer_that_has_begun_may_take_as_long_as_it_likes() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(2 * LIMIT_S)
        await send({"type": "http.response.body", "body": b"all of it"})

    assert ask(Guard(slow, Settings()), "/", HOST).body == b"all of it"


def test_the_time_that_a_body_takes_to_come_does_not_count() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(4):
            await receive()
            await asyncio.sleep(0.6 * LIMIT_S)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"read"})

    chunks = [b"x"] * 4
    answer = ask(Guard(reading, Settings()), "/api/v1/runs", HOST, method="POST", chunks=chunks)
    assert answer.body == b"read"


def test_an_applications_own_timeout_is_its_own() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        ask(Guard(broken, Settings()), "/", HOST)

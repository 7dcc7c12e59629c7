import asyncio
from time import monotonic

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from convscope.api.security import limits
from convscope.api.security.guard import Guard
from convscope.api.security.limits import BODY_BYTES, MULTIPART_OVERHEAD_BYTES
from convscope.budget import Budget
from convscope.settings import Settings
from tests.support.asgi import HOST, ask, counting, make_scope

UPLOAD = "/api/v1/runs/abc/images"
SMALL = Settings(
    max_upload_bytes=2 * BODY_BYTES,
    max_import_bytes=3 * BODY_BYTES,
    max_dataset_bytes=2 * BODY_BYTES,
)
LIMITS = [
    ("POST", "/api/v1/runs", BODY_BYTES),
    ("PATCH", f"{UPLOAD}/up-1", BODY_BYTES),
    ("GET", "/", BODY_BYTES),
    ("POST", f"{UPLOAD}/up-1/file", BODY_BYTES),
    ("POST", UPLOAD, 2 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
    ("POST", "/api/v1/runs/import", 3 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
    ("PUT", f"{UPLOAD}/up-1", 2 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
    ("POST", "/api/v1/datasets", 2 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
    ("POST", "/api/v1/datasets/preview", 2 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
    ("PATCH", "/api/v1/datasets/preview/a", BODY_BYTES),
]


def test_a_body_has_a_mebibyte_and_the_patience_that_is_told() -> None:
    assert BODY_BYTES == 2**20
    assert MULTIPART_OVERHEAD_BYTES == limits.UNCOUNTED_BYTES == 2**16
    assert (limits.PATIENCE_S, limits.LEAST_BYTES_PER_S) == (30, 20_000)


@pytest.mark.parametrize(("method", "path", "limit"), LIMITS)
def test_a_body_as_long_as_its_route_takes_comes_in(method: str, path: str, limit: int) -> None:
    chunks = [b"x" * (limit - 7), b"x" * 7]
    answer = ask(Guard(counting, SMALL), path, HOST, method=method, chunks=chunks)
    assert (answer.status, answer.body) == (200, str(limit).encode())


@pytest.mark.parametrize(("method", "path", "limit"), LIMITS)
def test_a_longer_body_is_cut_off_though_nothing_announced_it(
    method: str, path: str, limit: int
) -> None:
    chunks = [b"x" * (limit - 7), b"x" * 8, b"x" * limit]
    answer = ask(Guard(counting, SMALL), path, HOST, method=method, chunks=chunks)
    assert answer.status == 413
    assert f"at most {limit:,} bytes" in answer.sentence()


@pytest.mark.parametrize(("method", "path", "limit"), LIMITS)
def test_a_longer_body_is_refused_unread_where_it_is_announced(
    method: str, path: str, limit: int
) -> None:
    headers = HOST | {"content-length": str(limit + 1)}
    answer = ask(Guard(counting, SMALL), path, headers, method=method, chunks=[])
    assert answer.status == 413
    at_the_limit = HOST | {"content-length": str(limit)}
    assert ask(Guard(counting, SMALL), path, at_the_limit, method=method).status == 200


@pytest.mark.parametrize("length", ["-1", "1e3", "ten", "", "1" * 30, "²"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert ask(Guard(counting, SMALL), "/", HOST | {"content-length": length}).status == 422


def test_an_application_that_fails_on_a_cut_body_still_answers_413() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] == "http.request":
            pass
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"broken"})
        raise RuntimeError("the client has gone")

    answer = ask(Guard(failing, SMALL), "/", HOST, method="POST", chunks=[b"x" * BODY_BYTES] * 2)
    assert answer.status == 413
    assert b"broken" not in answer.body


def test_an_answer_that_had_begun_when_the_body_was_cut_off_stays_the_only_one() -> None:
    async def early(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] == "http.request":
            pass
        await send({"type": "http.response.body", "body": b"begun"})

    answer = ask(Guard(early, SMALL), "/", HOST, method="POST", chunks=[b"x" * BODY_BYTES] * 2)
    assert (answer.status, answer.body) == (200, b"begun")


def test_an_error_of_the_application_is_not_swallowed() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        ask(Guard(failing, SMALL))


@pytest.mark.anyio
@pytest.mark.parametrize("chunk", [b"", b"x" * 50])
async def test_a_body_that_crawls_is_ended_with_a_sentence(
    chunk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE_S", 0.2)
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0.01 if chunk else 10)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = make_scope(
        "http", UPLOAD, HOST | {"content-length": "1000000"}, method="POST", scheme="http"
    )
    began = monotonic()
    await Guard(counting, SMALL)(scope, receive, send)
    assert monotonic() - began < 5
    assert sent[0]["status"] == 408
    assert b"Expected the whole body at 20 kB/s or more" in sent[1]["body"]


@pytest.mark.anyio
async def test_a_body_is_not_read_before_there_is_room_for_it() -> None:
    budget, asked = Budget(most_bytes=10**6, patience_s=0.05), asyncio.Event()

    async def receive() -> Message:
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    guard = Guard(counting, SMALL, budget=budget)
    scope = make_scope(
        "http", UPLOAD, HOST | {"content-length": "1000000"}, method="POST", scheme="http"
    )
    async with budget.bytes(500_000):
        await guard(scope, receive, send)
        assert (sent[0]["status"], asked.is_set()) == (503, False)
        assert dict(sent[0]["headers"])[b"retry-after"] == b"5"
        little = make_scope(
            "http", UPLOAD, HOST | {"content-length": "60000"}, method="POST", scheme="http"
        )
        sent.clear()
        await guard(little, receive, send)
        assert sent[0]["status"] == 200
    sent.clear()
    await guard(scope, receive, send)
    assert sent[0]["status"] == 200


@pytest.mark.parametrize(
    ("path", "headers", "held"),
    [
        (UPLOAD, {"content-length": "1000000"}, 1_000_000),
        (UPLOAD, {"content-length": "60000"}, 0),
        (UPLOAD, {}, 0),
        (UPLOAD, {"transfer-encoding": "chunked"}, 2 * BODY_BYTES + MULTIPART_OVERHEAD_BYTES),
        ("/api/v1/runs", {"transfer-encoding": "chunked"}, BODY_BYTES),
        ("/api/v1/runs/import", {"content-length": "3000000"}, BODY_BYTES),
    ],
)
def test_a_body_holds_what_it_announces_or_all_that_it_may_and_a_file_only_its_beginning(
    path: str, headers: dict[str, str], held: int
) -> None:
    scope = make_scope("http", path, headers, method="POST")
    assert limits.held_bytes(scope, Headers(headers), SMALL) == held


@pytest.mark.anyio
async def test_whoever_is_cancelled_while_a_body_is_waited_for_stops_waiting() -> None:
    """`asyncio.wait_for` swallows a cancellation that comes as its answer does."""
    come: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    body = limits.LimitedBody(lambda: come, lambda _: come, 10, Headers())  # type: ignore[arg-type,return-value]
    waiting = asyncio.ensure_future(body.receive())
    await asyncio.sleep(0)
    come.set_result({"type": "http.request", "body": b"", "more_body": True})
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

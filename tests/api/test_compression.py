import gzip
import json

import pytest
from fastapi import APIRouter, FastAPI

from convscope.api.compression import LEAST_BYTES, MANY_BYTES, CompressedRoute
from tests.support.asgi import HOST, Answer, ask


def answer_of(text: str, takes: str) -> Answer:
    """Of an application with one such route, included as the real ones are."""
    router = APIRouter(route_class=CompressedRoute)
    router.get("/text")(lambda: text)
    app = FastAPI()
    app.include_router(router, prefix="/api")
    return ask(app, "/api/text", HOST | {"accept-encoding": takes})


@pytest.mark.parametrize("length", [2 * LEAST_BYTES, 2 * MANY_BYTES])
def test_a_long_answer_is_compressed_for_who_takes_it(length: int) -> None:
    text = "x" * length
    answer = answer_of(text, "br, gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert len(answer.body) < len(text) / 2
    assert json.loads(gzip.decompress(answer.body)) == text


@pytest.mark.parametrize(
    ("length", "takes"), [(2 * LEAST_BYTES, "identity"), (LEAST_BYTES // 2, "gzip")]
)
def test_others_and_short_answers_are_sent_as_they_are(length: int, takes: str) -> None:
    answer = answer_of("x" * length, takes)
    assert "content-encoding" not in answer.headers
    assert answer.json() == "x" * length

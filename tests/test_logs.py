"""Log lines as JSON: one object a line, with the request that it is of."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from convscope.logs import Asked, JsonLines, asked


@pytest.fixture
def request_() -> Iterator[Asked]:
    one = Asked("abc", "GET", lambda: "/runs/{run_id}")
    token = asked.set(one)
    yield one
    asked.reset(token)


def line(message: str = "it is %s", *values: object, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord("convscope", logging.WARNING, "f.py", 1, message, values, None)
    vars(record).update(more)
    text = JsonLines().format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_line_has_time_level_logger_and_message() -> None:
    found = line("it is %s", "so")
    assert datetime.fromisoformat(found.pop("time")).tzinfo == UTC
    assert found == {"level": "WARNING", "logger": "convscope", "message": "it is so"}


def test_a_line_of_a_request_names_it(request_: Asked) -> None:
    found = line("done", status=200, ms=0.0)
    assert (found["request"], found["method"]) == ("abc", "GET")
    assert (found["route"], found["status"], found["ms"]) == ("/runs/{run_id}", 200, 0.0)


def test_what_a_request_began_is_not_the_requests_once_it_is_over(request_: Asked) -> None:
    request_.is_over = True
    assert "request" not in line("later")


def test_an_exception_is_a_text_of_the_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        found = line("failed", exc_info=sys.exc_info())
    assert found["exception"].endswith("ValueError: two\nlines")

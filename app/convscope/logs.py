"""Log lines as JSON, one object a line, each with the request that it belongs to.

Nothing that people typed or sent goes into a line: of a request its method and its route's
template, never its address, headers or body.
"""

import json
import logging
import os
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

FORMAT = "CONVSCOPE_LOG_FORMAT"  # in the environment: workers write as their server does
OF_A_REQUEST = ("status", "ms")  # what the line has that says how one ended


@dataclass(eq=False)
class Asked:
    """A request that is being answered, as its log lines tell of it."""

    id: str
    method: str
    find_route: Callable[[], str]
    code: str | None = None  # of the problem that it is answered with
    is_over: bool = False  # what it began may go on

    @property
    def route(self) -> str:
        """Its route's template, as far as it is known by now."""
        return self.find_route()


asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger and message; what else there is to tell follows."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = asked.get()
        if request and not request.is_over:
            line |= {"request": request.id, "method": request.method, "route": request.route}
        line |= {name: vars(record)[name] for name in OF_A_REQUEST if name in vars(record)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def write_json() -> None:
    """From now on this process, and every worker that it starts, logs JSON to standard error."""
    os.environ[FORMAT] = "json"
    write_as_told()


def write_as_told() -> None:
    """Log as the environment says: a worker does as its server."""
    if os.environ.get(FORMAT) != "json":
        return
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    logging.captureWarnings(True)


def code_is(code: str) -> None:
    """The request under way, if there is one, is answered with a problem of this code."""
    if request := asked.get():
        request.code = code


def route_asked() -> str:
    """The template of the route under way."""
    request = asked.get()
    return request.route if request else "?"

"""Every error as `application/problem+json` (RFC 9457) with one sentence for the person."""

import logging
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from convscope.errors import Code, ConvscopeError
from convscope.logs import asked, code_is, route_asked
from convscope.system_errors import system_sentence
from convscope.types import JsonObject
from convscope.validation_errors import place_in, sentence

log = logging.getLogger("convscope")
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """Why a request was refused, for the person who sent it (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Invalid recipe",
                    "status": 422,
                    "code": "invalid_recipe",
                    "detail": "Layer 0 (Conv2d): The kernel spans 31 pixels, and its input has 28 "
                    "with padding: expected a kernel no larger than its input.",
                    "layer": 0,
                }
            ]
        }
    )
    type: str = Field(description="always about:blank: `code` says which kind it is")
    title: str = Field(description="the kind of error, for people")
    status: int = Field(ge=400, le=599, description="the HTTP status")
    code: Code = Field(description="the kind of error, for programs: it never changes")
    detail: str = Field(description="one sentence: what was expected, and what was sent")
    layer: int | None = Field(None, description="of a recipe: the index of the layer at fault")
    request: str | None = Field(
        None, description="of an internal error: what the server's log calls this request"
    )


@dataclass(frozen=True)
class Kind:
    """What errors of one kind have in common."""

    status: int
    title: str
    code: Code


RETRY_AFTER_S = 5
UNAVAILABLE = Kind(503, "Unavailable", "unavailable")
INVALID = Kind(422, "Invalid request", "invalid_request")
# what the framework refuses by itself; a body that it cannot take apart is its 400
FRAMEWORKS_OWN: dict[int, Code] = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

READING = {"GET", "HEAD"}  # of a folder of files
# how the framework fails at a body that is no JSON: why, for the end of a sentence
NOT_JSON: dict[type, str] = {
    UnicodeDecodeError: "in UTF-8, got bytes that are no text",
    RecursionError: "that is nested less deeply",
    ValueError: "with numbers of fewer digits",
}


def problem(kind: Kind, detail: str, **extra: Any) -> JSONResponse:
    """One error's answer."""
    code_is(kind.code)
    retry_after = extra.pop("retry_after", None)
    content = {"type": "about:blank", **asdict(kind), "detail": detail} | extra
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JSONResponse(content, kind.status, headers=headers, media_type=MEDIA_TYPE)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ConvscopeError)
    return problem(Kind(error.status, error.title, error.code), error.detail, **error.extra)


async def _system(request: Request, error: Exception) -> JSONResponse:
    """The disk, or the machine: it may be tried again."""
    assert isinstance(error, OSError | sqlite3.OperationalError)
    log.error("%s %s failed: %s", request.method, route_asked(), error)
    return problem(UNAVAILABLE, system_sentence(error), retry_after=RETRY_AFTER_S)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, OSError):  # a body that could not be put on the disk
        return await _system(request, error.__cause__)
    if why := NOT_JSON.get(type(error.__cause__)):
        return problem(INVALID, f"Expected JSON {why}.")
    if error.status_code == 404 and (address := _without_slash(request)):
        return Response(status_code=307, headers={"Location": address})
    detail = str(error.detail)
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path}."
    if error.status_code == 405:
        detail = f"{request.method} is not allowed at {request.url.path}."
    code = FRAMEWORKS_OWN.get(error.status_code, "bad_request")
    answer = problem(Kind(error.status_code, "Request refused", code), detail)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_allowed(request, request.scope["path"])))
    return answer


def _without_slash(request: Request) -> str | None:
    """The same address without the slash at its end, from this one, if it is a route's."""
    path: str = request.scope["path"]
    shorter = path.removesuffix("/")
    if shorter == path or not _allowed(request, shorter):
        return None
    query = request.url.query
    return f"../{quote(shorter.rpartition('/')[2])}" + (f"?{query}" if query else "")


def _allowed(request: Request, path: str) -> set[str]:
    """The methods of all routes at this path; the framework itself says those of the first."""
    found: set[str] = set()
    scope = dict(request.scope)
    scope["path"] = path
    scope["root_path"] = scope.get("app_root_path", scope.get("root_path", ""))  # no mount's
    for context in iter_route_contexts(request.app.routes):
        matched, _ = context.matches(scope)
        if matched is not Match.NONE:
            found |= getattr(context, "methods", None) or READING
    return found


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What FastAPI found wrong, as sentences of ours."""
    assert isinstance(error, RequestValidationError)
    if any(_is_unread_body(entry) for entry in error.errors()):
        return problem(INVALID, _not_sent_as_json(request), layer=None)
    found = [_sentence(entry) for entry in error.errors()[:5]]
    layer = next((layer for _, layer in found if layer is not None), None)
    return problem(INVALID, " ".join(text for text, _ in found), layer=layer)


def _is_unread_body(entry: JsonObject) -> bool:
    """Whether a body was left as bytes, since its request does not say that it is JSON."""
    return entry["loc"] == ("body",) and isinstance(entry.get("input"), bytes)


def _not_sent_as_json(request: Request) -> str:
    given = request.headers.get("content-type")
    got = f"Content-Type: {given[:80]}" if given else "a body without it"
    return f"Expected JSON, sent with Content-Type: application/json, got {got}."


def _sentence(entry: JsonObject) -> tuple[str, int | None]:
    """(sentence, index of the layer at fault)."""
    if entry["type"] == "json_invalid" and entry["loc"][0] == "body":
        return sentence(entry, ""), None
    path = place_in(entry["loc"][1:])
    layer = None
    if "layers" in path:
        after = path[path.index("layers") + 1 :]
        layer = next((part for part in after if isinstance(part, int)), None)
    return sentence(entry, ".".join(map(str, path)) or str(entry["loc"][0])), layer


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, route_asked(), exc_info=error)
    kind = Kind(500, "Internal error", "internal_error")
    known = asked.get()
    more = {"request": known.id} if known else {}
    return problem(kind, "Internal error; see the server log.", **more)


def add_error_handlers(app: FastAPI) -> None:
    """All errors of an app are answered as problems."""
    app.add_exception_handler(ConvscopeError, _ours)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(sqlite3.OperationalError, _system)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)

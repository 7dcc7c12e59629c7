"""Every error as `application/problem+json` (RFC 9457) with one sentence for the person."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from convscope.errors import ConvscopeError
from convscope.types import JsonObject

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
                    "detail": "Layer 0 (Conv2d): The kernel spans 31 pixels, and its input has 28 "
                    "with padding: expected a kernel no larger than its input.",
                    "layer": 0,
                }
            ]
        }
    )
    type: str = Field(description="always about:blank: `status` says which kind it is")
    title: str = Field(description="the kind of error")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="one sentence: what was expected, and what came")
    layer: int | None = Field(None, description="of a recipe: the index of the layer at fault")


def problem(status: int, title: str, detail: str, **extra: Any) -> JSONResponse:
    """One error's answer."""
    retry_after = extra.pop("retry_after", None)
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail} | extra
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


async def _ours(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ConvscopeError)
    return problem(error.status, error.title, error.detail, **error.extra)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = str(error.detail)
    if error.status_code == 404:
        detail = f"There is nothing at {request.url.path}."
    if error.status_code == 405:
        detail = f"{request.method} is not allowed at {request.url.path}."
    answer = problem(error.status_code, "Request refused", detail)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """What FastAPI found wrong, as sentences; the input itself is never echoed as JSON, since a NaN
    in it would make the answer fail."""
    assert isinstance(error, RequestValidationError)
    found = [_sentence(entry) for entry in error.errors()[:5]]
    layer = next((layer for _, layer in found if layer is not None), None)
    return problem(422, "Invalid request", " ".join(text for text, _ in found), layer=layer)


def _sentence(entry: JsonObject) -> tuple[str, int | None]:
    """(sentence, index of the layer at fault)."""
    if entry["type"] == "json_invalid":
        return f"JSON was expected: {entry['ctx']['error']} at character {entry['loc'][-1]}.", None
    path = [part for part in entry["loc"][1:] if part not in ("name", "spelled out")]
    layer = None
    if "layers" in path:
        after = path[path.index("layers") + 1 :]
        layer = next((part for part in after if isinstance(part, int)), None)
    where = ".".join(map(str, path)) or str(entry["loc"][0])
    came = repr(entry.get("input"))
    came = came if len(came) <= 80 else f"{came[:77]}…"
    return f"{where}: {entry['msg']}, and {came} came.", layer


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "Internal error", "The server failed at this; its log says more.")


def add_error_handlers(app: FastAPI) -> None:
    """All errors of an app are answered as problems."""
    app.add_exception_handler(ConvscopeError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)

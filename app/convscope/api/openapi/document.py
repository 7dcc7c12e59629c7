"""OpenAPI beside the routes' own types: errors as problems, and examples of answers."""

from typing import Any

from fastapi import FastAPI

from convscope.api.openapi.finish import finish
from convscope.api.openapi.problems import MEDIA_TYPE, Problem
from convscope.api.security.guard import cookie_name
from convscope.types import JsonObject

Responses = dict[int | str, dict[str, Any]]
NULL = "\N{NULL}"  # stands for None, which FastAPI drops from whatever it documents
PROBLEM = {"$ref": "#/components/schemas/Problem"}

# status: when, and a title and a detail that the server really gives
ERRORS: dict[int, tuple[str, str, str]] = {
    400: (
        "The upload cannot be read.",
        "Unreadable upload",
        "Expected a whole PNG picture, got one that is broken or cut short (image file is "
        "truncated).",
    ),
    401: (
        "The server needs a token, and the request has no valid one.",
        "Unauthorized",
        "A valid token is needed: open the sign-in link that convscope printed when it started, or "
        "send Authorization: Bearer TOKEN.",
    ),
    403: (
        "The host or the origin is not allowed.",
        "Forbidden",
        "The host other.example is not allowed. To allow it, start convscope with --allow-host "
        "other.example.",
    ),
    404: (
        "There is nothing with that name.",
        "Not found",
        "There is no layer 'conv9': expected one of conv1, relu1, pool1, flatten1, linear1.",
    ),
    406: (
        "None of the media types in `Accept` is served.",
        "Not acceptable",
        "Accept is 'text/html': expected one of application/json, application/x-npy, image/png.",
    ),
    408: (
        "The body takes too long to come.",
        "Too slow",
        "Expected the whole body at 20 kB/s or more, got 1,024 bytes in 30 s.",
    ),
    409: (
        "The run's state does not allow this, or its network has no such thing.",
        "Conflict",
        "The run is playing: pause it before stepping.",
    ),
    413: (
        "More bytes or more pixels than the server accepts.",
        "Too large",
        "Expected a body of at most 1,048,576 bytes, got a longer one.",
    ),
    415: (
        "A kind of file that the server does not read.",
        "Unsupported media type",
        "Expected PNG, JPEG, WebP, GIF, BMP, AVIF or HEIC, got a file that begins with the bytes "
        "68 65 6c 6c 6f 20 74 68.",
    ),
    422: (
        "The request is understood but cannot be carried out.",
        "Invalid request",
        "steps: expected at least 1, got 0.",
    ),
    503: (
        "A limit is reached, the worker ended, or what is needed is not on this machine.",
        "Unavailable",
        "Kuzushiji-MNIST, cursive Japanese is not on this machine. Put its four published IDX "
        "files into the folder kmnist/ of a data directory (--data-dir).",
    ),
}


def problems(*statuses: int) -> Responses:
    """`responses` of a route or a router: these errors, each with an example."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> JsonObject:
    when, title, detail = ERRORS[status]
    code = title.lower().replace(" ", "_")  # as that of every class of errors
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
    }
    return {
        "description": when,
        "content": {MEDIA_TYPE: {"schema": PROBLEM, "example": example}},
    }


def shown(*examples: JsonObject) -> JsonObject:
    """`json_schema_extra` of a model: examples in which nulls survive."""
    return {"examples": [_replaced(example, None, NULL) for example in examples]}


def answers(**examples: JsonObject) -> Responses:
    """`responses` of a route that answers 200 as JSON: examples by their names."""
    (values,) = shown(*examples.values()).values()
    names = [name.replace("_", " ") for name in examples]
    entries = {name: {"value": value} for name, value in zip(names, values, strict=True)}
    return {200: {"content": {"application/json": {"examples": entries}}}}


def _replaced(value: Any, old: str | None, new: str | None) -> Any:
    """A JSON document with another value wherever `old` stands."""
    if isinstance(value, dict):
        return {key: _replaced(entry, old, new) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(entry, old, new) for entry in value]
    return new if value == old else value


class Documented(FastAPI):
    """An application whose document says `application/problem+json` wherever an error is said."""

    def openapi(self) -> JsonObject:
        """The document, made once; FastAPI's own kind of validation error is not in it."""
        if self.openapi_schema is None:
            document = _replaced(super().openapi(), NULL, None)
            schemas = document["components"]["schemas"]
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            schemas["Problem"] = Problem.model_json_schema()
            finish(document, _problem, cookie_name(self.state.settings))
            self.openapi_schema = document
        return self.openapi_schema or {}

"""What holds for every operation of the document, whichever route it is of."""

from collections.abc import Callable
from typing import Any

from convscope.api.openapi.headers import ALWAYS, described
from convscope.types import JsonObject

BINARY: JsonObject = {"type": "string", "format": "binary"}
TEXT: JsonObject = {"type": "string"}
OF_A_BODY = (408, 413, 503)  # it crawls; it is too long; others' bodies take all the room
OF_A_FORM = (400,)  # it cannot be taken apart
NULL: JsonObject = {"type": "null"}


def finish(document: JsonObject, problem: Callable[[int], JsonObject], cookie: str) -> None:
    """Complete a document: what a body can be refused for, schemas of what is no JSON, headers, and
    how to sign in. `problem` makes a status's answer, `cookie` is the name of the sign-in's.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            _say_what_may_be_left_out(operation)
            _say_what_is_refused(operation, problem)
            _describe_answers(operation)
    _say_how_files_are_sent(document["components"]["schemas"])
    _say_how_to_sign_in(document, cookie)


def _say_what_is_refused(operation: JsonObject, problem: Callable[[int], JsonObject]) -> None:
    """A path's own strings are never invalid, only unknown: 422 is for queries and bodies, and
    where a route says so."""
    responses, body = operation["responses"], operation.get("requestBody")
    if "application/json" in responses.get("422", {}).get("content", ()):
        del responses["422"]  # FastAPI's own
    queries = any(parameter["in"] == "query" for parameter in operation.get("parameters", ()))
    statuses = [422] if queries or body else []
    if body:
        statuses += OF_A_BODY
        statuses += OF_A_FORM if "multipart/form-data" in body["content"] else ()
    for status in statuses:
        responses.setdefault(str(status), problem(status))
    operation["responses"] = dict(sorted(responses.items()))


def _say_what_may_be_left_out(operation: JsonObject) -> None:
    """By `required` alone: a query has no null, and of a body that may be null a generated client
    sends something even where it is given nothing."""
    body = operation.get("requestBody", {"content": {}})
    body.setdefault("required", False)
    queries = (one for one in operation.get("parameters", ()) if one["in"] == "query")
    for part in (*body["content"].values(), *queries):
        part["schema"] = _without_null(part["schema"])


def _without_null(schema: JsonObject) -> JsonObject:
    """A schema as it is, or the only one of its kinds that is not null."""
    kinds: list[JsonObject] = [kind for kind in schema.get("anyOf", ()) if kind != NULL]
    if len(kinds) != 1:
        return schema
    about = {key: value for key, value in schema.items() if key != "anyOf"}
    return kinds[0] if "$ref" in kinds[0] else kinds[0] | about


def _describe_answers(operation: JsonObject) -> None:
    """A schema for what is no JSON, and the headers that an answer has by its status."""
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            content.setdefault("schema", TEXT if media.startswith("text/") else BINARY)
        if name := ALWAYS.get(int(status)):
            answer["headers"] = described(name) | answer.get("headers", {})


def _say_how_files_are_sent(schemas: JsonObject) -> None:
    """As `format: binary`, which generators of clients know, not as `contentMediaType`."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if field.pop("contentMediaType", None):
                field["format"] = "binary"


def _say_how_to_sign_in(document: JsonObject, cookie: str) -> None:
    """A token, or the cookie that it was exchanged for; neither where the server has no token."""
    schemes: dict[str, Any] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "the token that the server was started with, if it has one",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "what the sign-in link sets in a browser; named by the server's port",
        },
    }
    document["components"]["securitySchemes"] = schemes
    document["security"] = [{}, *({name: []} for name in schemes)]
    document["paths"]["/api/v1/health"]["get"]["security"] = []

"""Whether an answer is one that the OpenAPI document has: status, media type, headers, schema."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
LONGEST = 100_000  # bytes of JSON that are held against their schema
# what HTTP, or the guard, says with any answer
USUAL = {
    "accept-ranges",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "keep-alive",
    "permissions-policy",
    "referrer-policy",
    "server",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
}
Json = dict[str, Any]


@cache
def document() -> Json:
    """As it is committed; tests/test_generated.py holds it against the application."""
    found: Json = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return found


@cache
def addresses() -> list[tuple[re.Pattern[str], Json]]:
    """Those with the fewest names in them first, and their operations."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), -len(path)))
    return [(re.compile(re.sub(r"\{[^}]*\}", "[^/]+", p)), document()["paths"][p]) for p in paths]


def operation(method: str, path: str) -> Json | None:
    """What the document says of a request; None where it is none of the API's."""
    for address, operations in addresses():
        if address.fullmatch(path) and method.lower() in operations:
            found: Json = operations[method.lower()]
            return found
    return None


@cache
def validator(schema: str) -> Draft202012Validator:
    """Of a schema, written as JSON."""
    return Draft202012Validator(json.loads(schema) | {"components": document()["components"]})


def undocumented(method: str, path: str, response: httpx.Response) -> list[str]:
    """What of an answer the document does not have, in words."""
    asked = operation(method, path)
    if asked is None or response.status_code in (405, 500):  # of no operation; a test's own doing
        return []
    answer = asked["responses"].get(str(response.status_code))
    if answer is None:
        return [f"status {response.status_code}: {response.read()[:200]!r}"]
    known = {name.lower() for name in answer.get("headers", {})} | USUAL
    wrong = [f"header {name}" for name in response.headers if name not in known]
    media = response.headers.get("content-type", "").partition(";")[0]
    if not media:
        return wrong
    content = answer.get("content", {}).get(media)
    if content is None:
        return [*wrong, f"{media} with {response.status_code}"]
    if media.endswith("json") and int(response.headers.get("content-length", 0)) <= LONGEST:
        response.read()
        errors = validator(json.dumps(content["schema"])).iter_errors(response.json())
        wrong += [f"{error.json_path}: {error.message[:200]}" for error in errors]
    return wrong


def check(response: httpx.Response) -> None:
    """A hook of a client: every answer that it sees is in the document."""
    method, path = response.request.method, response.request.url.path
    wrong = undocumented(method, path, response)
    assert not wrong, f"{method} {path} answers what the document does not have: {wrong}"

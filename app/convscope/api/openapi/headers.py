"""Headers of answers, as the document describes them."""

from convscope.types import JsonObject

# name: what it says, and the schema of its value
HEADERS: dict[str, tuple[str, JsonObject]] = {
    "Location": (
        "the address of what was made, from the one that was asked",
        {"type": "string", "format": "uri-reference"},
    ),
    "Convscope-Step": ("the step that this is of", {"type": "integer", "minimum": 0}),
    "Convscope-Recomputed": (
        "why the last digits of this step may differ from the original; absent if they do not",
        {"type": "string"},
    ),
    "Content-Disposition": ("a name for the file", {"type": "string"}),
    "ETag": ("of this version; goes by the step", {"type": "string"}),
    "Retry-After": (
        "seconds after which it may be tried again; absent where time alone does not help",
        {"type": "integer", "minimum": 1},
    ),
    "WWW-Authenticate": ("how to sign in: as Bearer", {"type": "string"}),
}
ALWAYS = {201: "Location", 401: "WWW-Authenticate", 503: "Retry-After"}  # whichever operation


def sends(*names: str, status: int = 200) -> JsonObject:
    """`openapi_extra` of a route: the headers that its answer with this status may have."""
    return {"responses": {str(status): {"headers": described(*names)}}}


def described(*names: str) -> JsonObject:
    """Headers as OpenAPI has them."""
    return {name: {"description": HEADERS[name][0], "schema": HEADERS[name][1]} for name in names}

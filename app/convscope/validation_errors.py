"""What a model has against a value, as sentences: expected X, got Y. No word of pydantic's own."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

MOST_SHOWN = 80  # characters of what was sent
MOST_PLACE = 200  # of where
NUMBER, WHOLE = "a number", "a whole number"
TEXT, OBJECT, LIST, TRUTH, MOMENT = (
    "text", "an object with fields", "a list", "true or false", "a date and time",
)  # fmt: skip


def _of(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: words.format_map(context)


def _counted(words: str, unit: str, bound: str) -> Callable[[Mapping[str, Any]], str]:
    """`at least 1 item`, `at most 64 items`."""
    return lambda context: f"{words} {context[bound]:,} {unit}{'s' * (context[bound] != 1)}"


# what was expected, by the type of pydantic's error, from the error's context
EXPECTED: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    **dict.fromkeys(("float_type", "float_parsing"), _of(NUMBER)),
    "finite_number": _of("a finite number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _of(WHOLE)),
    "int_parsing_size": _of("a whole number of fewer digits"),
    "greater_than": _of("more than {gt:,}"),
    "greater_than_equal": _of("at least {ge:,}"),
    "less_than": _of("less than {lt:,}"),
    "less_than_equal": _of("at most {le:,}"),
    "multiple_of": _of("a multiple of {multiple_of:,}"),
    **dict.fromkeys(("bool_type", "bool_parsing"), _of(TRUTH)),
    **dict.fromkeys(("string_type", "string_unicode", "invalid_key", "path_type"), _of(TEXT)),
    "string_too_short": _counted("at least", "character", "min_length"),
    "string_too_long": _counted("at most", "character", "max_length"),
    "string_pattern_mismatch": _of("text that matches {pattern}"),
    **dict.fromkeys(("list_type", "tuple_type", "iterable_type"), _of(LIST)),
    "too_short": _counted("at least", "item", "min_length"),
    "too_long": _counted("at most", "item", "max_length"),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"),
        _of(OBJECT),
    ),
    **dict.fromkeys(("literal_error", "enum"), _of("{expected}")),
    "none_required": _of("null"),
    "bytes_type": _of("bytes"),
    **dict.fromkeys(("datetime_type", "datetime_parsing"), _of(MOMENT)),
    "union_tag_invalid": _of("{discriminator} to be one of {expected_tags}"),
    "union_tag_not_found": _of("an object that has {discriminator}"),
    "missing": _of("a value"),
    "extra_forbidden": _of("no field of this name"),
    **dict.fromkeys(("json_invalid", "json_type"), _of("JSON")),
}
QUOTE: Final = "'"
OWN: Final = ("value_error", "assertion_error")  # whose words are those of our validators
INNER: Final = ("name", "spelled out")  # tags of our unions, which no document has
NO_FILE: Final = "Expected UploadFile"  # how FastAPI begins to say that a part is none


def sentence(error: Mapping[str, Any], place: str) -> str:
    """One of `ValidationError.errors()` as a sentence that begins with the place, if any."""
    words = _words(error)
    text = f"{place[:MOST_PLACE]}: {words}." if place else f"{words[:1].upper()}{words[1:]}."
    return text.encode(errors="backslashreplace").decode()  # half a surrogate pair cannot be sent


def first_sentence(error: ValidationError) -> str:
    """The first thing that is wrong, with its place."""
    first = error.errors(include_url=False)[0]
    return sentence(first, ".".join(map(str, place_in(first["loc"]))))


def reason(error: Exception) -> str:
    """What an error says, in our words where it is a model's; without a full stop."""
    said = first_sentence(error) if isinstance(error, ValidationError) else str(error)
    return said.removesuffix(".")


def place_in(loc: Sequence[int | str]) -> list[int | str]:
    """Where in what was sent: without the parts of a `loc` that stand for a choice of ours."""
    return [part for part in loc if part not in INNER]


def _words(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "json_invalid":
        return f"expected JSON, got something else at {_position(error)}"
    if kind == "missing":
        return "expected a value, got none"
    if kind in OWN:
        said = str(context.get("error", ""))
        if said.startswith(NO_FILE):  # its bytes are not echoed
            return "expected a file, sent with a file name, got a field without one"
        return said if "got " in said else f"{said or 'expected another value'}{_got(error)}"
    expected = EXPECTED.get(kind, _of("another kind of value"))(context)
    if kind == "union_tag_invalid":
        return f"expected {expected.replace(QUOTE, '')}, got {shown(context['tag'])}"
    return f"expected {expected}{_got(error)}"


def _position(error: Mapping[str, Any]) -> str:
    """FastAPI has the character as the last part of the place, pydantic in its text."""
    found = re.search(r"line (\d+) column (\d+)", str((error.get("ctx") or {}).get("error")))
    if found:
        return f"line {found[1]}, column {found[2]}"
    return f"character {error['loc'][-1]}" if error["loc"] else "its beginning"


def _got(error: Mapping[str, Any]) -> str:
    return f", got {shown(error['input'])}" if "input" in error else ""


def shown(value: Any) -> str:
    """A value as JSON writes it, short; of bytes how many there are."""
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}…"

"""Write the tables of docs/contracts.md that the OpenAPI document knows: calls, a run, problems.

    python -m scripts.write_contracts

What stands between `<!-- NAME -->` and `<!-- end of NAME -->` is replaced; the rest is kept.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from convscope.main import create_app

PAGE = Path(__file__).parents[1] / "docs" / "contracts.md"
BASE = "/api/v1"
JSON = "application/json"
KINDS = {
    "image/png": "PNG",
    "application/zip": "zip",
    "image/webp": "WebP",
    "text/csv": "CSV",
    "application/x-npy": "`.npy`",
    "application/octet-stream": "bytes",
}
OFTEN = 3  # operations: what is said of a parameter that many have is said once
Json = dict[str, Any]


def document() -> Json:
    """The application's OpenAPI document."""
    app = create_app(preload=False).app
    assert isinstance(app, FastAPI)
    return app.openapi()


def updated(page: str, known: Json) -> str:
    """The page with every table as the document has it; ValueError for a marker that is missing."""
    for name, lines in TABLES.items():
        begins, ends = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begins)
        _, found, after = rest.partition(ends)
        if not found:
            raise ValueError(f"Expected {begins} and {ends} in the page, and they are not there.")
        table = "\n".join(lines(known)).strip()
        page = f"{before}{begins}\n\n{table}\n\n{ends}{after}"
    return page


def calls(known: Json) -> Iterator[str]:
    """What many are asked with; then a table for each tag, a row for each operation."""
    often = {said for said, count in _said(known).items() if count >= OFTEN}
    yield from ("What several calls take:", "", *(f"- {said}" for said in sorted(often)))
    tag = ""
    for path, method, operation in sorted(_operations(known), key=lambda one: _order(known, one)):
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            yield from (
                "",
                f"### {tag.capitalize()}",
                "",
                "| call | does | answers |",
                "|---|---|---|",
            )
        call = _call(known, path, method, operation)
        does = f"**{operation['summary']}** (`{operation['operationId']}`). "
        does += " ".join(operation["description"].split())
        own = [one for one in _descriptions(operation) if one not in often]
        does += f" {'; '.join(own)}." if own else ""
        yield f"| {call} | {_cell(does)} | {_cell(_answers(known, operation))} |"


def _said(known: Json) -> Counter[str]:
    return Counter(said for _, _, one in _operations(known) for said in _descriptions(one))


def _descriptions(operation: Json) -> Iterator[str]:
    """What is said of each parameter of a query."""
    for one in operation.get("parameters", ()):
        if one["in"] == "query" and "description" in one:
            yield f"`{one['name']}`: {one['description']}"


def _operations(known: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in known["paths"].items():
        for method, operation in methods.items():
            yield path.removeprefix(BASE), method.upper(), operation


def _order(known: Json, one: tuple[str, str, Json]) -> tuple[int, int]:
    """By tag, in the order in which the tags come, and within one as the document has them."""
    every = list(_operations(known))
    tags = list(dict.fromkeys(operation["tags"][0] for _, _, operation in every))
    return tags.index(one[2]["tags"][0]), every.index(one)


def _call(known: Json, path: str, method: str, operation: Json) -> str:
    """`GET /runs?cursor&limit=50`, and what a body holds."""
    asked = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    query = "&".join(map(_asked, sorted(asked, key=lambda one: not one["required"])))
    said = f"`{method} {path}{'?' * bool(query)}{query}`"
    bodies = operation.get("requestBody", {}).get("content", {})
    for media, content in bodies.items():
        kind = "" if media == JSON else "multipart "
        said += f" {kind}{_fields(known, content['schema'])}"
    return said


def _asked(parameter: Json) -> str:
    name, default = parameter["name"], parameter["schema"].get("default")
    return str(name) if default is None else f"{name}={str(default).replace('False', 'false')}"


def _answers(known: Json, operation: Json) -> str:
    """The status where it is not 200, and what comes with it, in each of its media types."""
    status, answer = next((s, a) for s, a in operation["responses"].items() if s < "300")
    kinds = [
        _fields(known, content["schema"]) if media == JSON else KINDS[media]
        for media, content in answer.get("content", {}).items()
    ]
    return " ".join(part for part in (status if status != "200" else "", ", ".join(kinds)) if part)


def _fields(known: Json, schema: Json) -> str:
    """The names of an object's fields; those of a run have a table of their own."""
    if "anyOf" in schema or "oneOf" in schema:
        each = [_fields(known, one) for one in schema.get("anyOf") or schema["oneOf"]]
        return " or ".join(dict.fromkeys(one for one in each if one))
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        if name == "RunAnswer":
            return "a run"
        schema = known["components"]["schemas"][name]
    names = [_named(known, name, field) for name, field in schema.get("properties", {}).items()]
    return f"`{{{', '.join(names)}}}`" if names else ""


def _named(known: Json, name: str, schema: Json) -> str:
    """A field's name, and of a list of objects what each of them has."""
    entry = _fields(known, schema.get("items", {})).strip("`")
    return f'"{name}": [{entry}, …]' if entry else f'"{name}"'


def run(known: Json) -> Iterator[str]:
    """The fields of a run."""
    yield from _rows(known, "RunAnswer")


def problem(known: Json) -> Iterator[str]:
    """The fields of a problem, and its codes."""
    yield from _rows(known, "Problem")
    codes = known["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    yield from ("", "Codes: " + ", ".join(f"`{code}`" for code in codes) + ".")


def _rows(known: Json, name: str) -> Iterator[str]:
    yield from ("| field | type | what |", "|---|---|---|")
    for field, schema in known["components"]["schemas"][name]["properties"].items():
        yield f"| `{field}` | {_cell(_type(known, schema))} | {_cell(schema['description'])} |"


def _type(known: Json, schema: Json) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(known, one) for one in schema["anyOf"])
    if "$ref" in schema:
        found = known["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return _type(known, found) if "enum" in found else _fields(known, schema)
    if schema.get("type") == "array":
        return f"list of {_type(known, schema['items'])}"
    return str(schema.get("type", "anything"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES: dict[str, Callable[[Json], Iterator[str]]] = {
    "calls": calls,
    "run": run,
    "problem": problem,
}


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8"), document()), encoding="utf-8")


if __name__ == "__main__":
    main()

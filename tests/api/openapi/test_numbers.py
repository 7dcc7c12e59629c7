"""`true` and `false` are no numbers, in any body and in any query."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import SchemaValidator, ValidationError

from convscope.api.routes.stream import WatchMessage
from convscope.main import create_app
from convscope.recipe import RecipeRequest

# what is not a body of its own: a form's field, and what comes over a stream
BESIDE: dict[str, type[BaseModel]] = {"RecipeRequest": RecipeRequest, "WatchMessage": WatchMessage}
NUMBERS = ("int", "float")


def dependants(app: FastAPI) -> Iterator[Dependant]:
    """Of every route, with what it depends on."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute | APIWebSocketRoute):
            yield from flat(route.dependant)


def flat(dependant: Dependant) -> Iterator[Dependant]:
    """One, and those below it."""
    yield dependant
    for below in dependant.dependencies:
        yield from flat(below)


def checker(field: FieldInfo) -> TypeAdapter[Any]:
    """What checks one field."""
    form: Any = Annotated[field.annotation, field]
    return TypeAdapter(form)


def adapters(place: str) -> dict[str, TypeAdapter[Any]]:
    """What every field of a query or of a body is checked by, by its name and place."""
    app = create_app().app
    assert isinstance(app, FastAPI)
    return {
        f"{getattr(dependant.call, '__name__', '')}.{field.name}": checker(field.field_info)
        for dependant in dependants(app)
        for field in getattr(dependant, f"{place}_params")
    }


def numbers(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a number within a core schema, however deep."""
    if isinstance(schema, dict):
        if schema.get("type") in NUMBERS:
            yield schema
        for key, value in schema.items():
            if key not in ("serialization", "metadata"):
                yield from numbers(value)
    elif isinstance(schema, list | tuple):
        for entry in schema:
            yield from numbers(entry)


def taken(schema: Any, values: tuple[object, ...]) -> list[tuple[object, Any]]:
    """Those of the values that some number of the schema takes."""
    found: list[tuple[object, Any]] = []
    for number in numbers(schema):
        for value in values:
            try:
                SchemaValidator(number).validate_python(value)
            except ValidationError:
                continue
            found.append((value, number))
    return found


@pytest.mark.parametrize("name", [*adapters("body"), *BESIDE])
def test_a_number_in_a_body_is_no_boolean(name: str) -> None:
    checked = TypeAdapter(BESIDE[name]) if name in BESIDE else adapters("body")[name]
    assert taken(checked.core_schema, (True, False)) == []


@pytest.mark.parametrize("name", adapters("query"))
def test_a_number_in_a_query_is_no_boolean(name: str) -> None:
    assert taken(adapters("query")[name].core_schema, ("true", "false")) == []


def test_the_walk_finds_the_numbers_of_a_network_within_a_recipe() -> None:
    found = list(numbers(TypeAdapter(RecipeRequest).core_schema))
    assert any(number["type"] == "int" and number.get("le") == 1024 for number in found)  # a side
    assert any(number["type"] == "float" and number.get("lt") == 1 for number in found)  # dropout
    assert len(list(adapters("query"))) > 20


def test_a_field_that_takes_booleans_is_noticed() -> None:
    class Within(BaseModel):
        share: float | None

    class Loose(BaseModel):
        within: list[Within]

    found = taken(TypeAdapter(Loose).core_schema, (True, False))
    assert [value for value, _ in found] == [True, False]

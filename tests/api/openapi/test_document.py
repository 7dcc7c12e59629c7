"""The OpenAPI document: every operation explained, with examples that keep to their schemas."""

import re
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from convscope.api.openapi.problems import MEDIA_TYPE, Problem
from convscope.main import create_app

OPERATIONS = ("get", "put", "post", "delete", "patch")
JSON = "application/json"
VERBS = """observe get list create update delete restore import export upload prepare replace keep
train play pause reset resume fork intervene trace evaluate explain convolve compute"""
SAY_SO_THEMSELVES = ("keep_preview",)  # that they are 422, for what was brought before
Json = dict[str, Any]


@cache
def document() -> Json:
    app = create_app().app
    assert isinstance(app, FastAPI)
    return app.openapi()


def operations() -> list[Any]:
    return [
        pytest.param(operation, id=f"{method} {path}")
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if method in OPERATIONS
    ]


every_operation = pytest.mark.parametrize("operation", operations())


def resolved(schema: Json) -> Json:
    """A schema, or the one that its $ref names."""
    if "$ref" not in schema:
        return schema
    found: Json = document()
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


def examples(content: Json) -> list[Any]:
    """Those of a media type, or else of its schema; of one that may be null, those of the rest."""
    if "example" in content:
        return [content["example"]]
    if "examples" in content:
        return [entry["value"] for entry in content["examples"].values()]
    schema = resolved(content["schema"])
    found = list(schema.get("examples", ()))
    for other in schema.get("anyOf", ()):
        found += resolved(other).get("examples", ())
    return found


def wrong(example: Any, schema: Json) -> list[str]:
    """What of an example its schema does not allow."""
    whole = schema | {"components": document()["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(example)]


def answers(operation: Json) -> dict[int, Json]:
    return {int(status): answer for status, answer in operation["responses"].items()}


@every_operation
def test_every_operation_says_what_it_does(operation: Json) -> None:
    assert operation["summary"]
    assert operation["description"].endswith((".", ")"))
    assert operation["tags"]


def test_every_operation_is_called_by_a_verb_of_its_own() -> None:
    names = [
        operation["operationId"]
        for methods in document()["paths"].values()
        for method, operation in methods.items()
        if method in OPERATIONS
    ]
    assert len(set(names)) == len(names) > 40
    for name in names:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        assert name.split("_")[0] in VERBS.split(), name


@every_operation
def test_every_answer_in_json_has_an_example_that_its_schema_allows(operation: Json) -> None:
    good = [answer for status, answer in answers(operation).items() if status < 300]
    assert len(good) == 1
    for content in [entry for media, entry in good[0].get("content", {}).items() if media == JSON]:
        assert examples(content)
        for example in examples(content):
            assert wrong(example, content["schema"]) == []


@every_operation
def test_every_body_in_json_has_an_example_that_its_schema_allows(operation: Json) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return
    assert examples(content)
    for example in examples(content):
        assert wrong(example, content["schema"]) == []


@every_operation
def test_every_error_is_a_problem_with_an_example(operation: Json) -> None:
    errors = {status: answer for status, answer in answers(operation).items() if status >= 400}
    assert 403 in errors
    for status, answer in errors.items():
        assert answer["description"].endswith(".")
        assert list(answer["content"]) == [MEDIA_TYPE]
        content = answer["content"][MEDIA_TYPE]
        assert resolved(content["schema"])["title"] == "Problem"
        assert [example["status"] for example in examples(content)] == [status]
        assert wrong(content["example"], content["schema"]) == []


@every_operation
def test_what_can_be_wrong_is_said(operation: Json) -> None:
    said = answers(operation)
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    has_input = "query" in places or "requestBody" in operation
    assert (422 in said) == (has_input or operation["operationId"] in SAY_SO_THEMSELVES)
    body = operation.get("requestBody")
    assert not body or {408, 413, 422, 503} <= set(said)
    assert (408 in said) == bool(body)
    assert not body or "multipart/form-data" not in body["content"] or 400 in said
    assert (404 in said) == ("path" in places)


def test_the_kinds_of_a_change_by_hand_each_have_an_example() -> None:
    operation = document()["paths"]["/api/v1/runs/{run_id}/interventions"]["post"]
    content = operation["requestBody"]["content"][JSON]
    shown = {example["type"] for example in examples(content)}
    assert shown == set(content["schema"]["discriminator"]["mapping"])


def test_a_schema_that_is_broken_is_noticed() -> None:
    schema = {"$ref": "#/components/schemas/Problem"}
    assert wrong({"type": "about:blank"}, schema)
    good = {"type": "about:blank", "title": "", "status": 404, "code": "not_found", "detail": ""}
    assert wrong(good, schema) == []
    assert wrong(good | {"status": "?"}, schema)
    assert wrong(good | {"code": "elsewhere"}, schema)


def test_the_frameworks_own_validation_errors_are_not_in_the_document() -> None:
    assert "ValidationError" not in str(document())
    assert document()["components"]["schemas"]["Problem"] == Problem.model_json_schema()


@every_operation
def test_whatever_is_sent_either_way_has_a_schema_that_generators_know(operation: Json) -> None:
    bodies = [operation.get("requestBody", {}), *answers(operation).values()]
    for media, content in [one for body in bodies for one in body.get("content", {}).items()]:
        schema = resolved(content["schema"])
        if media in ("multipart/form-data", JSON, MEDIA_TYPE):
            continue
        assert schema["type"] == "string"
        assert (schema.get("format") == "binary") == (not media.startswith("text/"))
        assert not any(wrong(example, schema) for example in examples(content))


def test_files_are_sent_as_what_generators_call_a_file() -> None:
    assert "contentMediaType" not in str(document())
    uploads = [schema for name, schema in document()["components"]["schemas"].items()
               if name.startswith("Body_")]  # fmt: skip
    assert len(uploads) > 3
    for schema in uploads:
        assert "binary" in [field.get("format") for field in schema["properties"].values()]


@every_operation
def test_headers_that_programs_need_are_described(operation: Json) -> None:
    for status, answer in answers(operation).items():
        said = answer.get("headers", {})
        for name in [{201: "Location", 401: "WWW-Authenticate", 503: "Retry-After"}.get(status)]:
            assert name is None or name in said
        for header in said.values():
            assert header["description"]
            assert header["schema"]["type"] in ("string", "integer")


@every_operation
def test_a_body_is_said_to_be_needed_or_not(operation: Json) -> None:
    body = operation.get("requestBody")
    assert body is None or isinstance(body["required"], bool)


@every_operation
def test_what_may_be_left_out_of_a_request_is_not_null_as_well(operation: Json) -> None:
    sent = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    sent += operation.get("requestBody", {}).get("content", {}).values()
    for described in sent:
        assert {"type": "null"} not in described["schema"].get("anyOf", ())


def test_no_schema_is_named_as_one_of_its_own_properties_that_is_more_than_a_value() -> None:
    for name, schema in document()["components"]["schemas"].items():
        own = schema.get("properties", {}).get(name[0].lower() + name[1:], {})
        assert resolved(own).get("type") not in ("object", "array"), name


def test_the_document_says_how_to_sign_in() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert {(one["type"], one.get("scheme"), one.get("in")) for one in schemes.values()} == {
        ("http", "bearer", None),
        ("apiKey", None, "cookie"),
    }
    assert document()["security"] == [{}, *({name: []} for name in schemes)]
    assert document()["paths"]["/api/v1/health"]["get"]["security"] == []

"""What a model has against a value is said in our words, for every kind of error."""

import json
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import _pydantic_core

import convscope
from convscope.recipe.recipe import RecipeRequest
from convscope.validation_errors import EXPECTED, OWN, first_sentence, sentence

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 2**60, 10**400, 1.5, float("nan"), float("inf"), -1e300, "", "x", "9" * 5000,
    "\ud800", b"\xff", [], [1], [[]], [0] * 5000, {}, {"type": "Softmin"}, {"type": None}, {1: 2},
)  # fmt: skip
PYDANTICS = re.compile(
    r"Input |[Ff]ield required|Extra inputs|union_tag|not permitted|should (be|have|match)|"
    r"input string|Invalid |[Uu]nable to|pydantic|Value error|Assertion failed|valid (dict|string)"
)


def models() -> list[type[BaseModel]]:
    """Every model that anything sent is checked by."""
    for module in pkgutil.walk_packages(convscope.__path__, "convscope."):
        if module.name.startswith(("convscope.worker", "convscope.learn", "convscope.__main__")):
            continue
        import_module(module.name)
    found, seen = [BaseModel], set[type[BaseModel]]()
    while found:
        for below in found.pop().__subclasses__():
            if below not in seen and below.__module__.startswith("convscope."):
                seen.add(below)
                found.append(below)
    return sorted(seen, key=lambda model: (model.__module__, model.__qualname__))


def errors_of(model: type[BaseModel]) -> Iterator[Any]:
    """What a model has against wrong values: in its place, and in each of its fields."""
    check = TypeAdapter[Any](model)
    names = [field.alias or name for name, field in model.model_fields.items()]
    documents = [*WRONG, {"colour": 1}, *({name: value} for name in names for value in WRONG)]
    for document in documents:
        try:
            check.validate_python(document)
        except ValidationError as error:
            yield from error.errors()
    for text in ("", "{", "[1,]", "nul"):
        try:
            check.validate_json(text)
        except ValidationError as error:
            yield from error.errors()


def test_no_error_that_a_model_of_ours_can_give_has_pydantics_words() -> None:
    kinds = set()
    for model in models():
        for error in errors_of(model):
            kinds.add(error["type"])
            unsaid = {**error, "input": None}  # which may say anything
            said = sentence(unsaid, "here")
            assert not PYDANTICS.search(said), said
            assert "expected" in said, (said, error)
    assert kinds - set(OWN) <= set(EXPECTED), "each has words of its own"
    assert len(kinds) > 15, kinds


def test_no_error_that_pydantic_knows_of_is_said_in_its_words() -> None:
    for known in _pydantic_core.list_all_errors():
        context = (known.get("example_context") or {}) | {"tag": "Softmin"}
        if known["type"] in OWN:
            context = {"error": ValueError("expected a rectangle")}
        said = sentence({**known, "ctx": context, "loc": ("a",), "input": 7}, "a")
        assert not PYDANTICS.search(said), said
        assert said.startswith("a: expected "), said


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"batch_size": 0}, "batch_size: expected at least 1, got 0."),
        ({"batch_size": "x" * 200}, f'batch_size: expected a whole number, got "{"x" * 76}….'),
        ({"colour": "red"}, 'colour: expected no field of this name, got "red".'),
        ({"optimizer": {"type": "Sgd"}}, 'optimizer: expected type to be one of SGD, Adam, AdamW, RMSprop, got "Sgd".'),  # noqa: E501
        ({"network": {"layers": [{"type": "ReLU"}]}}, "network.input: expected a value, got none."),
        ([], "Expected an object with fields, got []."),
    ],
)  # fmt: skip
def test_a_sentence_says_what_was_expected_and_what_came(sent: Any, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RecipeRequest.model_validate(sent)
    assert first_sentence(caught.value) == said


@pytest.mark.parametrize(("word", "instead"), [("same", "kernel_size // 2"), ("valid", "0")])
def test_torchs_words_for_padding_are_told_what_to_write_instead(word: str, instead: str) -> None:
    layer = {"type": "Conv2d", "out_channels": 2, "kernel_size": 3, "padding": word}
    with pytest.raises(ValidationError) as caught:
        RecipeRequest.model_validate({"network": {"input": [1, 28, 28], "layers": [layer]}})
    expected = (
        f'network.layers.0.Conv2d.padding: expected a whole number, such as {instead} for "{word}"'
    )
    assert first_sentence(caught.value) == f'{expected}, got "{word}".'


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}, float("nan"), {1: b""}])
def test_a_sentence_can_be_sent_whatever_it_shows(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        RecipeRequest.model_validate({"seed": value})
    assert json.dumps(first_sentence(caught.value), ensure_ascii=False).encode()

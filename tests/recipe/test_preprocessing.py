"""How a recipe says that pictures enter: what it takes, what it refuses, and its words."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from convscope.errors import RecipeError
from convscope.recipe import Data, Preprocessing, Recipe, data_with_base
from tests.support.networks import DEFAULT, recipe


def test_a_recipe_without_it_is_written_as_before() -> None:
    written = recipe(DEFAULT).model_dump(mode="json")["data"]
    assert json.dumps(written) == '{"dataset": "fashion-mnist-10k"}'


def test_what_is_not_said_is_as_pixels_are_without_it() -> None:
    said = Preprocessing()
    assert (said.scale, said.mean, said.std, said.resize) == (1 / 255, 0.0, 1.0, "crop")
    assert said.in_words() == "Each pixel (0 … 255) divided by 255"


def test_it_comes_back_from_json_as_it_was() -> None:
    data = {"dataset": "shapes", "preprocessing": {"mean": [0.1, 0.2, 0.3], "std": 0.5}}
    made = recipe(DEFAULT, data=data)
    text = made.model_dump_json()
    assert Recipe.model_validate_json(text) == made
    assert json.loads(text)["data"]["preprocessing"]["mean"] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"std": 0}, "expected std above 0 in float32, got 0"),
        ({"std": [1.0, 0.0, 1.0]}, "expected std above 0 in float32, got 0"),
        ({"std": -1.0}, "expected std above 0 in float32, got -1"),
        ({"std": 1e-60}, "expected std above 0 in float32, got 1e-60"),
        ({"scale": 1e-60}, "expected scale above 0 in float32"),
        ({"scale": 0}, "greater than 0"),
        ({"scale": 1e39}, "infinite in float32"),
        ({"scale": 3e38}, "pixel 255 becomes 7.65e[+]40, which is infinite in float32"),
        ({"mean": 1e39}, "infinite in float32"),
        ({"mean": 1e-60}, "mean is 1e-60, which is 0 in float32"),
        ({"std": 1e-40, "mean": 0.5}, "infinite in float32"),
        ({"mean": float("nan")}, "finite number"),
        ({"mean": []}, "at least 1"),
        ({"mean": [0.1, 0.2], "std": [1.0, 1.0, 1.0]}, "one mean or 3"),
        ({"mean": "0.5"}, "valid number"),
        ({"resize": "tile"}, "crop"),
        ({"channels": "grey"}, "as network"),
        ({"means": 0.5}, "not permitted"),
    ],
)
def test_what_float32_cannot_hold_and_what_is_none_is_refused(
    sent: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        Data.model_validate({"dataset": "shapes", "preprocessing": sent})


def test_there_is_one_number_or_one_for_each_channel_of_the_input() -> None:
    three = Preprocessing(mean=(0.1, 0.2, 0.3))
    three.must_fit((3, 8, 8))
    with pytest.raises(RecipeError, match="mean has 3 numbers: expected one, or one for each of"):
        three.must_fit((1, 8, 8))
    assert Preprocessing(mean=0.5).for_channels(3) == ((0.5,) * 3, (1.0,) * 3)


def test_its_words_name_colours_and_leave_out_what_does_nothing() -> None:
    assert Preprocessing(mean=0.286, std=0.353).in_words() == (
        "Each pixel (0 … 255) divided by 255, then less 0.286, then divided by 0.353"
    )
    assert Preprocessing(scale=1.0, mean=(1.0, 2.0, 3.5)).in_words() == (
        "Each pixel (0 … 255) multiplied by 1, then less 1 (red), 2 (green), 3.5 (blue)"
    )


def test_where_nothing_is_said_of_it_what_there_was_goes_on() -> None:
    base = {"dataset": "mnist", "classes": ["a"], "preprocessing": {"mean": 0.5}}
    assert data_with_base({"classes": ["b"]}, base) == {
        "dataset": "mnist",
        "classes": ["b"],
        "preprocessing": {"mean": 0.5},
    }
    assert data_with_base({"preprocessing": None}, base)["preprocessing"] is None
    assert data_with_base({"dataset": "x"}, {"dataset": "y"}) == {"dataset": "x"}

"""Names of classes: which are taken, and what classes without a name are called."""

import pytest
from pydantic import TypeAdapter, ValidationError

from convscope.errors import RecipeError
from convscope.recipe.class_names import ClassName, check_class_names, class_names, score_count
from convscope.recipe.recipe import Data, with_data

NAME = TypeAdapter(ClassName)


@pytest.mark.parametrize("name", ["espresso", "T-shirt/top", "<b>&", "né", "👩‍🍳", "x" * 200])
def test_any_text_is_a_name(name: str) -> None:
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["", "x" * 201, "a\nb", "a\x00", "a\x1b[2J", "\u2028", "abc\u202ecba", "\u2066", "\x7f"]
)
def test_no_name_is_empty_long_or_moves_the_text_around_it(name: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)


@pytest.mark.parametrize(
    ("shape", "count"), [((10,), 10), ((1000,), 1000), ((1001,), 0), ((3, 4, 4), 0)]
)
def test_a_flat_output_of_up_to_1000_numbers_is_class_scores(
    shape: tuple[int, ...], count: int
) -> None:
    assert score_count(shape) == count


def test_another_number_of_names_is_refused_with_both_numbers() -> None:
    check_class_names(None, (10,))
    check_class_names(["a", "b"], (2,))
    with pytest.raises(RecipeError, match="has 1 name, and this network ends in 10 numbers"):
        check_class_names(["a"], (10,))
    with pytest.raises(RecipeError, match="has 2 names, and this network ends in maps"):
        check_class_names(["a", "b"], (2, 1, 1))


def test_the_first_names_that_fit_win_and_else_classes_are_counted() -> None:
    assert class_names(2, ("a", "b"), ["c", "d"]) == ["a", "b"]
    assert class_names(2, None, ["c", "d"]) == ["c", "d"]
    assert class_names(2, None, ["c"]) == ["class 0", "class 1"]
    assert class_names(0, None) == []


def test_names_go_with_the_short_data_set_and_a_recipe_without_names_is_as_before() -> None:
    sent = {"dataset": "shapes", "data": {"classes": ["a"]}}
    assert with_data(sent) == {"data": {"dataset": "shapes", "classes": ["a"]}}
    assert Data(dataset="shapes").model_dump(mode="json") == {"dataset": "shapes"}

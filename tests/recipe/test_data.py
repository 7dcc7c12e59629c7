"""What a run learns from: `data`, for which a request's `dataset` is short."""

from typing import Any

import pytest
from pydantic import ValidationError

from convscope.recipe import Data, Recipe, RecipeRequest, resolve

OWN = {"input": [1, 8, 8], "layers": [{"type": "Conv2d", "out_channels": 2, "kernel_size": 3}]}


def wanted(**sent: Any) -> str | None:
    """The data set of the recipe that a request becomes."""
    return resolve(RecipeRequest.model_validate(sent))[0].data.dataset


@pytest.mark.parametrize("dataset", ["shapes", None])
def test_a_data_set_is_sent_within_data_or_by_itself_or_both_alike(dataset: str | None) -> None:
    for sent in (
        {"dataset": dataset},
        {"data": {"dataset": dataset}},
        {"dataset": dataset, "data": {"dataset": dataset}},
    ):
        assert wanted(**sent) == dataset


def test_without_one_it_is_the_named_networks_or_none() -> None:
    assert wanted() == "fashion-mnist-10k"
    assert wanted(data=None) == "fashion-mnist-10k"
    assert wanted(network=OWN) is None


@pytest.mark.parametrize("data", [{"dataset": "mnist"}, {"dataset": None}, None, 3])
def test_two_that_differ_are_refused(data: Any) -> None:
    with pytest.raises(ValidationError, match="expected one data set, got two"):
        RecipeRequest.model_validate({"dataset": "shapes", "data": data})


def test_a_whole_recipe_says_it_in_data_alone() -> None:
    assert Recipe.model_validate({"network": OWN, "data": {"dataset": None}}).data == Data(
        dataset=None
    )
    with pytest.raises(ValidationError, match="dataset"):
        Recipe.model_validate({"network": OWN, "dataset": None})

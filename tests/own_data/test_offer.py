"""The network that a set brings: it can be built, ends in the classes, and learns from few."""

import pytest

from convscope.own_data.kept.offer import offered_recipe
from convscope.recipe import plan


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 64, 64), (3, 256, 256), (3, 9, 200)])
@pytest.mark.parametrize(("train", "optimizer"), [(4, "Adam"), (499, "Adam"), (500, "SGD")])
def test_it_fits_the_set(shape: tuple[int, int, int], train: int, optimizer: str) -> None:
    recipe = offered_recipe(shape, 3, train, "mine")
    assert plan(recipe.network, recipe.batch_size)[-1].output_shape == (3,)
    assert recipe.optimizer.type == optimizer
    assert 1 <= recipe.batch_size <= max(1, train // 4)

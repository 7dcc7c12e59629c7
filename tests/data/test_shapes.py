"""The generated coloured shapes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from convscope.data import cache, shapes
from convscope.data.idx import Bytes


@pytest.fixture(scope="module")
def made() -> list[Bytes]:
    return list(shapes.make())


def test_they_are_bit_for_bit_what_is_recorded(made: list[Bytes]) -> None:
    assert tuple(array.shape for array in made) == shapes.SHAPES
    assert cache.sha256_of(made).hex() == shapes.SHA256


def test_every_ten_in_a_row_hold_each_class_once(made: list[Bytes]) -> None:
    for labels in (made[1], made[3]):
        rounds = labels.reshape(-1, 10)
        assert (np.sort(rounds, axis=1) == np.arange(10)).all()
        assert len({tuple(ten) for ten in rounds.tolist()}) > 90


def test_no_held_out_picture_is_a_training_picture(made: list[Bytes]) -> None:
    training = {picture.tobytes() for picture in made[0]}
    assert len(training) == shapes.TRAIN
    assert not any(picture.tobytes() in training for picture in made[2])


def test_one_picture_depends_on_its_own_seed_alone() -> None:
    assert np.array_equal(shapes.draw(3, "a"), shapes.draw(3, "a"))
    assert not np.array_equal(shapes.draw(3, "a"), shapes.draw(3, "b"))
    assert not np.array_equal(shapes.draw(3, "a"), shapes.draw(4, "a"))


@pytest.mark.parametrize("hue", [0.0, 1 / 6, 1 / 3, 0.5, 2 / 3, 5 / 6, -0.1])
@pytest.mark.parametrize("lightness", [0.1, 0.35, 0.6, 0.9])
def test_a_tint_has_the_luminance_that_is_asked_for(hue: float, lightness: float) -> None:
    red, green, blue = shapes.tinted(hue, lightness)
    assert (0.299 * red + 0.587 * green + 0.114 * blue) / 255 == pytest.approx(lightness, abs=0.003)


def test_the_targets_can_be_told_by_colour_and_not_by_lightness(made: list[Bytes]) -> None:
    images, labels = made[2].astype(np.float64), made[3]
    warm, cool = (images[labels == label] for label in (8, 9))
    # inside: red beats blue in a warm target, in a cool one blue beats red
    inside = [redder_near_the_middle(half) for half in (warm, cool)]
    assert inside[0] > 40
    assert inside[1] < -40
    luma = [
        np.tensordot([0.299, 0.587, 0.114], half.mean(axis=(0, 2, 3)), 1) for half in (warm, cool)
    ]
    assert abs(luma[0] - luma[1]) < 10


def redder_near_the_middle(images: NDArray[np.float64]) -> float:
    """Mean of red minus blue at the middle of each picture, where the target mostly lies."""
    return float((images[:, 0] - images[:, 2])[:, 31:33, 31:33].mean())

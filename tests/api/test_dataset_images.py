"""What is said of a held-out picture that a network of another input is shown."""

import numpy as np
import pytest

from convscope.api.dataset_images import fitted
from convscope.learn.data import fit


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("wanted", [1, 2, 3])
@pytest.mark.parametrize("side", [28, 14])
def test_a_sentence_is_said_for_every_change_and_for_none_without(
    channels: int, wanted: int, side: int
) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (channels, 28, 28)).astype(np.uint8)
    said = fitted(pixels.shape, (wanted, side, side))
    assert (said == []) == np.array_equal(fit(pixels, (wanted, side, side)), pixels)
    assert any(sentence.startswith("Resized") for sentence in said) == (side != 28)
    assert any("mean of its colours" in sentence for sentence in said) == (
        channels == 3 and wanted < 3
    )
    assert any("Gave its grey" in sentence for sentence in said) == (
        wanted > 1 and channels != wanted
    )

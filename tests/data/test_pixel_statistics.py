"""Mean and standard deviation of pixels, against numpy in float64."""

from pathlib import Path

import numpy as np
import pytest

from convscope.data import catalog, pixel_statistics
from convscope.data.catalog import Folders
from convscope.data.pixel_statistics import dataset_statistics, statistics_of


@pytest.mark.parametrize("shape", [(7, 1, 5, 3), (50, 3, 8, 9), (1, 4, 2, 2)])
def test_they_are_those_of_all_pixels_of_a_channel(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...]
) -> None:
    monkeypatch.setattr(pixel_statistics, "PIECE_BYTES", 500)  # which no number of pictures fills
    images = np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)
    images[:, -1] //= 3
    found = statistics_of(images)
    pixels = images.astype(np.float64) / 255
    assert found.mean == pytest.approx(pixels.mean(axis=(0, 2, 3)), rel=1e-12)
    assert found.std == pytest.approx(pixels.std(axis=(0, 2, 3)), rel=1e-12)


def test_pixels_of_one_level_do_not_vary() -> None:
    found = statistics_of(np.full((9, 1, 4, 4), 51, np.uint8))
    assert (found.mean, found.std) == ((0.2,), (0.0,))


def test_they_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Folders((), tmp_path / "cache", tmp_path / "own")
    data = catalog.open_dataset("fashion-mnist-10k", places)
    found = dataset_statistics(data, places)
    pixels = data.train_images.astype(np.float64) / 255
    assert found.mean == pytest.approx([pixels.mean()], rel=1e-12)
    assert found.std == pytest.approx([pixels.std()], rel=1e-12)
    with monkeypatch.context() as patched:
        patched.setattr(pixel_statistics, "statistics_of", None)
        assert dataset_statistics(data, places) == found
    next(places.cache_dir.glob("pixels-*")).write_text("[")
    assert dataset_statistics(data, places) == found, "a damaged file is written anew"

"""Data sets at another input's shape: kept, and forgotten when there are too many."""

import os
from pathlib import Path

import numpy as np
import pytest

from convscope.data import cache, fitted
from convscope.data.catalog import Dataset
from convscope.data.fitted import fit_dataset, fit_picture


def dataset() -> Dataset:
    """Six pictures of 3 × 4 × 4."""
    images = np.arange(6 * 48, dtype=np.uint64).astype(np.uint8).reshape(6, 3, 4, 4)
    labels = np.zeros(6, np.uint8)
    return Dataset("few", ("a",), images[:4], labels[:4], images[4:], labels[4:], "ab" * 32)


def test_pictures_of_the_inputs_shape_are_the_very_same(tmp_path: Path) -> None:
    data = dataset()
    assert fit_dataset(data, (3, 4, 4), "crop", tmp_path) is data
    assert not list(tmp_path.iterdir())


def test_colours_become_grey_as_the_eye_weighs_them_and_grey_becomes_all_three() -> None:
    colours = np.zeros((3, 2, 2), np.uint8)
    colours[0], colours[1], colours[2] = 200, 100, 50
    grey = fit_picture(colours, (1, 2, 2), "crop")
    assert grey.tolist() == [[[round(0.299 * 200 + 0.587 * 100 + 0.114 * 50)] * 2] * 2]
    assert fit_picture(grey, (3, 2, 2), "crop").tolist() == [grey[0].tolist()] * 3


def test_they_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fit_dataset(dataset(), (1, 2, 6), "pad", tmp_path)
    monkeypatch.setattr(fitted, "fit_picture", None)
    again = fit_dataset(dataset(), (1, 2, 6), "pad", tmp_path)
    assert np.array_equal(first.train_images, again.train_images)
    assert np.array_equal(first.test_images, again.test_images)
    assert (again.sha256, again.id) == ("ab" * 32, "few")
    assert again.test_images.shape == (2, 1, 2, 6)


def test_the_oldest_go_when_they_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitted, "_KEPT_BYTES", 120)
    (tmp_path / "few-unpacked.v1.raw").write_bytes(bytes(500))
    names = []
    for number, side in enumerate((2, 3, 2)):
        made = fit_dataset(dataset(), (1, side, side), "crop" if number < 2 else "pad", tmp_path)
        for path in tmp_path.glob("*.fitted.*"):
            if path.name not in names:
                names.append(path.name)
                os.utime(path, (number, number))
    kept = {path.name for path in tmp_path.glob("*.fitted.*")}
    assert kept == {names[-1]}, "6 × 4 bytes and a digest, where 6 × 9 and one were"
    assert made.train_images.sum() > 0, "what is mapped is still there"
    assert (tmp_path / "few-unpacked.v1.raw").exists()
    assert cache.sha256_of([made.train_images])

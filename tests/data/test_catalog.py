"""Every data set by name: what is said of it, and its pixels."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convscope.data import catalog, idx, idx_datasets
from convscope.data.catalog import Folders
from convscope.errors import NotFoundError, UnavailableError


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    return Folders((tmp_path / "data",), tmp_path / "cache", tmp_path / "own")


def opened(name: str, places: Folders) -> catalog.Dataset:
    return catalog.open_dataset(name, places)


def publish(folder: Path, names: list[str], labels: list[int], *, packed: bool = True) -> None:
    """Four files: every picture is 0 but for its number at row 1, column 0."""
    folder.mkdir(parents=True, exist_ok=True)
    images = np.zeros((len(labels), 28, 28), dtype=np.uint8)
    images[:, 1, 0] = np.arange(len(labels)) + 1
    for name, array in zip(names, (images, np.array(labels, dtype=np.uint8)) * 2, strict=True):
        whole = idx.encode(array)
        (folder / name).write_bytes(whole if packed else _plain(array))


def _plain(array: idx.Bytes) -> bytes:
    lengths = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + lengths + array.tobytes()


MNIST = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
]  # fmt: skip


def emnist(split: str) -> list[str]:
    return [
        f"emnist-{split}-{half}-{kind}-ubyte.gz"
        for half in ("train", "test")
        for kind in ("images-idx3", "labels-idx1")
    ]


def test_the_shipped_set_is_there_without_any_data_directory(places: Folders) -> None:
    info = catalog.describe("fashion-mnist-10k", places)
    assert (info.available, info.why, info.shape) == (True, None, (1, 28, 28))
    assert (info.train, info.test, info.dark_background) == (10_000, 2_000, True)
    dataset = opened("fashion-mnist-10k", places)
    assert dataset.train_images.shape == (10_000, 1, 28, 28)
    assert dataset.test_images.shape == (2_000, 1, 28, 28)
    assert (dataset.sha256, dataset.classes) == (info.sha256, info.classes)
    assert dataset.classes[dataset.test_labels[0]] == "Trouser"


@pytest.mark.alone
def test_shapes_are_generated_once_and_then_mapped(places: Folders) -> None:
    first, begin = opened("shapes", places), time.perf_counter()
    second = opened("shapes", places)
    assert time.perf_counter() - begin < 1.0
    assert np.array_equal(first.train_images, second.train_images)
    assert first.sha256 == catalog.describe("shapes", places).sha256


@pytest.mark.parametrize("name", ["fashion-mnist", "mnist", "kmnist", "emnist"])
def test_a_set_that_is_not_here_says_what_to_do(name: str, places: Folders) -> None:
    info = catalog.describe(name, places)
    assert not info.available
    assert (info.train, info.test, info.sha256) == (0, 0, "")
    assert info.why is not None
    assert f"{name}/" in info.why
    with pytest.raises(UnavailableError, match="is not on this machine"):
        opened(name, places)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ["mnist", "kmnist", "fashion-mnist"])
def test_files_as_published_are_found_and_read(name: str, packed: bool, places: Folders) -> None:
    names = [f"{file}.gz" if packed else file for file in MNIST]
    publish(places.data_dirs[0] / name, names, [3, 1, 4, 1, 5], packed=packed)
    info, dataset = catalog.describe(name, places), opened(name, places)
    assert (info.available, info.train, info.test, info.shape) == (True, 5, 5, (1, 28, 28))
    assert dataset.test_labels.tolist() == [3, 1, 4, 1, 5]
    assert dataset.train_images[:, 0, 1, 0].tolist() == [1, 2, 3, 4, 5]
    assert not dataset.train_images.flags.writeable


def test_mnist_spelled_with_a_dot_is_found(places: Folders) -> None:
    publish(places.data_dirs[0] / "mnist", [n.replace("-idx", ".idx") + ".gz" for n in MNIST], [0])
    assert catalog.describe("mnist", places).available


def test_emnists_pictures_are_set_upright(places: Folders) -> None:
    publish(places.data_dirs[0] / "emnist" / "gzip", emnist("balanced"), [0, 46])
    dataset = opened("emnist", places)
    assert dataset.train_images[:, 0, 0, 1].tolist() == [1, 2]
    assert (len(dataset.classes), dataset.classes[46]) == (47, "t")


def test_emnists_letters_are_counted_from_zero(places: Folders) -> None:
    publish(places.data_dirs[0] / "emnist", emnist("letters"), [1, 26])
    dataset = opened("emnist", places)
    assert [dataset.classes[label] for label in dataset.train_labels] == ["A", "Z"]


def test_balanced_emnist_is_preferred_to_its_digits(places: Folders) -> None:
    for split, where in (("digits", "emnist"), ("balanced", "emnist/gzip")):
        publish(places.data_dirs[0] / where, emnist(split), [9])
    assert len(catalog.describe("emnist", places).classes) == 47


def test_a_label_that_no_class_has_is_refused(places: Folders) -> None:
    publish(places.data_dirs[0] / "mnist", MNIST, [3, 10])
    with pytest.raises(UnavailableError, match="labels"):
        opened("mnist", places)


def test_a_broken_file_makes_the_set_unavailable_and_says_which(places: Folders) -> None:
    folder = places.data_dirs[0] / "mnist"
    publish(folder, MNIST, [1, 2])
    (folder / MNIST[0]).write_bytes(b"<html>not found</html>")
    info = catalog.describe("mnist", places)
    assert not info.available
    assert info.why is not None
    assert MNIST[0] in info.why
    with pytest.raises(UnavailableError, match=MNIST[0]):
        opened("mnist", places)


def test_new_files_under_old_names_give_the_new_pictures(places: Folders) -> None:
    folder = places.data_dirs[0] / "mnist"
    publish(folder, MNIST, [1, 2])
    before = opened("mnist", places)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    publish(folder, MNIST, [3, 4, 5])
    after = opened("mnist", places)
    assert after.train_labels.tolist() == [3, 4, 5]
    assert before.train_labels.tolist() == [1, 2]
    assert before.sha256 != after.sha256


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("mnist", "MNIST/raw"),
        ("fashion-mnist", "FashionMNIST/raw"),
        ("fashion-mnist", "torch/Fashion_MNIST"),
        ("kmnist", "some/where/KMNIST/raw"),
    ],
)
def test_torchvisions_folders_are_found_as_they_are(
    name: str, folder: str, places: Folders
) -> None:
    publish(places.data_dirs[0] / folder, MNIST, [3, 1, 4], packed=False)
    assert catalog.describe(name, places).available
    assert opened(name, places).train_labels.tolist() == [3, 1, 4]
    others = {"mnist", "fashion-mnist", "kmnist"} - {name}
    assert not any(catalog.describe(other, places).available for other in others)


def test_a_data_directory_may_be_the_folder_itself(places: Folders) -> None:
    publish(places.data_dirs[0] / "MNIST" / "raw", MNIST, [1, 2])
    own = Folders((places.data_dirs[0] / "MNIST",), places.cache_dir, places.own_data_dir)
    assert catalog.describe("mnist", own).available


def test_each_split_of_emnist_that_is_there_is_a_set_of_its_own(places: Folders) -> None:
    for split, labels in (("letters", [1, 2]), ("byclass", [0, 61])):
        publish(places.data_dirs[0] / "EMNIST" / "raw", emnist(split), labels)
    listed = {info.id: info for info in catalog.describe_all(places)}
    assert {"emnist-letters", "emnist-byclass"} <= set(listed)
    assert "emnist-digits" not in listed
    assert opened("emnist-byclass", places).classes[61] == "z"
    assert opened("emnist-byclass", places).train_images[:, 0, 0, 1].tolist() == [1, 2]


def npz(folder: Path, name: str, **changes: Any) -> None:
    images = np.arange(5 * 28 * 28, dtype=np.uint8).reshape(5, 28, 28)
    labels = np.array([3, 1, 4, 1, 5], np.uint8)
    whole = {"x_train": images, "y_train": labels, "x_test": images[:2], "y_test": labels[:2]}
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / name, **(whole | changes))


def test_kerass_file_is_found(places: Folders) -> None:
    npz(places.data_dirs[0] / "keras" / "datasets", "mnist.npz")
    info, dataset = catalog.describe("mnist", places), opened("mnist", places)
    assert (info.train, info.test, info.shape) == (5, 2, (1, 28, 28))
    assert dataset.test_labels.tolist() == [3, 1]
    assert dataset.train_images[4, 0].ravel()[:3].tolist() == [64, 65, 66]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"x_train": np.zeros((5, 28, 28), np.float32)}, "unsigned bytes"),
        ({"x_train": np.array([{}] * 5, dtype=object)}, "unsigned bytes"),
        ({"y_train": np.zeros(4, np.uint8)}, "N labels"),
        ({"y_train": np.full(5, 11, np.uint8)}, "labels from 0 to 9"),
    ],
)
def test_a_file_of_that_name_that_is_another_says_why(
    changes: dict[str, Any], why: str, places: Folders
) -> None:
    npz(places.data_dirs[0], "mnist.npz", **changes)
    with pytest.raises(UnavailableError, match=why):
        opened("mnist", places)


def test_an_unknown_name_is_answered_with_those_that_are_known(places: Folders) -> None:
    with pytest.raises(NotFoundError, match=r"fashion-mnist-10k, .*got 'imagenet'"):
        catalog.describe("imagenet", places)
    with pytest.raises(NotFoundError):
        opened("imagenet", places)


@pytest.mark.alone
def test_describing_everything_again_takes_less_than_50_ms(places: Folders) -> None:
    first = catalog.describe_all(places)
    begin = time.perf_counter()
    assert catalog.describe_all(places) == first
    assert time.perf_counter() - begin < 0.05
    assert [info.id for info in first] == list(catalog.IDS)
    usual = {entry.id for entry in idx_datasets.ALL if entry.shown_if_missing}
    assert usual | {"shapes"} == set(catalog.IDS)


def test_importing_the_catalogue_brings_no_torch_and_no_server() -> None:
    code = "import sys, convscope.data.catalog; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "fastapi", "convscope.settings"} & set(done.stdout.split())

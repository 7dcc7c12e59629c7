"""The named networks' files: recipes that can be built, cards, and weights that fit."""

import json
import struct
from pathlib import Path

import pytest

from convscope.data.catalog import IDS, describe
from convscope.recipe import Recipe, named_models, plan
from convscope.settings import Settings, resources

FOLDERS = sorted(path.parent for path in resources("models").glob("*/recipe.json"))
TRAINED = [folder for folder in FOLDERS if (folder / "weights.safetensors").is_file()]

every_model = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
every_trained_model = pytest.mark.parametrize("folder", TRAINED, ids=lambda folder: folder.name)


def recipe_of(folder: Path) -> Recipe:
    return Recipe.model_validate_json((folder / "recipe.json").read_text())


def header_of(weights: Path) -> tuple[dict[str, dict[str, object]], dict[str, str]]:
    """A safetensors file's tensors, and what is said of them, by the format's own description."""
    data = weights.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    about = header.pop("__metadata__")
    return header, about


def test_there_are_the_four_that_the_documents_name() -> None:
    assert set(named_models()) == {"default", "tinyvgg", "color-7x7", "conv2d-12"}


@pytest.mark.parametrize(
    ("name", "parameters", "maps"),
    [
        ("default", [80, 1_168, 7_850], [8, 8, 8, 16, 16, 16]),
        ("tinyvgg", [280, 910, 910, 910, 16_910], [10] * 10),
        ("color-7x7", [2_368, 2_320, 10_250], [16] * 6),
        ("conv2d-12", [120], [12]),
    ],
)
def test_its_parameters_and_maps_are_the_published_numbers(
    name: str, parameters: list[int], maps: list[int]
) -> None:
    plans = plan(named_models()[name].recipe.network)
    assert [layer.parameters for layer in plans if layer.parameters] == parameters
    assert [layer.output_shape[0] for layer in plans if len(layer.output_shape) == 3] == maps


def test_tinyvggs_maps_have_the_sizes_that_are_known() -> None:
    plans = plan(named_models()["tinyvgg"].recipe.network)
    sides = [layer.output_shape[-1] for layer in plans if layer.type in ("Conv2d", "MaxPool2d")]
    assert sides == [62, 60, 30, 28, 26, 13]


def test_the_single_convolution_is_the_keras_layer() -> None:
    recipe = named_models()["conv2d-12"].recipe
    assert recipe.network.input == (1, 25, 25)
    assert plan(recipe.network)[0].output_shape == (12, 23, 23)
    assert (recipe.data.dataset, recipe.init.type) == (None, "glorot_uniform")


@every_model
def test_its_data_set_exists_and_its_card_has_a_title_and_a_description(folder: Path) -> None:
    assert recipe_of(folder).data.dataset in (*IDS, None)
    title, description, *rest = (folder / "card.md").read_text().split("\n\n")
    assert title.startswith("# ")
    assert "\n" not in title
    assert len(description) > 60
    assert rest


@every_trained_model
def test_its_weights_have_the_names_shapes_and_type_of_its_layers(folder: Path) -> None:
    header, _ = header_of(folder / "weights.safetensors")
    expected = {
        f"{layer.name}.{name}": list(shape)
        for layer in plan(recipe_of(folder).network)
        for name, shape in layer.tensors.items()
    }
    assert {name: entry["shape"] for name, entry in header.items()} == expected
    assert {entry["dtype"] for entry in header.values()} == {"F32"}


@every_trained_model
def test_its_card_states_the_accuracy_that_was_measured_on_the_data_there_is(
    folder: Path, settings: Settings
) -> None:
    _, about = header_of(folder / "weights.safetensors")
    stated = f"Held-out accuracy {100 * float(about['held_out_accuracy']):.2f}%"
    assert stated in (folder / "card.md").read_text()
    assert about["dataset"] == recipe_of(folder).data.dataset
    assert about["dataset_sha256"] == describe(about["dataset"], settings).sha256


def test_three_are_shipped_trained() -> None:
    assert {folder.name for folder in TRAINED} == {"default", "tinyvgg", "color-7x7"}

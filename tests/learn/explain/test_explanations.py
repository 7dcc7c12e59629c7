"""Every explanation against torch in float64, on random networks of every layer kind."""

import copy
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convscope.errors import ConflictError, NotFoundError
from convscope.learn.explain.explainer import Explainer
from convscope.learn.explain.output import explain_output
from convscope.learn.network import build
from convscope.learn.observe import Observer
from convscope.learn.seeds import Purpose, seed_torch
from convscope.learn.trainer import Trainer
from convscope.recipe import plan
from convscope.recipe.recipe import SGD
from convscope.types import JsonObject
from convscope.worker.session import Session
from tests.support.networks import network, recipe
from tests.support.sessions import random_layers, session

CACHE = Path(mkdtemp())
SEEDS = range(6)
OPTIMIZERS: list[dict[str, Any]] = [
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.0},
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.01},
    {"type": "SGD", "learning_rate": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    {"type": "Adam", "learning_rate": 0.01, "weight_decay": 0.05},
    {"type": "AdamW", "learning_rate": 0.01, "weight_decay": 0.2},
    {"type": "RMSprop", "learning_rate": 0.01},
    {"type": "RMSprop", "learning_rate": 0.01, "momentum": 0.7, "weight_decay": 0.1},
]


@cache
def trained(seed: int, optimizer: int = 1, steps: int = 3) -> tuple[Session, Explainer]:
    """A random network after some steps, and its explainer."""
    spec = recipe(random_layers(seed), batch_size=6, seed=seed, optimizer=OPTIMIZERS[optimizer])
    made = session(spec, CACHE)
    for _ in range(steps):
        made.advance()
    return made, Explainer(made.observer, made.plans, made.device)


def assert_closes(explanation: JsonObject) -> None:
    """Value, total and bound are what they say, and the total lies within."""
    distance = abs(explanation["value"] - explanation["total"])
    assert explanation["matches"] is (distance <= explanation["bound"])
    assert explanation["matches"], explanation


def float64_outputs(made: Session, image: str) -> dict[str, torch.Tensor]:
    """Each layer's output by torch in float64, evaluation mode."""
    network = copy.deepcopy(made.trainer.network).cpu().double().eval()
    values = torch.from_numpy(np.array(made.images.get(image)[None])).double() / 255
    found = {}
    with torch.no_grad():
        for name, layer in network.named_children():
            values = layer(values.clone())
            found[name] = values[0].clone()
    found["softmax"] = torch.softmax(values[0], 0)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_output_values_of_every_layer_close_and_agree_with_float64(seed: int) -> None:
    made, explainer = trained(seed)
    pixels = made.images.get("test-3")
    draw = np.random.default_rng(seed)
    for layer, expected in float64_outputs(made, "test-3").items():
        shape = (*expected.shape, 1, 1)[:3]
        for _ in range(6):
            where = tuple(int(draw.integers(size)) for size in shape)
            found = explainer.output(layer, (where[0], where[1], where[2]), pixels)
            assert_closes(found)
            at = where[: expected.ndim]
            assert found["total"] == pytest.approx(float(expected[at]), rel=1e-4, abs=1e-5), layer


def test_corners_and_edges_show_the_padding_as_nothing() -> None:
    made = session(recipe(), CACHE)
    explainer = Explainer(made.observer, made.plans, made.device)
    pixels = made.images.get("test-0")
    found = explainer.output("conv1", (0, 0, 0), pixels)
    assert found["rows"] == [None, 0, 1]
    [channel] = found["channels"]
    assert channel["patch"][0] == [0.0, 0.0, 0.0]
    image = pixels[0].astype(np.float32) / 255
    assert channel["patch"][1][1:] == [float(image[0, 0]), float(image[0, 1])]
    assert found["activation"]["layer"] == "relu1"
    assert found["activation"]["value"] == max(found["value"], 0)


def test_a_convolution_lists_nine_products_a_channel_and_the_bias() -> None:
    made = session(recipe(), CACHE)
    for _ in range(3):
        made.advance()
    explainer = Explainer(made.observer, made.plans, made.device)
    found = explainer.output("conv2", (5, 7, 6), made.images.get("test-0"))
    assert len(found["channels"]) == 8
    sums = [sum(map(sum, entry["products"])) for entry in found["channels"]]
    assert sums == pytest.approx([entry["sum"] for entry in found["channels"]])
    assert sum(sums) + found["bias"] == pytest.approx(found["total"])
    weight = made.observer.tensor("conv2", "weight")
    assert found["channels"][3]["kernel"] == weight[5, 3].astype(np.float64).tolist()


def test_the_largest_value_of_a_pool_is_named_with_its_place() -> None:
    made = session(recipe(), CACHE)
    explainer = Explainer(made.observer, made.plans, made.device)
    pixels = made.images.get("test-1")
    maps = made.observer.feature_maps("relu1", pixels)
    found = explainer.output("pool1", (2, 6, 7), pixels)
    window = maps[2, 12:14, 14:16]
    assert found["winner"]["value"] == float(window.max())
    row, column = np.unravel_index(window.argmax(), window.shape)
    assert (found["winner"]["row"], found["winner"]["column"]) == (12 + row, 14 + column)


def test_the_terms_of_a_linear_layer_come_largest_first() -> None:
    made, explainer = trained(0)
    name = [plan.name for plan in made.plans if plan.type == "Linear"][-1]
    terms = explainer.output(name, (4, 0, 0), made.images.get("test-2"))["terms"]
    sizes = [abs(term["product"]) for term in terms]
    assert sizes == sorted(sizes, reverse=True)
    assert len(terms) == 12


@pytest.mark.parametrize(("side", "rest"), [(31, None), (40, 600)])
def test_a_large_sum_lists_its_largest_thousand_terms_and_the_sum_of_the_others(
    side: int, rest: int | None
) -> None:
    layers = [{"type": "Flatten"}, {"type": "Linear", "out_features": 3}]
    plans = plan(network(input=[1, side, side], layers=layers))
    built = build(plans, torch.device("cpu"))
    observer = Observer(Trainer(built, SGD(), None, 0), plans, torch.device("cpu"))
    pixels = np.random.default_rng(5).integers(0, 256, (1, side, side), dtype=np.uint8)
    found = explain_output(observer, "linear1", (2, 0, 0), pixels)
    weight = built.get_submodule("linear1").get_parameter("weight").detach()[2].double().numpy()
    products = weight * (pixels.ravel().astype(np.float32) / np.float32(255))
    ordered = sorted(products, key=abs, reverse=True)
    listed = [term["product"] for term in found["terms"]]
    assert listed == pytest.approx(ordered[:1000], rel=1e-12)
    if rest is None:
        assert found["rest"] is None
    else:
        assert found["rest"]["count"] == rest
        assert found["rest"]["sum"] == pytest.approx(sum(ordered[1000:]), rel=1e-9)
    beyond = found["rest"]["sum"] if rest else 0.0
    assert sum(listed) + beyond + found["bias"] == pytest.approx(found["total"], rel=1e-9)
    assert_closes(found)


def float64_gradients(made: Session) -> dict[str, torch.Tensor]:
    """Gradients of the last step by autograd in float64, from state k-1 and batch k."""
    trainer = made.trainer
    network = copy.deepcopy(trainer.network).double().train()
    with torch.no_grad():
        for parameter, before in zip(network.parameters(), trainer.previous, strict=True):
            parameter.copy_(before)
    assert trainer.batches is not None
    images, labels = trainer.batches.batch(trainer.step)
    seed_torch(trainer.seed, Purpose.STEP, trainer.step)
    nn.functional.cross_entropy(network(images.double()), labels).backward()  # type: ignore[no-untyped-call]
    return {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_of_every_weight_kind_close_and_agree_with_float64(seed: int) -> None:
    made, explainer = trained(seed)
    draw = np.random.default_rng(seed)
    for name, expected in float64_gradients(made).items():
        layer, tensor = name.split(".")
        for _ in range(5):
            index = tuple(int(draw.integers(size)) for size in expected.shape)
            found = explainer.weight(layer, tensor, index, example=2)["gradient"]
            assert_closes(found)
            scale = float(expected.abs().max())
            assert found["total"] == pytest.approx(float(expected[index]), abs=2e-4 * scale + 1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_maps_of_a_gradient_add_up_to_it(seed: int) -> None:
    made, explainer = trained(seed)
    [layer, *_] = [plan.name for plan in made.plans if plan.type == "Conv2d"]
    found = explainer.weight(layer, "weight", (0, 0, 0, 1), example=1)["gradient"]
    assert np.sum(found["batch_map"]) == pytest.approx(found["total"], rel=1e-9, abs=1e-12)
    assert sum(found["example_sums"]) == pytest.approx(found["total"], rel=1e-9, abs=1e-12)
    assert np.sum(found["example_map"]) == pytest.approx(found["example_sums"][1], abs=1e-12)


@pytest.mark.parametrize("optimizer", range(len(OPTIMIZERS)))
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_updates_of_every_optimiser_close_from_the_weight_before_to_the_weight_after(
    optimizer: int, steps: int
) -> None:
    made, explainer = trained(1, optimizer, steps)
    draw = np.random.default_rng(steps)
    for name, parameter in made.trainer.network.named_parameters():
        layer, tensor = name.split(".")
        for _ in range(4):
            index = tuple(int(draw.integers(size)) for size in parameter.shape)
            found = explainer.weight(layer, tensor, index, example=0)["update"]
            assert_closes(found)
            assert found["after"] == float(parameter.detach()[index])
            last = found["lines"][-1]["result"]
            assert last == pytest.approx(found["after"], rel=1e-5, abs=1e-7)
            assert found["parts"][0] == {"name": "weight before", "value": found["before"]}


def test_explaining_changes_nothing() -> None:
    made, explainer = trained(2)
    twin = session(made.recipe, CACHE)
    for _ in range(3):
        twin.advance()
    explainer.weight("conv1", "weight", (0, 0, 0, 0), example=0)
    explainer.output("conv1", (0, 0, 0), made.images.get("test-0"))
    made.advance()
    twin.advance()
    states = (of.trainer.network.state_dict().values() for of in (made, twin))
    assert all(map(torch.equal, *states))
    trained.cache_clear()


@pytest.mark.parametrize(
    ("layer", "where", "words"),
    [
        ("conv9", (0, 0, 0), "expected one of"),
        ("conv1", (8, 0, 0), "8 × 28 × 28"),
        ("conv1", (0, 28, 0), "row 28"),
        ("conv1", (0, 0, -1), "column -1"),
        ("linear1", (10, 0, 0), "linear1 gives 10"),
        ("softmax", (10, 0, 0), "softmax gives 10"),
    ],
)
def test_a_place_outside_a_layer_is_not_found(
    layer: str, where: tuple[int, int, int], words: str
) -> None:
    made = session(recipe(), CACHE)
    explainer = Explainer(made.observer, made.plans, made.device)
    with pytest.raises(NotFoundError, match=words):
        explainer.output(layer, where, made.images.get("test-0"))


def test_what_has_no_gradient_says_why() -> None:
    made = session(recipe(), CACHE)
    explainer = Explainer(made.observer, made.plans, made.device)
    with pytest.raises(ConflictError, match="step 0"):
        explainer.weight("conv1", "weight", (0, 0, 0, 0), 0)
    made.advance()
    with pytest.raises(ConflictError, match="has no weights"):
        explainer.weight("relu1", "weight", (0, 0, 0, 0), 0)
    with pytest.raises(NotFoundError, match="8 × 1 × 3 × 3"):
        explainer.weight("conv1", "weight", (0, 1, 0, 0), 0)
    with pytest.raises(NotFoundError, match="32 examples"):
        explainer.weight("conv1", "weight", (0, 0, 0, 0), 32)


def test_a_step_is_replayed_while_it_lasts_and_refused_where_none_led_here() -> None:
    made = session(recipe(), CACHE)
    explainer = Explainer(made.observer, made.plans, made.device)
    with pytest.raises(ConflictError, match="no gradient at step 0"):
        explainer.replayed()
    losses: list[float] = []
    for step in (1, 2):
        made.advance()
        found = explainer.replayed()
        assert explainer.replayed() is found, "it is not computed twice"
        assert found.step == step
        losses.append(found.loss)
        assert found.loss == pytest.approx(made.trainer.loss, rel=1e-6)
    assert losses[0] != losses[1]
    made.trainer.begin_here()  # as after an edit: the step is the same, and nothing led to it
    with pytest.raises(ConflictError, match="no gradient at step 2"):
        explainer.replayed()
    made.advance()
    assert explainer.replayed().step == 3


def test_after_a_reset_nothing_is_explained_until_the_next_step() -> None:
    made = session(recipe(), CACHE)
    made.advance()
    before = made.explainer.weight("conv1", "weight", (0, 0, 0, 0), 0)
    made.begin()
    for ask in (
        made.explainer.replayed,
        lambda: made.explainer.weight("conv1", "weight", (0, 0, 0, 0), 0),
    ):
        with pytest.raises(ConflictError, match="step 0"):
            ask()
    made.advance()
    assert made.explainer.weight("conv1", "weight", (0, 0, 0, 0), 0) == before

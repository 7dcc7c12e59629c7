"""What is seen is what the network really has, against torch called directly."""

from pathlib import Path

import numpy as np
import pytest
import torch

from convscope.errors import ConflictError, NotFoundError
from convscope.learn.data import fit, to_input
from convscope.learn.observe import softmax
from convscope.worker.session import Session
from tests.support.networks import EVERY_LAYER, recipe
from tests.support.sessions import session


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A network of every layer kind, after three steps."""
    made = session(recipe(EVERY_LAYER), tmp_path_factory.mktemp("cache"))
    for _ in range(3):
        made.advance()
    return made


def test_a_pixel_of_255_becomes_exactly_1() -> None:
    pixels = np.array([[[[0, 51, 255]]]], np.uint8)
    found = to_input(pixels, torch.device("cpu"), None)
    assert found.flatten().tolist() == [0.0, np.float32(0.2), 1.0]


def test_feature_maps_of_every_layer_are_those_of_the_network_in_evaluation_mode(
    seen: Session,
) -> None:
    pixels = seen.images.get("test-5")
    network = seen.trainer.network.eval()
    try:
        values = torch.from_numpy(pixels[None].astype(np.float32) / 255)
        for layer, module in network.named_children():
            with torch.no_grad():
                values = module(values)
            found = seen.observer.feature_maps(layer, pixels)
            np.testing.assert_allclose(found, values[0].numpy(), rtol=1e-4, atol=1e-5)
    finally:
        network.train()


def test_sixty_four_channels_give_sixty_four_maps(tmp_path: Path) -> None:
    spec = {
        "input": [1, 28, 28],
        "layers": [{"type": "Conv2d", "out_channels": 64, "kernel_size": 3}],
    }
    made = session(recipe(spec), tmp_path)
    pixels = made.images.get("test-0")
    assert made.observer.feature_maps("conv1", pixels).shape == (64, 26, 26)


def test_the_update_is_the_difference_between_two_states(seen: Session) -> None:
    before = seen.observer.tensor("conv2", "weight")
    seen.advance()
    after = seen.observer.tensor("conv2", "weight")
    np.testing.assert_array_equal(seen.observer.tensor("conv2", "weight", "update"), after - before)


def test_the_momentum_buffer_is_torchs_own(seen: Session) -> None:
    parameter = seen.trainer.network.get_submodule("conv1").get_parameter("weight")
    expected = seen.trainer.optimizer.state[parameter]["momentum_buffer"].cpu().numpy()
    found = seen.observer.tensor("conv1", "weight", "momentum_buffer")
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("layer", "tensor", "of", "error", "words"),
    [
        ("conv9", "weight", "value", NotFoundError, "expected one of conv1"),
        ("conv1", "scale", "value", NotFoundError, "expected one of weight, bias"),
        ("relu1", "weight", "value", ConflictError, r"relu1 \(ReLU\) has no weights"),
        ("conv1", "weight", "exp_avg", NotFoundError, "momentum_buffer"),
        ("norm1", "running_mean", "gradient", ConflictError, "measured, not learned"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(  # one argument a column
    seen: Session, layer: str, tensor: str, of: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        seen.observer.tensor(layer, tensor, of)


@pytest.mark.parametrize("image", ["test-2000", "test--1", "test-", "up-00000000", "", "test-1e3"])
def test_an_unknown_picture_is_not_found(seen: Session, image: str) -> None:
    with pytest.raises(NotFoundError, match="There is no image"):
        seen.images.get(image)


def test_a_picture_is_fitted_to_another_networks_input() -> None:
    pixels = np.full((1, 28, 28), 200, np.uint8)
    assert fit(pixels, (1, 28, 28)) is pixels
    grown = fit(pixels, (3, 25, 40))
    assert grown.shape == (3, 25, 40)
    assert (grown == 200).all()


def test_softmax_is_torchs_and_survives_large_scores() -> None:
    scores = np.array([1000.0, 999.0, -1000.0], np.float32)
    expected = torch.softmax(torch.from_numpy(scores), 0).numpy()
    np.testing.assert_allclose(softmax(scores), expected, rtol=1e-6)

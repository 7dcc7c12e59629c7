"""What enters a network, against the same in plain torch and numpy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from convscope.data.held_out_sample import held_out_sample
from convscope.learn.data import to_input
from convscope.learn.evaluate import accuracy_in_pieces, evaluation_in_pieces
from convscope.recipe import Preprocessing
from convscope.worker.session import Session
from tests.support.networks import DEFAULT, recipe
from tests.support.sessions import session, weights

CPU = torch.device("cpu")
FASHION = {"mean": [0.286], "std": [0.353]}
COLOURS = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
SMALL: dict[str, Any] = {
    "input": [1, 20, 24],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 3},
        {"type": "ReLU"},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def normalised(pixels: np.ndarray[Any, Any], mean: list[float], std: list[float]) -> torch.Tensor:
    """As torchvision's ToTensor and Normalize compute it."""
    values = torch.from_numpy(np.array(pixels)).to(torch.get_default_dtype()).div(255)
    return values.sub(torch.tensor(mean).view(-1, 1, 1)).div(torch.tensor(std).view(-1, 1, 1))


def every_pixel(channels: int) -> np.ndarray[Any, Any]:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    return np.repeat(levels, channels, axis=1)


@pytest.mark.parametrize("numbers", [FASHION, COLOURS])
def test_every_pixel_enters_as_torchvision_normalises_it_bit_for_bit(
    numbers: dict[str, list[float]],
) -> None:
    pixels = every_pixel(len(numbers["mean"]))
    found = to_input(pixels, CPU, Preprocessing.model_validate(numbers))
    assert torch.equal(found, normalised(pixels, **numbers))


def test_another_scale_is_multiplied_by() -> None:
    found = to_input(every_pixel(1), CPU, Preprocessing(scale=0.5, mean=64.0, std=2.0))
    expected = (np.arange(256) * 0.5 - 64) / 2  # exact in float32
    assert found.flatten().tolist() == expected.tolist()


def test_preprocessing_that_changes_nothing_trains_to_the_same_bits(tmp_path: Path) -> None:
    data = {"dataset": "fashion-mnist-10k"}
    plain = session(recipe(DEFAULT, data=data), tmp_path)
    said = session(recipe(DEFAULT, data=data | {"preprocessing": {}}), tmp_path)
    for run in (plain, said):
        for _ in range(5):
            run.advance()
    assert all(torch.equal(a, b) for a, b in zip(weights(plain), weights(said), strict=True))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A run whose pictures enter normalised."""
    data = {"dataset": "fashion-mnist-10k", "preprocessing": FASHION}
    return session(recipe(DEFAULT, data=data), tmp_path_factory.mktemp("cache"))


def test_it_trains_as_plain_torch_does_on_normalised_pictures(run: Session) -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10),
    )  # fmt: skip
    with torch.no_grad():
        for ours, theirs in zip(network.parameters(), weights(run), strict=True):
            ours.copy_(theirs)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    assert run.trainer.batches
    for step in range(1, 6):
        chosen = run.trainer.batches.indices(step)
        images = normalised(run.data.train_images[chosen], **FASHION)
        labels = torch.from_numpy(run.data.train_labels[chosen].astype(np.int64))
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's
        optimizer.step()
        run.advance()
    for ours, theirs in zip(network.parameters(), weights(run), strict=True):
        torch.testing.assert_close(ours.detach(), theirs, rtol=1e-4, atol=1e-5)


def test_held_out_accuracies_and_probes_are_of_normalised_pictures(run: Session) -> None:
    twin, data = run.observer.twin, run.data
    with torch.inference_mode():
        logits = twin(normalised(data.test_images, **FASHION))
    right = logits.argmax(dim=1).numpy() == data.test_labels
    *_, sampled = run.evaluation()
    assert sampled == right[held_out_sample(len(right))].mean()
    how = run.recipe.data.preprocessing
    *_, whole = evaluation_in_pieces(twin, data, CPU, how)
    assert whole
    assert whole.accuracy == right.mean()
    *_, raw = accuracy_in_pieces(twin, data, CPU)
    assert raw != sampled, "or it would show nothing"
    scores = run.observer.outputs([run.images.get("test-3")], [])[""][0]
    torch.testing.assert_close(torch.from_numpy(scores), logits[3], rtol=1e-4, atol=1e-5)


def test_an_explanation_of_the_first_layer_adds_up_from_normalised_pixels(run: Session) -> None:
    found = run.explainer.output("conv1", (2, 5, 6), run.images.get("test-0"))
    pixels = run.images.get("test-0")[None].copy()
    expected = normalised(pixels, **FASHION)[0, 0, 4:7, 5:8]
    assert np.allclose(found["channels"][0]["patch"], expected.numpy(), rtol=0, atol=0)
    weight, bias = weights(run)[:2]
    total = float((weight[2, 0].double() * expected.double()).sum() + bias[2].double())
    assert found["total"] == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
def test_a_data_set_of_another_shape_is_fitted_once_and_trains(tmp_path: Path, resize: str) -> None:
    data = {"dataset": "shapes", "preprocessing": {"resize": resize}}
    runs = [session(recipe(SMALL, data=data), tmp_path) for _ in range(2)]
    (kept,) = tmp_path.glob("*.fitted.*")
    made_at = kept.stat().st_ino
    original = session(recipe(SMALL | {"input": [3, 64, 64]}, data={"dataset": "shapes"}), tmp_path)
    for number in (0, 11):
        picture = Image.fromarray(original.data.test_images[number].transpose(1, 2, 0))
        expected = np.asarray(by_hand(picture, resize).convert("L"))
        assert np.array_equal(runs[0].data.test_images[number, 0], expected)
        assert np.array_equal(runs[1].images.get(f"test-{number}")[0], expected)
    assert not runs[1].data.train_images.flags.writeable
    assert runs[0].data.sha256 == original.data.sha256, "it is the same data set"
    assert kept.stat().st_ino == made_at
    runs[0].advance()
    assert runs[0].trainer.loss


def by_hand(colour: Image.Image, resize: str) -> Image.Image:
    """64 × 64 as 24 × 20."""
    if resize == "stretch":
        return colour.resize((24, 20), Image.Resampling.BILINEAR)
    if resize == "pad":
        made = Image.new("RGB", (24, 20))
        made.paste(colour.resize((20, 20), Image.Resampling.BILINEAR), (2, 0))
        return made
    part = colour.crop((0, 5, 64, 58))  # 64 × 53, the middle
    return part.resize((24, 20), Image.Resampling.BILINEAR)


def test_fitted_pictures_that_cannot_be_kept_are_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    data = {"dataset": "fashion-mnist-10k", "preprocessing": {"resize": "stretch"}}
    made = session(recipe(SMALL, data=data), tmp_path / "file")
    assert made.data.train_images.shape[1:] == (1, 20, 24)

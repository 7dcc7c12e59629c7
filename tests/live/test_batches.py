"""The batch of a step over REST: with it, the step's gradients can be computed again anywhere."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load
from torch.nn import functional

from tests.live.test_missing_dataset import NAME, publish
from tests.live.test_transfer import exported, taken_in
from tests.support.api_calls import npy
from tests.support.server import LiveRun, Server

NETWORK = {
    "input": [3, 64, 64],
    "layers": [
        {"type": "Conv2d", "out_channels": 4, "kernel_size": 5, "stride": 3},
        {"type": "ReLU"},
        {"type": "Dropout", "p": 0.25},
        {"type": "MaxPool2d", "kernel_size": 4},
        {"type": "Flatten"},
        {"type": "Dropout", "p": 0.5},
        {"type": "Linear", "out_features": 10},
    ],
}
STEP = 3


@pytest.fixture(scope="module")
def dropped(server: Server) -> Iterator[LiveRun]:
    """A run with dropout on maps and on a vector, past the step that is asked for."""
    with server.run(network=NETWORK, dataset="shapes", batch_size=8, seed=5) as made:
        made.post("/step", steps=STEP + 2)
        yield made


def array(run: LiveRun, path: str, **query: Any) -> torch.Tensor:
    """An answer as numpy's bytes."""
    answer = run.send("GET", path, params=query, headers={"Accept": "application/x-npy"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Convscope-Step"] == str(query["step"])
    return torch.from_numpy(np.load(io.BytesIO(answer.content), allow_pickle=False))


def gradients(run: LiveRun, step: int, masks: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    """Of step `step` in plain torch, from what the API answers alone."""
    batch = run.get("/batch", step=step)
    images = array(run, "/batch", step=step)
    assert list(images.shape) == batch["shape"]
    labels = torch.tensor([example["label"] for example in batch["examples"]])
    answer = run.send("GET", "/weights", params={"step": step - 1})
    weights = {name: value.requires_grad_() for name, value in load(answer.content).items()}
    maps = functional.conv2d(images, weights["conv1.weight"], weights["conv1.bias"], stride=3)
    pooled = functional.max_pool2d(functional.relu(maps) * masks[0], 4)
    vector = pooled.flatten(1) * masks[1]
    scores = functional.linear(vector, weights["linear1.weight"], weights["linear1.bias"])
    found = torch.autograd.grad(functional.cross_entropy(scores, labels), list(weights.values()))
    return dict(zip(weights, found, strict=True))


def test_the_gradient_of_a_step_comes_out_again_in_plain_torch(dropped: LiveRun) -> None:
    layers = dropped.get("/batch", step=STEP)["dropout"]["layers"]
    masks = [array(dropped, f"/batch/masks/{entry['layer']}", step=STEP) for entry in layers]
    for entry, mask in zip(layers, masks, strict=True):
        assert list(mask.shape) == entry["shape"]
        assert set(mask.flatten().tolist()) == {0.0, torch.tensor(1 / (1 - entry["p"])).item()}
    for name, gradient in gradients(dropped, STEP, masks).items():
        layer, tensor = name.split(".")
        theirs = npy(dropped, f"/layers/{layer}/tensors/{tensor}", of="gradient", step=STEP)
        # sums in another order and layout: within float32's rounding, not bit for bit
        scale = float(np.abs(theirs).max())
        np.testing.assert_allclose(gradient.numpy(), theirs, rtol=1e-5, atol=1e-6 * scale)


def test_the_masks_follow_from_the_seed_as_the_rule_says(dropped: LiveRun) -> None:
    drawn = dropped.get("/batch", step=STEP)["dropout"]
    torch.manual_seed(int(drawn["seed"]))
    for entry in drawn["layers"]:
        ones = torch.ones(entry["shape"])
        if ones.ndim == 4:
            ones = ones.to(memory_format=torch.channels_last)
        mask = functional.dropout(ones, entry["p"])
        assert torch.equal(mask, array(dropped, f"/batch/masks/{entry['layer']}", step=STEP))
        listed = dropped.get(f"/batch/masks/{entry['layer']}", step=STEP)
        assert listed["values"] == mask.tolist()


def test_each_image_of_a_batch_can_be_looked_at_like_a_held_out_one(dropped: LiveRun) -> None:
    batch, images = dropped.get("/batch", step=STEP), array(dropped, "/batch", step=STEP)
    first = batch["examples"][0]
    described = dropped.get(f"/images/{first['image']}")
    assert (described["label"], described["class"]) == (first["label"], first["class"])
    assert described["source"] == "train"
    for stage in ("original", "input"):
        file = dropped.send("GET", f"/images/{first['image']}/file", params={"stage": stage})
        assert file.headers["Content-Type"] == "image/png"
    pixel = dropped.get("/explain/output", layer="conv1", channel=0, image=first["image"])
    assert pixel["matches"]
    maps = npy(dropped, "/layers/conv1/feature-maps", image=first["image"])
    weights = load(dropped.send("GET", "/weights").content)
    own = functional.conv2d(images[:1], weights["conv1.weight"], weights["conv1.bias"], stride=3)
    np.testing.assert_allclose(maps, own[0].numpy(), rtol=1e-4, atol=1e-5)
    assert dropped.get("/predictions", image=first["image"])["image"] == first["image"]
    unknown = dropped.send("GET", "/images/train-99999999")
    assert unknown.status_code == 404
    assert "train-0 to train-" in unknown.json()["detail"]


def test_other_formats_layers_and_steps_are_refused_with_a_sentence(dropped: LiveRun) -> None:
    wanted = {"Accept": "image/png"}
    assert dropped.send("GET", "/batch", headers=wanted).status_code == 406
    refused = dropped.send("GET", "/batch/masks/relu1", params={"step": STEP})
    assert refused.status_code == 409
    assert "relu1 is no Dropout layer" in refused.json()["detail"]
    assert dropped.send("GET", "/batch/masks/none", params={"step": STEP}).status_code == 404
    assert dropped.send("GET", "/batch", params={"step": 0}).status_code == 409
    assert dropped.send("GET", "/batch", params={"step": 999}).status_code == 404
    with LiveRun(dropped.server, dropped.post("/fork", step=STEP)["id"]) as forked:
        begins = forked.send("GET", "/batch", params={"step": STEP})
        assert begins.status_code == 409
        assert forked.get("/batch", step=STEP - 1) == dropped.get("/batch", step=STEP - 1)


def test_without_its_data_set_a_run_has_no_batches(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with server.run(dataset=None) as run:
        assert run.send("GET", "/batch").status_code == 409
    folder = tmp_path_factory.mktemp("away")
    publish(folder / "data" / NAME, 1)
    with Server(folder, "--data-dir", str(folder / "data")) as away:
        made = away.run(network="default", dataset=NAME, batch_size=4)
        made.post("/step")
        file = exported(made)
    with taken_in(server, file) as here:
        answer = here.send("GET", "/batch", params={"step": 1})
        assert answer.status_code == 409
        assert "batches are absent. The data set mnist" in answer.json()["detail"]

"""Tensors over REST: every format says the same, and torch alone agrees."""

import io

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load
from torch import nn

from convscope.heatmap import Scale, heatmap_png
from tests.support.api_calls import npy
from tests.support.networks import EVERY_LAYER
from tests.support.server import LiveRun, Server


def test_weights_come_as_safetensors_json_npy_and_png_and_agree(run: LiveRun) -> None:
    run.post("/step", steps=2)
    state = load(run.send("GET", "/weights").content)
    exact = npy(run, "/layers/conv2/tensors/weight")
    np.testing.assert_array_equal(exact, state["conv2.weight"].numpy())
    answer = run.get("/layers/conv2/tensors/weight", format="json")
    assert answer["axes"] == ["out", "in", "ky", "kx"]
    assert (answer["shape"], answer["step"]) == ([16, 8, 3, 3], 2)
    np.testing.assert_array_equal(np.array(answer["values"], np.float32), exact)
    png = run.send("GET", "/layers/conv2/tensors/weight", headers={"Accept": "image/png"})
    assert png.headers["content-type"] == "image/png"
    assert png.headers["vary"] == "Accept"
    assert png.headers["convscope-step"] == "2"
    assert Image.open(io.BytesIO(png.content)).width > 100
    refused = run.send("GET", "/layers/conv2/tensors/weight", headers={"Accept": "text/html"})
    assert refused.status_code == 406


def test_keras_order_is_the_same_numbers_elsewhere(run: LiveRun) -> None:
    torch_order = npy(run, "/layers/conv2/tensors/weight")
    keras_order = npy(run, "/layers/conv2/tensors/weight", layout="keras")
    assert keras_order.shape == (3, 3, 8, 16)
    assert keras_order[2, 0, 5, 9] == torch_order[9, 5, 2, 0]
    linear = npy(run, "/layers/linear1/tensors/weight")
    keras_linear = npy(run, "/layers/linear1/tensors/weight", layout="keras")
    assert keras_linear.shape == (784, 10)
    # Keras flattens channel-fastest: the value of channel 3 at row 2, column 6
    assert keras_linear[(2 * 7 + 6) * 16 + 3, 4] == linear[4, 3 * 49 + 2 * 7 + 6]


def test_flattened_maps_in_keras_order_are_those_that_its_linear_weights_expect(
    run: LiveRun,
) -> None:
    maps = npy(run, "/layers/pool2/feature-maps", image="test-3")
    flat = npy(run, "/layers/flatten1/feature-maps", image="test-3")
    keras_flat = npy(run, "/layers/flatten1/feature-maps", image="test-3", layout="keras")
    np.testing.assert_array_equal(flat, maps.ravel())
    np.testing.assert_array_equal(keras_flat, maps.transpose(1, 2, 0).ravel())
    weight = npy(run, "/layers/linear1/tensors/weight", layout="keras")
    scores = keras_flat @ weight + npy(run, "/layers/linear1/tensors/bias")
    found = npy(run, "/layers/linear1/feature-maps", image="test-3", layout="keras")
    np.testing.assert_allclose(found, scores, rtol=1e-4, atol=1e-5)


def test_a_heatmap_has_one_scale_for_the_layer_or_each_map_its_own(run: LiveRun) -> None:
    maps = npy(run, "/layers/relu1/feature-maps", image="test-3")
    drawn = {}
    scales: tuple[Scale, ...] = ("layer", "map")
    for scale in scales:
        query = {"image": "test-3", "format": "png", "scale": scale}
        drawn[scale] = run.send("GET", "/layers/relu1/feature-maps", params=query).content
        expected = heatmap_png(
            maps,
            title="relu1 feature maps, step 0",
            scale=scale,
            axes=("channel", "y", "x"),
        )
        assert drawn[scale] == expected
    assert drawn["layer"] != drawn["map"]
    query = {"format": "png", "scale": "network"}
    refused = run.send("GET", "/layers/relu1/feature-maps", params=query)
    assert refused.status_code == 422


def test_a_gradient_is_minus_the_update_over_the_rate_with_plain_sgd(server: Server) -> None:
    run = server.run(optimizer={"type": "SGD", "learning_rate": 0.5, "momentum": 0.0})
    refused = run.send("GET", "/layers/conv1/tensors/weight", params={"of": "gradient"})
    assert refused.status_code == 409
    assert "step 0" in refused.json()["detail"]
    run.post("/step", steps=1)
    gradient = npy(run, "/layers/conv1/tensors/weight", of="gradient")
    update = npy(run, "/layers/conv1/tensors/weight", of="update")
    np.testing.assert_allclose(update, -0.5 * gradient, rtol=1e-3, atol=1e-7)
    run.delete()


def test_the_safetensors_give_the_same_maps_and_scores_in_torch_alone(run: LiveRun) -> None:
    run.post("/step", steps=5)
    state = load(run.send("GET", "/weights").content)
    picture = run.send("GET", "/images/test-4/file", params={"stage": "input"}).content
    pixels = np.asarray(Image.open(io.BytesIO(picture)), np.float32) / 255
    image = torch.from_numpy(pixels)[None, None]
    conv1 = nn.functional.conv2d(image, state["conv1.weight"], state["conv1.bias"], padding=1)
    found = npy(run, "/layers/conv1/feature-maps", image="test-4")
    np.testing.assert_allclose(found, conv1[0].numpy(), rtol=1e-5, atol=1e-6)
    pool1 = nn.functional.max_pool2d(conv1.relu(), 2)
    conv2 = nn.functional.conv2d(pool1, state["conv2.weight"], state["conv2.bias"], padding=1)
    flat = nn.functional.max_pool2d(conv2.relu(), 2).flatten(1)
    logits = nn.functional.linear(flat, state["linear1.weight"], state["linear1.bias"])
    answer = run.get("/predictions", image="test-4")
    scores = [entry["logit"] for entry in answer["classes"]]
    np.testing.assert_allclose(scores, logits[0].numpy(), rtol=1e-4, atol=1e-5)
    probabilities = [entry["probability"] for entry in answer["classes"]]
    np.testing.assert_allclose(probabilities, torch.softmax(logits[0], 0).numpy(), rtol=1e-4)
    assert answer["top"]["index"] == int(logits.argmax())


def test_every_layer_kind_can_be_listed_trained_and_looked_at(server: Server) -> None:
    run = server.run(network=EVERY_LAYER, dataset="fashion-mnist-10k")
    assert run.post("/step", steps=3)["step"] == 3
    for layer in run.get("/layers")["layers"]:
        assert (
            list(npy(run, f"/layers/{layer['name']}/feature-maps").shape) == layer["output_shape"]
        )
        for tensor in layer["tensors"]:
            assert npy(run, f"/layers/{layer['name']}/tensors/{tensor}").size
    run.delete()


def test_layers_say_how_they_are_counted(run: LiveRun) -> None:
    conv1 = run.get("/layers")["layers"][0]
    assert conv1["counted"] == "8 filters × (1 channel × 3 × 3 weights + 1 bias) = 80"
    assert conv1["arguments"]["in_channels"] == 1


def test_a_network_without_class_output_can_be_looked_at_and_not_trained(server: Server) -> None:
    run = server.run(network="conv2d-12")
    assert npy(run, "/layers/conv1/tensors/weight", layout="keras").shape == (3, 3, 1, 12)
    assert np.abs(npy(run, "/layers/conv1/tensors/weight")).max() <= 0.22646
    assert (npy(run, "/layers/conv1/tensors/bias") == 0).all()
    assert npy(run, "/layers/conv1/feature-maps", layout="keras").shape == (23, 23, 12)
    for path in ("/step", "/play"):
        answer = run.send("POST", path)
        assert answer.status_code == 409
        assert "viewed but not trained" in answer.json()["detail"]
    assert run.send("GET", "/predictions").status_code == 409
    run.delete()

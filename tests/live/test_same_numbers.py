"""The same thing asked for in two ways is the same, and nothing of it is left out."""

import json
from typing import Any

import numpy as np
import pytest

from tests.support.api_calls import npy, photograph, tensors
from tests.support.server import LiveRun, Server, next_frame

WIDE: dict[str, Any] = {
    "input": [1, 28, 28],
    "layers": [
        {"type": "Conv2d", "out_channels": 64, "kernel_size": 3},
        {"type": "AdaptiveAvgPool2d", "output_size": 1},
        {"type": "Flatten"},
        {"type": "Linear", "out_features": 10},
    ],
}


def test_64_channels_give_64_maps(server: Server) -> None:
    run = server.run(network=WIDE, dataset="fashion-mnist-10k")
    maps = npy(run, "/layers/conv1/feature-maps")
    assert maps.shape == (64, 26, 26)
    assert len(np.unique(maps.reshape(64, -1), axis=0)) == 64, "each map is another one"
    asked = run.get("/layers/conv1/feature-maps", format="json")
    np.testing.assert_array_equal(np.array(asked["values"], np.float32), maps)
    with run.stream() as socket:
        socket.send(
            json.dumps({"type": "watch", "tensors": tensors("output"), "layers": ["conv1"]})
        )
        [section] = next_frame(socket)[1]
        assert section.spec.shape == (64, 26, 26)
        spread = np.ptp(maps, axis=(1, 2), keepdims=True)
        assert (np.abs(section.values - maps) <= spread / 255).all()
    run.delete()


@pytest.mark.parametrize("steps", [1, 25])
def test_an_uploads_scores_are_the_same_over_rest_and_on_the_stream(
    run: LiveRun, steps: int
) -> None:
    run.post("/step", steps=steps)
    image = run.send("POST", "/images", files={"file": ("a.png", photograph())}).json()["id"]
    rest = run.get("/predictions", image=image)
    with run.stream() as socket:
        socket.send(json.dumps({"type": "watch", "tensors": tensors("input"), "probe": image}))
        header, _ = next_frame(socket)
    shown = header["predictions"]
    assert (header["step"], shown["probe"]) == (steps, image)
    assert shown["logits"] == [entry["logit"] for entry in rest["classes"]]
    assert shown["probabilities"] == [entry["probability"] for entry in rest["classes"]]
    assert len(set(shown["logits"])) == 10
    assert shown["logits"] != [entry["logit"] for entry in run.get("/predictions")["classes"]]
